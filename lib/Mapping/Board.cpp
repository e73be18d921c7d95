// SPDX-License-Identifier: Apache-2.0
// Chips in rows, meshes in chips.
#include "Board.h"

#include <algorithm>
#include <cmath>

using namespace spike::chip;

llvm::Expected<Board> Board::make(const Limits &limits, int64_t cores, int64_t chips, double chipHop) {
  Board board;
  board.columns = std::max<int64_t>(1, limits.chipColumns);
  board.gap = chipHop - 1;
  board.tileWidth = std::max<int64_t>(1, limits.tileWidth);
  board.tileHeight = std::max<int64_t>(1, limits.tileHeight);
  board.width = limits.meshWidth;
  board.height = limits.meshHeight;
  board.coresPerChip = limits.coresPerChip > 0 ? limits.coresPerChip : std::max<int64_t>(cores, 1);
  if (board.width <= 0 || board.height <= 0) {
    board.width = std::ceil(std::sqrt(double(board.coresPerChip)));
    board.height = (board.coresPerChip - 1) / board.width + 1;
  }
  if (limits.coresPerChip <= 0 && limits.meshWidth > 0 && limits.meshHeight > 0)
    board.coresPerChip = board.width * board.height;
  board.coresPerChip = std::min(board.coresPerChip, board.width * board.height);

  int64_t needed = std::max<int64_t>(1, (cores - 1) / board.coresPerChip + 1);
  board.chips = chips > 0 ? chips : needed;
  if (limits.chips > 0 && board.chips > limits.chips)
    return llvm::createStringError("placement needs %lld chips, '%s' has %lld (chips); choose a board with more chips",
                                   static_cast<long long>(board.chips), limits.name.c_str(),
                                   static_cast<long long>(limits.chips));
  if (board.chips < needed)
    return llvm::createStringError(
        "%lld cores do not fit on %lld chips of '%s' with %lld cores each (coresPerChip); allow "
        "%lld chips",
        static_cast<long long>(cores), static_cast<long long>(board.chips), limits.name.c_str(),
        static_cast<long long>(board.coresPerChip), static_cast<long long>(needed));
  board.links = limits.interconnect;
  board.listed = board.chips;
  if (board.links.kind == Interconnect::torus) {
    board.listed = std::max(board.chips, limits.chips);
    board.rows = board.listed / board.columns;
    if (board.listed % board.columns)
      return llvm::createStringError("'%s' has %lld chips in rows of %lld (chipColumns), a torus needs full rows",
                                     limits.name.c_str(), static_cast<long long>(board.listed),
                                     static_cast<long long>(board.columns));
  }
  return board;
}

/// Hops around a ring of `chips` with so many routers each, a hop between chips counting 1 + gap; the way that
/// TileMesh takes.
static double goAround(int64_t from, int64_t to, int64_t routers, int64_t chips, double gap) {
  int64_t ring = routers * chips, ahead = chips > 1 ? (to - from + ring) % ring : std::abs(to - from);
  if (chips <= 1)
    return static_cast<double>(ahead);
  bool isUp = 2 * ahead <= ring;
  int64_t hops = isUp ? ahead : ring - ahead, start = isUp ? from : to;
  return static_cast<double>(hops) + gap * static_cast<double>((start % routers + hops) / routers);
}

double Board::getDistance(const Spot &a, const Spot &b) const {
  if (links.kind == Interconnect::torus) {
    auto column = [&](const Spot &s) { return getChip(s.chip).x * getTilesWide() + s.x / tileWidth; };
    auto row = [&](const Spot &s) { return getChip(s.chip).y * getTilesHigh() + s.y / tileHeight; };
    return goAround(column(a), column(b), getTilesWide(), columns, gap) +
           goAround(row(a), row(b), getTilesHigh(), rows, gap);
  }
  int64_t perGroup = links.chipsPerGroup;
  if (links.kind == Interconnect::hierarchical && a.chip / perGroup != b.chip / perGroup) {
    Spot out = getSpot(a.chip / perGroup * perGroup, 0), in = getSpot(b.chip / perGroup * perGroup, 0);
    return getPlaneDistance(a, out) + 1 + gap + getPlaneDistance(in, b);
  }
  return getPlaneDistance(a, b);
}

Chip Board::getChip(int64_t chip) const {
  Chip where;
  where.x = chip % columns;
  where.y = chip / columns;
  return where;
}

Spot Board::getSpot(int64_t chip, int64_t i) const {
  Spot spot;
  spot.chip = chip;
  spot.x = i % width;
  spot.y = i / width;
  spot.column = getChip(chip).x * (getTilesWide() + gap) + spot.x / tileWidth;
  spot.row = getChip(chip).y * (getTilesHigh() + gap) + spot.y / tileHeight;
  return spot;
}

void spike::chip::setSpots(Network &network, const Board &board, const std::vector<Spot> &spots) {
  network.chips.clear();
  network.interconnect = board.getInterconnect();
  for (int64_t chip = 0; chip < board.getListedChips(); ++chip)
    network.chips.push_back(board.getChip(chip));
  for (size_t core = 0; core < network.cores.size(); ++core) {
    network.cores[core].chip = spots[core].chip;
    network.cores[core].x = spots[core].x;
    network.cores[core].y = spots[core].y;
  }
}
