// SPDX-License-Identifier: Apache-2.0
// Where cores lie: chips, and places on their meshes.
#ifndef SPIKE_MAPPING_PLACE_H
#define SPIKE_MAPPING_PLACE_H

#include "spike/Chip/Limits.h"
#include "spike/Mapping/Load.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

struct PlaceOptions {
  uint32_t seed = 1;
  int64_t chips = 0;     ///< chips to spread over; zero: as few as hold the cores
  double chipHop = 4;    ///< a hop from chip to chip, in hops on a chip
  int64_t sweeps = 1000; ///< of annealing: tries per core; zero leaves the first placement
  LoadModel load;
};

/// Gives every core of a partitioned network its chip and place, such that messages times hops are few, and fills
/// `network.chips`. Chips are those of the board in its order.
llvm::Error placeNetwork(Network &network, const Limits &limits, const PlaceOptions &options = {});

/// Cores in their order, row by row and chip by chip. To compare with.
llvm::Error placeRowMajor(Network &network, const Limits &limits);

/// Any core anywhere on as few chips as hold the cores. To compare with.
llvm::Error placeRandom(Network &network, const Limits &limits, uint32_t seed);

} // namespace spike::chip

#endif // SPIKE_MAPPING_PLACE_H
