// SPDX-License-Identifier: Apache-2.0
// Ways of messages over the mesh: first along x, then along y, as if the meshes of all chips were one (along y first
// where a board's last row is not full and the corner chip is missing). A message to several cores travels to each of
// them by itself: no multicast in the mesh.
#ifndef SPIKE_MAPPING_ROUTE_H
#define SPIKE_MAPPING_ROUTE_H

#include "spike/Chip/Limits.h"
#include "spike/Mapping/Load.h"
#include "spike/Mapping/MessageNets.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

enum class Direction : uint8_t { east, west, south, north }; ///< south is toward larger y

/// Messages per inference that leave a router of a chip in a direction. `x` and `y` count routers, which are fewer than
/// cores where tiles of cores share one.
struct LinkLoad {
  int32_t chip = 0, x = 0, y = 0;
  Direction direction = Direction::east;
  bool betweenChips = false;
  double messages = 0;
};

struct Routes {
  double messages = 0;              ///< between cores, one for each destination core; those to oneself are none
  double hops = 0;                  ///< messages times hops on chips
  double chipHops = 0;              ///< messages times hops from chip to chip
  int64_t longest = 0;              ///< most hops of any route, those between chips among them
  double inputMessages = 0;         ///< from the host to cores
  std::vector<LinkLoad> links;      ///< those that carry anything, by chip, y, x, direction
  std::vector<double> chipMessages; ///< per chip: messages that leave it for another chip
};

/// Of a placed network. A core that lies outside the board is an error.
llvm::Expected<Routes> routeNetwork(const Network &network, const Limits &limits, const LoadModel &load = {});
/// The same, with the traffic between its cores known.
llvm::Expected<Routes> routeTraffic(const Network &network, const Limits &limits, const CoreTraffic &traffic);

} // namespace spike::chip

#endif // SPIKE_MAPPING_ROUTE_H
