// SPDX-License-Identifier: Apache-2.0
// A nest of loops that pairs two numbers, and the way back from one of them: which values stand at a key. Views,
// tensors and strided projections are of this kind.
#ifndef SPIKE_CHIP_NEST_H
#define SPIKE_CHIP_NEST_H

#include "spike/Chip/Network.h"
#include <algorithm>
#include <optional>

namespace spike::chip {

/// Step i of a loop adds i * key to the key and i * value to the value; the nest visits all combinations of steps.
struct NestLoop {
  int64_t size = 1, key = 0, value = 0;
};

/// Made of loops that verifyNetwork accepts, which have no product or sum that overflows.
class Nest {
public:
  Nest(int64_t key, int64_t value, const std::vector<NestLoop> &loops);

  int64_t lowestKey() const { return lowKey; }
  int64_t highestKey() const { return lowKey + (loops.empty() ? 0 : loops.front().span); }
  /// Whether no key is met twice, told by the strides alone: each is larger than all that lies below it.
  bool isUnique() const { return multiplicity == 1; }
  /// How often a key is met, at most.
  int64_t maxMultiplicity() const { return multiplicity; }

  /// Calls `fn(value)` for every time the nest meets the key.
  template <typename Fn>
  void forEachValue(int64_t key, Fn &&fn) const {
    visit(0, key - lowKey, startValue, fn);
  }

  /// The value at a key of a unique nest.
  std::optional<int64_t> valueAt(int64_t key) const {
    std::optional<int64_t> found;
    forEachValue(key, [&](int64_t value) { found = value; });
    return found;
  }

private:
  /// Key strides are not negative here, the largest comes first; `span` is what this loop and all behind it can add.
  struct Sorted {
    int64_t size, key, value, span;
  };

  template <typename Fn>
  void visit(size_t depth, int64_t rest, int64_t value, Fn &fn) const {
    if (depth == loops.size()) {
      if (rest == 0)
        fn(value);
      return;
    }
    const Sorted &loop = loops[depth];
    if (rest < 0 || rest > loop.span)
      return;
    int64_t first = 0, last = loop.size - 1;
    if (loop.key != 0) {
      int64_t behind = loop.span - last * loop.key;
      first = rest > behind ? (rest - behind - 1) / loop.key + 1 : 0;
      last = std::min(last, rest / loop.key);
    }
    for (int64_t step = first; step <= last; ++step)
      visit(depth + 1, rest - step * loop.key, value + step * loop.value, fn);
  }

  std::vector<Sorted> loops;
  int64_t lowKey, startValue, multiplicity = 1;
};

/// A view or a tensor: the key is the neuron, the value the running number of the element, row-major.
Nest makeNest(int64_t offset, const std::vector<Dim> &dims);

/// Elements of a nest.
int64_t countElements(const std::vector<Dim> &dims);

/// The neuron, from the nest's own start, of an element.
int64_t neuronOf(const std::vector<Dim> &dims, int64_t element);

} // namespace spike::chip

#endif // SPIKE_CHIP_NEST_H
