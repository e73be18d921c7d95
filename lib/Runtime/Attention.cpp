// SPDX-License-Identifier: Apache-2.0
// Attention over spikes: heads are shared out to the threads, each of which has its own memory.
#include "Kernels/Planes.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <vector>

using namespace spike_rt;

namespace {

class ThreadMemory {
public:
  AttentionScratch get(const spike_rt_attention_args &a) {
    AttentionSizes sizes(a);
    int64_t neurons = sizes.tiles * a.steps * SPIKE_RT_TILE;
    grow(left, a.m * sizes.depth);
    grow(right, sizes.products * sizes.depth);
    grow(products, a.m * sizes.products);
    grow(last, sizes.columns * sizes.products);
    grow(sums, a.m * std::max(sizes.products, sizes.columns));
    grow(currents, neurons);
    grow(spikes, neurons);
    return {left.data(), products.data(), spikes.data(), right.data(), last.data(), sums.data(), currents.data()};
  }

private:
  template <typename T>
  static void grow(std::vector<T> &memory, int64_t wanted) {
    if (static_cast<int64_t>(memory.size()) < wanted)
      memory.resize(wanted);
  }

  std::vector<uint8_t> left, products, spikes;
  std::vector<int8_t> right, last;
  std::vector<int32_t> sums;
  std::vector<float> currents;
};

thread_local ThreadMemory memory;

} // namespace

extern "C" void spike_rt_attention(const spike_rt_attention_args *args) {
  const PlaneKernels &kernels = getPlaneKernels();
  parallelFor(args->outer[0] * args->outer[1], 1, [&](int64_t begin, int64_t end) {
    AttentionScratch scratch = memory.get(*args);
    for (int64_t head = begin; head < end; ++head)
      kernels.attend(*args, scratch, head / args->outer[1], head % args->outer[1]);
  });
}
