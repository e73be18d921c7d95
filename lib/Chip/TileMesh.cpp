// SPDX-License-Identifier: Apache-2.0
#include "spike/Chip/TileMesh.h"

using namespace spike::chip;

TileMesh::TileMesh(const Network &network, int64_t width, int64_t height, int64_t tileWidth, int64_t tileHeight)
    : network(network), columns((width - 1) / tileWidth + 1), rows((height - 1) / tileHeight + 1), tileWidth(tileWidth),
      tileHeight(tileHeight) {
  for (size_t chip = 0; chip < network.chips.size(); ++chip)
    chipAt[{network.chips[chip].x, network.chips[chip].y}] = static_cast<int32_t>(chip);
}

MeshLink TileMesh::getLink(size_t link) const {
  auto router = static_cast<int64_t>(link / 4);
  MeshLink found;
  found.direction = static_cast<Direction>(link % 4);
  found.x = static_cast<int32_t>(router % columns);
  found.y = static_cast<int32_t>(router / columns % rows);
  found.chip = static_cast<int32_t>(router / columns / rows);
  int64_t toEdge[] = {columns - 1 - found.x, found.x, rows - 1 - found.y, found.y};
  found.betweenChips = toEdge[link % 4] == 0;
  return found;
}
