// SPDX-License-Identifier: Apache-2.0
// Ways of messages over the mesh: first along x, then along y, as if the meshes of all chips were one. A message to
// several cores travels to each of them by itself (no multicast in the mesh).
#ifndef SPIKE_MAPPING_ROUTE_H
#define SPIKE_MAPPING_ROUTE_H

#include "spike/Chip/Limits.h"
#include "spike/Mapping/Load.h"

namespace spike::chip {

enum class Direction : uint8_t { east, west, south, north }; ///< south is toward larger y

/// Messages per inference that leave the router at (x, y) of a chip in a direction.
struct LinkLoad {
  int32_t chip = 0, x = 0, y = 0;
  Direction direction = Direction::east;
  bool betweenChips = false;
  double messages = 0;
};

struct Routes {
  double messages = 0;         ///< between cores, one for each destination core; a core's messages to itself are none
  double hops = 0;             ///< messages times hops on chips
  double chipHops = 0;         ///< messages times hops from chip to chip
  int64_t longest = 0;         ///< most hops of any route, those between chips among them
  double inputMessages = 0;    ///< from the host to cores
  std::vector<LinkLoad> links; ///< those that carry anything, by chip, y, x, direction
  std::vector<double> chipMessages; ///< per chip: messages that leave it for another chip
};

/// Of a placed network.
Routes routeNetwork(const Network &network, const Limits &limits, const LoadModel &load = {});

} // namespace spike::chip

#endif // SPIKE_MAPPING_ROUTE_H
