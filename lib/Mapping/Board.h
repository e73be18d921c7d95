// SPDX-License-Identifier: Apache-2.0
// The places of a board, and how far apart they are.
#ifndef SPIKE_LIB_MAPPING_BOARD_H
#define SPIKE_LIB_MAPPING_BOARD_H

#include "spike/Chip/Limits.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

/// A place for a core. `column` and `row` are its router's, counted over the meshes of all chips as if they were one,
/// with gaps between chips: so far apart that a hop over a gap counts as much as it should.
struct Spot {
  int32_t chip = 0, x = 0, y = 0;
  double column = 0, row = 0;
};

class Board {
public:
  /// Chips 0 to `chips - 1` of the board; none: as few as hold `cores` cores. Which cores of a mesh are not usable is
  /// not known: the last ones are left out.
  static llvm::Expected<Board> make(const Limits &limits, int64_t cores, int64_t chips, double chipHop = 1);

  int64_t getChips() const { return chips; }
  int64_t getCoresPerChip() const { return coresPerChip; }
  int64_t getWidth() const { return width; }
  int64_t getHeight() const { return height; }
  /// Routers of a chip.
  int64_t getTilesWide() const { return (width - 1) / tileWidth + 1; }
  int64_t getTilesHigh() const { return (height - 1) / tileHeight + 1; }
  int64_t getTileWidth() const { return tileWidth; }
  int64_t getTileHeight() const { return tileHeight; }
  Chip getChip(int64_t chip) const;
  /// Chips that a network lists: on a torus all of the board, since a way may lead around it.
  int64_t getListedChips() const { return listed; }
  const Interconnect &getInterconnect() const { return links; }
  /// Hops of the way between two routers, those between chips weighed.
  double getDistance(const Spot &a, const Spot &b) const;
  /// The i-th usable core of a chip, row by row.
  Spot getSpot(int64_t chip, int64_t i) const;

private:
  Board() = default;
  int64_t chips = 0, columns = 1, width = 0, height = 0, coresPerChip = 0;
  int64_t tileWidth = 1, tileHeight = 1;
  int64_t listed = 0, rows = 1; ///< rows of chips around a torus
  double gap = 0;
  Interconnect links;
};

/// Hops in the plane, those between chips weighed: the way on a mesh, and about it elsewhere.
inline double getPlaneDistance(const Spot &a, const Spot &b) {
  double columns = a.column - b.column, rows = a.row - b.row;
  return (columns < 0 ? -columns : columns) + (rows < 0 ? -rows : rows);
}

/// Puts core i of the network on spot i.
void setSpots(Network &network, const Board &board, const std::vector<Spot> &spots);

} // namespace spike::chip

#endif // SPIKE_LIB_MAPPING_BOARD_H
