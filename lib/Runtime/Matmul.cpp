// SPDX-License-Identifier: Apache-2.0
// Products of two activations, as in attention. Integer sums stay below 2^24, so f32 holds them exactly.
#include "ActiveLists.h"
#include "Kernels/Rows.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <vector>

using namespace spike_rt;

namespace {

thread_local ActiveLists lists;
thread_local std::vector<float> matrix, sums;

/// Writes `rhs` of one batch element as f32 rows of n columns.
void unpackRhs(const spike_rt_matmul_args &a, const char *rhs) {
  matrix.resize(a.k * a.n);
  visitType(a.rhs_type, rhs, [&](auto *data) {
    for (int64_t k = 0; k < a.k; ++k)
      for (int64_t n = 0; n < a.n; ++n)
        matrix[k * a.n + n] = static_cast<float>(a.transpose_rhs ? data[n * a.k + k] : data[k * a.n + n]);
  });
}

template <typename T>
void store(void *output, int64_t offset, int64_t count) {
  T *out = static_cast<T *>(output) + offset;
  for (int64_t n = 0; n < count; ++n)
    out[n] = static_cast<T>(sums[n]);
}

void storeRow(const spike_rt_matmul_args &a, int64_t offset) {
  switch (a.output_type) {
  case SPIKE_RT_U8:
    return store<uint8_t>(a.output, offset, a.n);
  case SPIKE_RT_U16:
    return store<uint16_t>(a.output, offset, a.n);
  case SPIKE_RT_U32:
    return store<uint32_t>(a.output, offset, a.n);
  default:
    return store<float>(a.output, offset, a.n);
  }
}

void multiply(const spike_rt_matmul_args &a, const RowKernels &kernels, int64_t batch) {
  unpackRhs(a, static_cast<const char *>(a.rhs) + batch * a.k * a.n * sizeOf(a.rhs_type));
  const char *lhs = static_cast<const char *>(a.lhs) + batch * a.m * a.k * sizeOf(a.lhs_type);
  lists.resize(1, a.k);
  ActiveRows active = lists.get();
  for (int64_t m = 0; m < a.m; ++m) {
    visitType(a.lhs_type, lhs, [&](auto *data) {
      lists.list(0, a.transpose_lhs ? data + m : data + m * a.k, a.transpose_lhs ? a.m : 1);
    });
    sums.assign(a.n, 0.0f);
    for (int32_t i = 0; i < active.count[0]; ++i)
      kernels.addScaledRow(sums.data(), matrix.data() + active.index[i] * a.n, active.value[i], a.n);
    storeRow(a, (batch * a.m + m) * a.n);
  }
}

} // namespace

extern "C" void spike_rt_matmul(const spike_rt_matmul_args *args) {
  const RowKernels &kernels = getRowKernels();
  constexpr int64_t grainWork = 1 << 16;
  parallelFor(args->batch, std::max<int64_t>(1, grainWork / (args->m * args->n * args->k)),
              [&](int64_t begin, int64_t end) {
                for (int64_t batch = begin; batch < end; ++batch)
                  multiply(*args, kernels, batch);
              });
}
