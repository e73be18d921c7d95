// SPDX-License-Identifier: Apache-2.0
// Small random networks that keep every rule of docs/loihi.md: all encodings, views, kinds of neurons, and cores.
#ifndef SPIKE_TEST_UNIT_RANDOMNETWORK_H
#define SPIKE_TEST_UNIT_RANDOMNETWORK_H

#include "spike/Chip/Network.h"
#include <random>

namespace spike::chip {

class RandomNetwork {
public:
  explicit RandomNetwork(uint32_t seed) : random(seed) {}

  /// A whole network, placed on cores.
  Network make();
  /// An input, a population, and one projection of the encoding between them.
  Network makePair(Encoding encoding);
  /// A box of a population, not empty.
  Slice makeBox(const Population &population);

private:
  int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); }
  bool chance(double p) { return std::bernoulli_distribution(p)(random); }
  std::vector<int32_t> pickEach(int64_t channels, int32_t low, int32_t high);

  void addInput();
  /// A projection from a population of the network into a new one, whose shape follows from it.
  void grow(Encoding encoding);
  /// One more projection between populations that exist.
  void connect();
  void makeView(Projection &projection, const Population &source);
  void makeLoops(Projection &projection, const Population &source, Population &target);
  void makeWeights(Projection &projection, size_t count);
  void makeNeurons(Population &population);
  void schedule();
  void placeOnCores();
  Projection &addProjection(Encoding encoding, int32_t source, int32_t target);

  std::mt19937 random;
  Network network;
};

} // namespace spike::chip

#endif // SPIKE_TEST_UNIT_RANDOMNETWORK_H
