// SPDX-License-Identifier: Apache-2.0
// The links between routers, and which of them a message takes: first along x, then along y, as if the meshes of all
// chips were one; along y first where a board's last row is not full and there is no chip at the corner. On a torus the
// ends of that mesh meet, and each axis is gone the shorter way, upward if both are as long. Between groups of chips
// the way leads over their gateways, which are linked with each other.
#ifndef SPIKE_CHIP_TILEMESH_H
#define SPIKE_CHIP_TILEMESH_H

#include "spike/Chip/Network.h"
#include <map>

namespace spike::chip {

enum class Direction : uint8_t { east, west, south, north, gateway }; ///< south is toward larger y

/// "east", "west", ...
const char *getName(Direction direction);

/// The way out of the router at (x, y) of a chip. `x` and `y` count routers, which are fewer than cores where tiles of
/// cores share one.
struct MeshLink {
  int32_t chip = 0, x = 0, y = 0;
  Direction direction = Direction::east;
  bool betweenChips = false;
  int32_t gateway = -1; ///< the chip where a link from gateway to gateway ends
};

/// Of a placed network, whose cores lie on meshes of `width` x `height` cores, in tiles. Every way must lead over chips
/// that exist, see hasAllWays.
class TileMesh {
public:
  TileMesh(const Network &network, int64_t width, int64_t height, int64_t tileWidth, int64_t tileHeight);

  size_t getNumLinks() const { return meshLinks() + groups * groups; }
  MeshLink getLink(size_t link) const;

  /// Calls visit(number of a link) along the way from one core to another.
  template <typename Fn>
  void forEachLink(const Core &source, const Core &target, Fn &&visit) const {
    Tile tile = locate(source), to = locate(target);
    int64_t group = groups ? source.chip / perGroup : 0, other = groups ? target.chip / perGroup : 0;
    if (group != other) {
      walk(tile, locate(getGateway(group)), visit);
      visit(meshLinks() + group * groups + other);
      tile = locate(getGateway(other));
    }
    walk(tile, to, visit);
  }

private:
  struct Tile {
    int64_t x, y; ///< over all chips
  };
  size_t meshLinks() const { return network.chips.size() * columns * rows * 4; }
  Core getGateway(int64_t group) const { return {static_cast<int32_t>(group * perGroup), 0, 0, {}}; }
  Tile locate(const Core &core) const {
    const Chip &chip = network.chips[core.chip];
    return {chip.x * columns + core.x / tileWidth, chip.y * rows + core.y / tileHeight};
  }
  int32_t findChip(Tile tile) const {
    auto chip = chipAt.find({tile.x / columns, tile.y / rows});
    return chip == chipAt.end() ? -1 : chip->second;
  }
  template <typename Fn>
  void walk(Tile tile, Tile to, Fn &visit) const {
    bool hasCorner = findChip({to.x, tile.y}) >= 0;
    if (!hasCorner)
      walk(tile, &Tile::y, to.y, ringY, Direction::south, Direction::north, visit);
    walk(tile, &Tile::x, to.x, ringX, Direction::east, Direction::west, visit);
    walk(tile, &Tile::y, to.y, ringY, Direction::south, Direction::north, visit);
  }
  template <typename Fn>
  void walk(Tile &tile, int64_t Tile::*axis, int64_t to, int64_t ring, Direction up, Direction down, Fn &visit) const {
    int64_t ahead = to - tile.*axis;
    bool isUp = ring ? 2 * ((ahead + ring) % ring) <= ring : ahead > 0;
    while (tile.*axis != to) {
      visit(((findChip(tile) * rows + tile.y % rows) * columns + tile.x % columns) * 4 +
            static_cast<size_t>(isUp ? up : down));
      tile.*axis += isUp ? 1 : -1;
      if (ring)
        tile.*axis = (tile.*axis + ring) % ring;
    }
  }

  const Network &network;
  int64_t columns, rows, tileWidth, tileHeight; ///< of a chip, in routers; of a tile, in cores
  int64_t ringX = 0, ringY = 0;                 ///< routers around the torus; zero: the ends do not meet
  int64_t perGroup = 0, groups = 0;             ///< chips of a group; none where chips are in no groups
  std::map<std::pair<int64_t, int64_t>, int32_t> chipAt;
};

/// Whether every way between chips, by the network's interconnect, meets chips only.
bool hasAllWays(const Network &network);

} // namespace spike::chip

#endif // SPIKE_CHIP_TILEMESH_H
