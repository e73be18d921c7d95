// SPDX-License-Identifier: Apache-2.0
// Nests of loops: strides in order, so that a key can be taken apart from its largest stride downwards.
#include "spike/Chip/Nest.h"

using namespace spike::chip;

Nest::Nest(int64_t key, int64_t value, const std::vector<NestLoop> &nest) : lowKey(key), startValue(value) {
  for (const NestLoop &loop : nest) {
    if (loop.size == 1)
      continue;
    Sorted sorted{loop.size, loop.key, loop.value, 0};
    if (loop.key < 0) { // run it from its other end
      lowKey += (loop.size - 1) * loop.key;
      startValue += (loop.size - 1) * loop.value;
      sorted.key = -loop.key;
      sorted.value = -loop.value;
    }
    loops.push_back(sorted);
  }
  std::sort(loops.begin(), loops.end(), [](const Sorted &a, const Sorted &b) { return a.key > b.key; });
  // For given steps of the loops that do not fit above those below them, the others meet a key once at most.
  int64_t span = 0, uniqueSpan = 0;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    int64_t own = (loop->size - 1) * loop->key;
    loop->span = span += own;
    if (loop->key > uniqueSpan)
      uniqueSpan += own;
    else
      multiplicity *= loop->size;
  }
}

Nest spike::chip::makeNest(int64_t offset, const std::vector<Dim> &dims) {
  std::vector<NestLoop> loops(dims.size());
  int64_t value = 1;
  for (size_t i = dims.size(); i-- > 0; value *= dims[i].size)
    loops[i] = {dims[i].size, dims[i].stride, value};
  return Nest(offset, 0, loops);
}

int64_t spike::chip::countElements(const std::vector<Dim> &dims) {
  int64_t count = 1;
  for (const Dim &dim : dims)
    count *= dim.size;
  return count;
}

int64_t spike::chip::neuronOf(const std::vector<Dim> &dims, int64_t element) {
  int64_t neuron = 0;
  for (size_t i = dims.size(); i-- > 0; element /= dims[i].size)
    neuron += element % dims[i].size * dims[i].stride;
  return neuron;
}
