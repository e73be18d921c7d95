// SPDX-License-Identifier: Apache-2.0
// What the table kernels of all instruction sets share: which inputs of a block an index is made of.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H

#include "Tables.h"

#include <array>

namespace {

constexpr int64_t maxGroupInputs = 5;

/// The inputs of a block that an index is made of; the index is the sum of input[i] * (largest + 1)^i.
struct IndexInputs {
  int8_t count = 0, input[maxGroupInputs] = {};
};

/// All indices of a block, in the order of the words.
template <int64_t n>
struct BlockIndices {
  IndexInputs at[n] = {};
  int64_t perWord = 0;
};

/// Spikes: bits 30 * w and on of the block are word w, `size` of them an index.
template <int64_t n>
constexpr BlockIndices<n> makeSpikeIndices(int size) {
  BlockIndices<n> result;
  result.perWord = 30 / size;
  for (int64_t input = 0; input < spike_rt::planeDepth; ++input) {
    IndexInputs &index = result.at[input / 30 * result.perWord + input % 30 / size];
    index.input[index.count++] = static_cast<int8_t>(input);
  }
  return result;
}

/// Whether a digit of the number `index` to the base of `largest + 1` is at least `level`.
constexpr bool reaches(int64_t index, int64_t digit, int64_t largest, int64_t level) {
  for (int64_t i = 0; i < digit; ++i)
    index /= largest + 1;
  return index % (largest + 1) >= level;
}

/// Weights as integers, from the lines of their planes.
constexpr int64_t decodedWeights = spike_rt::planeDepth * spike_rt::planeOutputs;

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
