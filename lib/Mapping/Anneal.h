// SPDX-License-Identifier: Apache-2.0
// Improves a placement by simulated annealing.
#ifndef SPIKE_LIB_MAPPING_ANNEAL_H
#define SPIKE_LIB_MAPPING_ANNEAL_H

#include "Board.h"
#include "Graph.h"

namespace spike::chip {

/// Messages times hops.
double getTrafficHops(const Graph &traffic, const Board &board, const std::vector<Spot> &spots);

/// Cores change places with each other, or move to free spots, `sweeps` tries for each core; what is returned is never
/// worse than what came in. The same seed gives the same placement.
std::vector<Spot> anneal(const Graph &traffic, const Board &board, std::vector<Spot> spots, int64_t sweeps,
                         uint32_t seed);

} // namespace spike::chip

#endif // SPIKE_LIB_MAPPING_ANNEAL_H
