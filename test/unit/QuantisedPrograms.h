// SPDX-License-Identifier: Apache-2.0
// Random programs of the quantised form (docs/loihi.md).
#ifndef SPIKE_TEST_UNIT_QUANTISEDPROGRAMS_H
#define SPIKE_TEST_UNIT_QUANTISEDPROGRAMS_H

#include <cstdint>
#include <string>
#include <vector>

/// A program twice: as it is quantised, and with the states of every neuron at every step as further results (v and u
/// of the first neuron, then of the next).
struct QuantisedProgram {
  std::string text, traced;
  std::vector<int64_t> inputShape;
  int64_t neurons = 0;
};

/// `ops` ops behind an input, and their results that nothing reads as outputs. Neurons have the paths n0, n1, ...
QuantisedProgram makeQuantisedProgram(uint64_t seed, int ops);

#endif // SPIKE_TEST_UNIT_QUANTISEDPROGRAMS_H
