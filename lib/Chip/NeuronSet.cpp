// SPDX-License-Identifier: Apache-2.0
// Sets of neurons. All counts cost one step per interval, however long it is.
#include "spike/Chip/NeuronSet.h"

#include <algorithm>

using namespace spike::chip;

void NeuronSet::finish() {
  auto before = [](const Interval &a, const Interval &b) { return a.begin < b.begin; };
  if (!std::is_sorted(parts.begin(), parts.end(), before))
    std::sort(parts.begin(), parts.end(), before);
  std::vector<Interval> sorted;
  sorted.swap(parts);
  for (const Interval &part : sorted)
    add(part.begin, part.end);
}

int64_t NeuronSet::size() const {
  int64_t count = 0;
  for (const Interval &part : parts)
    count += part.end - part.begin;
  return count;
}

bool NeuronSet::contains(int64_t neuron) const {
  auto behind = std::upper_bound(parts.begin(), parts.end(), neuron,
                                 [](int64_t n, const Interval &part) { return n < part.begin; });
  return behind != parts.begin() && neuron < std::prev(behind)->end;
}

int64_t NeuronSet::countIn(const Slice &box, int64_t channels) const {
  // Neurons of the box's channels before neuron n.
  auto before = [&](int64_t n) {
    int64_t width = box.c1 - box.c0;
    return n / channels * width + std::min(std::max<int64_t>(n % channels - box.c0, 0), width);
  };
  int64_t count = 0;
  for (const Interval &part : parts) {
    int64_t begin = std::max(part.begin, box.p0 * channels), end = std::min(part.end, box.p1 * channels);
    if (begin < end)
      count += before(end) - before(begin);
  }
  return count;
}

int64_t NeuronSet::countBlocks(int64_t channels, int64_t blockChannels) const {
  int64_t blocks = (channels - 1) / blockChannels + 1, count = 0, next = 0;
  auto blockOf = [&](int64_t n) { return n / channels * blocks + n % channels / blockChannels; };
  for (const Interval &part : parts) {
    int64_t last = blockOf(part.end - 1);
    count += std::max<int64_t>(0, last + 1 - std::max(next, blockOf(part.begin)));
    next = last + 1;
  }
  return count;
}
