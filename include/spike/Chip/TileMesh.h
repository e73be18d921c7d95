// SPDX-License-Identifier: Apache-2.0
// The links between routers, and which of them a message takes: first along x, then along y, as if the meshes of all
// chips were one; along y first where a board's last row is not full and there is no chip at the corner.
#ifndef SPIKE_CHIP_TILEMESH_H
#define SPIKE_CHIP_TILEMESH_H

#include "spike/Chip/Network.h"
#include <map>

namespace spike::chip {

enum class Direction : uint8_t { east, west, south, north }; ///< south is toward larger y

/// The way out of the router at (x, y) of a chip. `x` and `y` count routers, which are fewer than cores where tiles of
/// cores share one.
struct MeshLink {
  int32_t chip = 0, x = 0, y = 0;
  Direction direction = Direction::east;
  bool betweenChips = false;
};

/// Of a placed network, whose cores lie on meshes of `width` x `height` cores, in tiles. Every way must lead over chips
/// that exist.
class TileMesh {
public:
  TileMesh(const Network &network, int64_t width, int64_t height, int64_t tileWidth, int64_t tileHeight);

  size_t getNumLinks() const { return network.chips.size() * columns * rows * 4; }
  MeshLink getLink(size_t link) const;

  /// Calls visit(number of a link) along the way from one core to another.
  template <typename Fn>
  void forEachLink(const Core &source, const Core &target, Fn &&visit) const {
    Tile tile = locate(source), to = locate(target);
    bool hasCorner = findChip({to.x, tile.y}) >= 0;
    if (!hasCorner)
      walk(tile, &Tile::y, to.y, Direction::south, Direction::north, visit);
    walk(tile, &Tile::x, to.x, Direction::east, Direction::west, visit);
    walk(tile, &Tile::y, to.y, Direction::south, Direction::north, visit);
  }

private:
  struct Tile {
    int64_t x, y; ///< over all chips
  };
  Tile locate(const Core &core) const {
    const Chip &chip = network.chips[core.chip];
    return {chip.x * columns + core.x / tileWidth, chip.y * rows + core.y / tileHeight};
  }
  int32_t findChip(Tile tile) const {
    auto chip = chipAt.find({tile.x / columns, tile.y / rows});
    return chip == chipAt.end() ? -1 : chip->second;
  }
  template <typename Fn>
  void walk(Tile &tile, int64_t Tile::*axis, int64_t to, Direction up, Direction down, Fn &visit) const {
    for (; tile.*axis != to; tile.*axis += tile.*axis < to ? 1 : -1) {
      Direction direction = tile.*axis < to ? up : down;
      visit(((findChip(tile) * rows + tile.y % rows) * columns + tile.x % columns) * 4 +
            static_cast<size_t>(direction));
    }
  }

  const Network &network;
  int64_t columns, rows, tileWidth, tileHeight; ///< of a chip, in routers; of a tile, in cores
  std::map<std::pair<int64_t, int64_t>, int32_t> chipAt;
};

} // namespace spike::chip

#endif // SPIKE_CHIP_TILEMESH_H
