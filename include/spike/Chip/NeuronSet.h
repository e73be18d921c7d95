// SPDX-License-Identifier: Apache-2.0
// Sets of neurons of one population, as sorted intervals of running numbers.
#ifndef SPIKE_CHIP_NEURONSET_H
#define SPIKE_CHIP_NEURONSET_H

#include "spike/Chip/Network.h"

namespace spike::chip {

class NeuronSet {
public:
  /// Neurons [begin, end).
  struct Interval {
    int64_t begin, end;
    bool operator==(const Interval &o) const { return begin == o.begin && end == o.end; }
  };

  /// In any order; call `finish` behind the last.
  void add(int64_t begin, int64_t end) {
    if (!parts.empty() && parts.back().begin <= begin && begin <= parts.back().end)
      parts.back().end = parts.back().end < end ? end : parts.back().end;
    else if (begin < end)
      parts.push_back({begin, end});
  }
  void add(const NeuronSet &other) {
    for (const Interval &part : other.parts)
      add(part.begin, part.end);
  }
  /// Sorts, and joins what overlaps or touches.
  void finish();

  const std::vector<Interval> &intervals() const { return parts; }
  bool empty() const { return parts.empty(); }
  int64_t size() const;
  bool contains(int64_t neuron) const;
  /// How many lie in a box of a population that has so many channels.
  int64_t countIn(const Slice &box, int64_t channels) const;
  /// How many different positions and blocks of `blockChannels` channels they are of: axons and their atoms.
  int64_t countBlocks(int64_t channels, int64_t blockChannels) const;

private:
  std::vector<Interval> parts;
};

} // namespace spike::chip

#endif // SPIKE_CHIP_NEURONSET_H
