// SPDX-License-Identifier: Apache-2.0
#include "spike/Chip/TileMesh.h"

#include <algorithm>

using namespace spike::chip;

/// Where the rectangle around all chips ends.
static Chip getEnd(const Network &network) {
  Chip end;
  for (const Chip &chip : network.chips)
    end = {std::max(end.x, chip.x + 1), std::max(end.y, chip.y + 1)};
  return end;
}

const char *spike::chip::getName(Direction direction) {
  static constexpr const char *names[] = {"east", "west", "south", "north", "gateway"};
  return names[static_cast<size_t>(direction)];
}

TileMesh::TileMesh(const Network &network, int64_t width, int64_t height, int64_t tileWidth, int64_t tileHeight)
    : network(network), columns((width - 1) / tileWidth + 1), rows((height - 1) / tileHeight + 1), tileWidth(tileWidth),
      tileHeight(tileHeight) {
  for (size_t chip = 0; chip < network.chips.size(); ++chip)
    chipAt[{network.chips[chip].x, network.chips[chip].y}] = static_cast<int32_t>(chip);
  if (network.interconnect.kind == Interconnect::torus) {
    Chip end = getEnd(network);
    ringX = end.x > 1 ? end.x * columns : 0; // a chip has no link to itself
    ringY = end.y > 1 ? end.y * rows : 0;
  }
  if (network.interconnect.kind == Interconnect::hierarchical) {
    perGroup = network.interconnect.chipsPerGroup;
    groups = (static_cast<int64_t>(network.chips.size()) - 1) / perGroup + 1;
  }
}

MeshLink TileMesh::getLink(size_t link) const {
  MeshLink found;
  if (link >= meshLinks()) {
    auto pair = static_cast<int64_t>(link - meshLinks());
    found.chip = getGateway(pair / groups).chip;
    found.gateway = getGateway(pair % groups).chip;
    found.direction = Direction::gateway;
    found.betweenChips = true;
    return found;
  }
  auto router = static_cast<int64_t>(link / 4);
  found.direction = static_cast<Direction>(link % 4);
  found.x = static_cast<int32_t>(router % columns);
  found.y = static_cast<int32_t>(router / columns % rows);
  found.chip = static_cast<int32_t>(router / columns / rows);
  int64_t toEdge[] = {columns - 1 - found.x, found.x, rows - 1 - found.y, found.y};
  found.betweenChips = toEdge[link % 4] == 0;
  return found;
}

bool spike::chip::hasAllWays(const Network &network) {
  const Interconnect &links = network.interconnect;
  if (links.kind == Interconnect::torus) {
    Chip end = getEnd(network);
    return network.chips.size() == static_cast<size_t>(end.x) * end.y;
  }
  // Along x, then y, or along y, then x, without leaving the group.
  size_t perGroup = links.kind == Interconnect::hierarchical ? links.chipsPerGroup : network.chips.size();
  std::map<std::pair<int32_t, int32_t>, size_t> groupAt;
  for (size_t i = 0; i < network.chips.size(); ++i)
    groupAt[{network.chips[i].x, network.chips[i].y}] = i / perGroup;
  auto isFree = [&](int32_t x0, int32_t x1, int32_t y0, int32_t y1, size_t group) {
    for (int32_t x = std::min(x0, x1); x <= std::max(x0, x1); ++x)
      for (int32_t y = std::min(y0, y1); y <= std::max(y0, y1); ++y) {
        auto found = groupAt.find({x, y});
        if (found == groupAt.end() || found->second != group)
          return false;
      }
    return true;
  };
  for (size_t i = 0; i < network.chips.size(); ++i)
    for (size_t j = i / perGroup * perGroup; j < std::min((i / perGroup + 1) * perGroup, network.chips.size()); ++j) {
      const Chip &a = network.chips[i], &b = network.chips[j];
      bool rowsFirst = !groupAt.count({b.x, a.y});
      size_t group = i / perGroup;
      if (rowsFirst ? !isFree(a.x, a.x, a.y, b.y, group) || !isFree(a.x, b.x, b.y, b.y, group)
                    : !isFree(a.x, b.x, a.y, a.y, group) || !isFree(b.x, b.x, a.y, b.y, group))
        return false;
    }
  return true;
}
