// SPDX-License-Identifier: Apache-2.0
// Ways of messages over the mesh (TileMesh.h). A message to several cores travels to each of them by itself: no
// multicast in the mesh.
#ifndef SPIKE_MAPPING_ROUTE_H
#define SPIKE_MAPPING_ROUTE_H

#include "spike/Chip/Limits.h"
#include "spike/Chip/TileMesh.h"
#include "spike/Mapping/Load.h"
#include "spike/Mapping/MessageNets.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

/// Messages per inference over a link.
struct LinkLoad : MeshLink {
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
