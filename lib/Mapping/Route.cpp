// SPDX-License-Identifier: Apache-2.0
// Walks every flow of messages from router to router.
#include "spike/Mapping/Route.h"
#include "Board.h"

#include <algorithm>
#include <map>

using namespace spike::chip;

namespace {

class Router {
public:
  Router(const Network &network, const Board &board)
      : network(network), width(board.getTilesWide()), height(board.getTilesHigh()), tileWidth(board.getTileWidth()),
        tileHeight(board.getTileHeight()), messages(network.chips.size() * width * height * 4) {
    for (size_t chip = 0; chip < network.chips.size(); ++chip)
      chipAt[{network.chips[chip].x, network.chips[chip].y}] = chip;
  }

  void add(const Flow &flow, Routes &routes);
  void listLinks(Routes &routes) const;

private:
  struct Point {
    int64_t column, row;
  };
  Point locate(const Core &core) const {
    const Chip &chip = network.chips[core.chip];
    return {chip.x * width + core.x / tileWidth, chip.y * height + core.y / tileHeight};
  }
  int32_t findChip(int64_t column, int64_t row) const {
    auto chip = chipAt.find({column / width, row / height});
    return chip == chipAt.end() ? -1 : chip->second;
  }
  /// Steps from `at` to `to` along one axis.
  void walk(Point &at, int64_t Point::*axis, int64_t to, Direction up, Direction down, const Flow &flow,
            Routes &routes);

  const Network &network;
  int64_t width, height, tileWidth, tileHeight; ///< of a chip in routers; of a tile in cores
  std::map<std::pair<int64_t, int64_t>, int32_t> chipAt;
  std::vector<double> messages; ///< of each chip, router and direction
};

void Router::walk(Point &at, int64_t Point::*axis, int64_t to, Direction up, Direction down, const Flow &flow,
                  Routes &routes) {
  while (at.*axis != to) {
    Direction direction = at.*axis < to ? up : down;
    int32_t chip = findChip(at.column, at.row);
    messages[((chip * height + at.row % height) * width + at.column % width) * 4 + static_cast<int>(direction)] +=
        flow.messages;
    at.*axis += at.*axis < to ? 1 : -1;
    (findChip(at.column, at.row) == chip ? routes.hops : routes.chipHops) += flow.messages;
  }
}

void Router::add(const Flow &flow, Routes &routes) {
  const Core &source = network.cores[flow.source], &target = network.cores[flow.target];
  Point at = locate(source), to = locate(target);
  routes.messages += flow.messages;
  routes.longest = std::max(routes.longest, std::abs(at.column - to.column) + std::abs(at.row - to.row));
  if (source.chip != target.chip)
    routes.chipMessages[source.chip] += flow.messages;
  bool rowsFirst = findChip(to.column, at.row) < 0;
  if (rowsFirst)
    walk(at, &Point::row, to.row, Direction::south, Direction::north, flow, routes);
  walk(at, &Point::column, to.column, Direction::east, Direction::west, flow, routes);
  walk(at, &Point::row, to.row, Direction::south, Direction::north, flow, routes);
}

void Router::listLinks(Routes &routes) const {
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i] == 0)
      continue;
    LinkLoad link;
    link.direction = static_cast<Direction>(i % 4);
    link.x = i / 4 % width;
    link.y = i / 4 / width % height;
    link.chip = i / 4 / width / height;
    link.messages = messages[i];
    int64_t edge = link.direction == Direction::east    ? width - 1 - link.x
                   : link.direction == Direction::west  ? link.x
                   : link.direction == Direction::south ? height - 1 - link.y
                                                        : link.y;
    link.betweenChips = edge == 0;
    routes.links.push_back(link);
  }
}

/// Whether every way meets chips only: along x, then y, or along y, then x.
bool hasCorners(const Network &network) {
  std::map<std::pair<int32_t, int32_t>, bool> chips;
  for (const Chip &chip : network.chips)
    chips[{chip.x, chip.y}] = true;
  auto isRow = [&](int32_t x0, int32_t x1, int32_t y) {
    for (int32_t x = std::min(x0, x1); x <= std::max(x0, x1); ++x)
      if (!chips.count({x, y}))
        return false;
    return true;
  };
  auto isColumn = [&](int32_t x, int32_t y0, int32_t y1) {
    for (int32_t y = std::min(y0, y1); y <= std::max(y0, y1); ++y)
      if (!chips.count({x, y}))
        return false;
    return true;
  };
  for (const Chip &a : network.chips)
    for (const Chip &b : network.chips) {
      bool rowsFirst = !chips.count({b.x, a.y});
      if (rowsFirst ? !isColumn(a.x, a.y, b.y) || !isRow(a.x, b.x, b.y)
                    : !isRow(a.x, b.x, a.y) || !isColumn(b.x, a.y, b.y))
        return false;
    }
  return true;
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
  if (!hasCorners(network))
    return llvm::createStringError("messages along x, then y, would leave the %lld chips of network '%s'; place it for "
                                   "target '%s'",
                                   static_cast<long long>(chips), network.name.c_str(), limits.name.c_str());
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
