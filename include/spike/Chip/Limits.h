// SPDX-License-Identifier: Apache-2.0
// What a chip and a board hold. Filled from a target's file by lib/Target; no number of a target stands anywhere else.
#ifndef SPIKE_CHIP_LIMITS_H
#define SPIKE_CHIP_LIMITS_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// Of what a board and a core hold, zero means that there is no limit; of numbers and features it is the limit.
struct Limits {
  std::string name;
  // The board.
  int64_t chips = 1, chipColumns = 1; ///< chip i lies at (i % columns, i / columns)
  Interconnect interconnect;
  int64_t coresPerChip = 0, meshWidth = 0, meshHeight = 0; ///< usable cores, and the mesh they lie on
  int64_t tileWidth = 1, tileHeight = 1;                   ///< cores that share a router; a hop leads from tile to tile
  // A core.
  int64_t neuronsPerCore = 0;
  int64_t synapseBytesPerCore = 0, memoryBytesPerCore = 0; ///< synapses; synapses, axons and neurons together
  int64_t inputAxonsPerCore = 0, outputAxonsPerCore = 0;
  int64_t axonBytes = 8;          ///< of an input axon
  int64_t atomBits = 9;           ///< 2^atomBits channels share an input axon
  int64_t stateWordBytes = 3;     ///< of a state word or an accumulator of a neuron
  int64_t synapseHeaderBits = 10; ///< of a list of synapses
  int64_t synapseIndexBits = 12;  ///< of a synapse whose target is not its place in the list
  int64_t synapseWordBits = 64;   ///< lists are rounded up to so many bits
  // Numbers.
  int64_t stateBits = 24, decayBits = 12, thresholdBits = 17, biasMantissaBits = 13, biasExponentBits = 3;
  int64_t payloadBits = 24; ///< one: no graded spikes
  int64_t delay = 63, refractory = 63;
  int64_t weightExponentLow = -7, weightExponentHigh = 7;
  std::vector<int64_t> weightBits = {8};
  // Features.
  bool programs = true; ///< neuron programs, more than one port
  int64_t programPorts = 2, programStates = 8, programParams = 8, programLength = 64;
  bool perChannelParams = true; ///< thresholds and biases of their own for each channel
  Conventions conventions;
};

} // namespace spike::chip

#endif // SPIKE_CHIP_LIMITS_H
