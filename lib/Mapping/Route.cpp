// SPDX-License-Identifier: Apache-2.0
// Walks every flow of messages from router to router.
#include "spike/Mapping/Route.h"
#include "Board.h"

#include <algorithm>

using namespace spike::chip;

namespace {

/// Adds up what links carry.
class Router {
public:
  Router(const Network &network, const Board &board)
      : network(network),
        mesh(network, board.getWidth(), board.getHeight(), board.getTileWidth(), board.getTileHeight()),
        messages(mesh.getNumLinks()) {}

  void add(const Flow &flow, Routes &routes);
  void listLinks(Routes &routes) const;

private:
  const Network &network;
  TileMesh mesh;
  std::vector<double> messages; ///< of each link
};

void Router::add(const Flow &flow, Routes &routes) {
  const Core &source = network.cores[flow.source], &target = network.cores[flow.target];
  routes.messages += flow.messages;
  if (source.chip != target.chip)
    routes.chipMessages[source.chip] += flow.messages;
  int64_t hops = 0;
  mesh.forEachLink(source, target, [&](size_t link) {
    messages[link] += flow.messages;
    (mesh.getLink(link).betweenChips ? routes.chipHops : routes.hops) += flow.messages;
    ++hops;
  });
  routes.longest = std::max(routes.longest, hops);
}

void Router::listLinks(Routes &routes) const {
  for (size_t i = 0; i < messages.size(); ++i)
    if (messages[i] != 0)
      routes.links.push_back({mesh.getLink(i), messages[i]});
}

} // namespace

llvm::Expected<Routes> spike::chip::routeTraffic(const Network &network, const Limits &limits,
                                                 const CoreTraffic &traffic) {
  int64_t chips = std::max<size_t>(network.chips.size(), 1);
  llvm::Expected<Board> board = Board::make(limits, network.cores.size(), chips);
  if (!board)
    return board.takeError();
  for (const Core &core : network.cores)
    if (core.chip < 0 || core.chip >= int64_t(network.chips.size()) || core.x < 0 || core.x >= board->getWidth() ||
        core.y < 0 || core.y >= board->getHeight())
      return llvm::createStringError(
          "core at (%d, %d) of chip %d lies outside the board, %lld chips with meshes of %lld x "
          "%lld cores; place the network for target '%s'",
          core.x, core.y, core.chip, static_cast<long long>(network.chips.size()),
          static_cast<long long>(board->getWidth()), static_cast<long long>(board->getHeight()), limits.name.c_str());
  if (!(network.interconnect == limits.interconnect))
    return llvm::createStringError("network '%s' is placed for chips linked as %s, target '%s' has them linked as %s; "
                                   "place it for this target",
                                   network.name.c_str(), getName(network.interconnect).c_str(), limits.name.c_str(),
                                   getName(limits.interconnect).c_str());
  if (!hasAllWays(network))
    return llvm::createStringError("messages would leave the %lld chips of network '%s', linked as %s; place it for "
                                   "target '%s'",
                                   static_cast<long long>(chips), network.name.c_str(),
                                   getName(network.interconnect).c_str(), limits.name.c_str());
  Routes routes;
  routes.chipMessages.resize(network.chips.size());
  for (double messages : traffic.inputs)
    routes.inputMessages += messages;
  Router router(network, *board);
  for (const Flow &flow : traffic.flows)
    router.add(flow, routes);
  router.listLinks(routes);
  return routes;
}

llvm::Expected<Routes> spike::chip::routeNetwork(const Network &network, const Limits &limits, const LoadModel &load) {
  std::vector<Slice> slices;
  std::vector<int32_t> coreOf;
  listSlices(network.cores, slices, coreOf);
  Connections connections(network);
  return routeTraffic(network, limits,
                      getCoreTraffic(MessageNets(connections, slices, load), coreOf, network.cores.size()));
}
