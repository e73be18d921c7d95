// SPDX-License-Identifier: Apache-2.0
// Annealing with a window that shrinks with the temperature: far moves are tried while they are still taken. Numbers
// are drawn in integers, so that placements are the same with every standard library.
#include "Anneal.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace spike::chip;

double spike::chip::getTrafficHops(const Graph &traffic, const Board &board, const std::vector<Spot> &spots) {
  double hops = 0;
  for (int32_t core = 0; core < traffic.size(); ++core)
    for (const Graph::Neighbour *to = traffic.begin(core); to != traffic.end(core); ++to)
      if (to->vertex > core)
        hops += to->weight * board.getDistance(spots[core], spots[to->vertex]);
  return hops;
}

namespace {

class Annealer {
public:
  Annealer(const Graph &traffic, const Board &board, std::vector<Spot> &spots, uint32_t seed)
      : traffic(traffic), board(board), spots(spots), random(seed),
        occupants(board.getChips() * board.getCoresPerChip(), -1) {
    for (size_t core = 0; core < spots.size(); ++core)
      occupants[indexOf(spots[core])] = core;
  }

  void run(int64_t sweeps);

private:
  size_t indexOf(const Spot &spot) const {
    return spot.chip * board.getCoresPerChip() + spot.y * board.getWidth() + spot.x;
  }
  double uniform() { return std::ldexp(static_cast<double>(random() >> 11), -53); }
  Spot pickSpot(const Spot &from, int64_t window);
  double getCost(int32_t core, const Spot &spot, int32_t except) const;
  double getChange(int32_t core, const Spot &spot) const;
  void move(int32_t core, const Spot &spot);

  const Graph &traffic;
  const Board &board;
  std::vector<Spot> &spots;
  std::mt19937_64 random;
  std::vector<int32_t> occupants;
};

/// A spot on the same chip not further than the window, or, one time in eight, on any chip.
Spot Annealer::pickSpot(const Spot &from, int64_t window) {
  if (board.getChips() > 1 && random() % 8 == 0)
    return board.getSpot(random() % board.getChips(), random() % board.getCoresPerChip());
  auto draw = [&](int64_t at, int64_t length) {
    int64_t low = std::max<int64_t>(0, at - window), high = std::min(length - 1, at + window);
    return low + static_cast<int64_t>(random() % (high - low + 1));
  };
  int64_t index = draw(from.y, board.getHeight()) * board.getWidth() + draw(from.x, board.getWidth());
  return index < board.getCoresPerChip() ? board.getSpot(from.chip, index) : from;
}

double Annealer::getCost(int32_t core, const Spot &spot, int32_t except) const {
  double cost = 0;
  for (const Graph::Neighbour *to = traffic.begin(core); to != traffic.end(core); ++to)
    if (to->vertex != except)
      cost += to->weight * board.getDistance(spot, spots[to->vertex]);
  return cost;
}

/// If the core goes there, and who is there comes here instead. What both send each other goes as far as before.
double Annealer::getChange(int32_t core, const Spot &spot) const {
  int32_t other = occupants[indexOf(spot)];
  double change = getCost(core, spot, other) - getCost(core, spots[core], other);
  if (other >= 0)
    change += getCost(other, spots[core], core) - getCost(other, spot, core);
  return change;
}

void Annealer::move(int32_t core, const Spot &spot) {
  int32_t other = occupants[indexOf(spot)];
  std::swap(occupants[indexOf(spot)], occupants[indexOf(spots[core])]);
  if (other >= 0)
    spots[other] = spots[core];
  spots[core] = spot;
}

void Annealer::run(int64_t sweeps) {
  int64_t cores = spots.size(), tries = sweeps * cores;
  if (cores == 0 || occupants.size() < 2)
    return;
  // The start is good: only as hot as a typical step of one spot is dear.
  double total = 0;
  int64_t samples = std::min<int64_t>(1000, 10 * cores);
  for (int64_t i = 0; i < samples; ++i) {
    int32_t core = random() % cores;
    Spot spot = pickSpot(spots[core], 1);
    total += indexOf(spot) == indexOf(spots[core]) ? 0 : std::abs(getChange(core, spot));
  }
  double hottest = 0.3 * total / samples, coldest = hottest * 1e-3;
  if (hottest <= 0)
    return;
  double cost = 0, bestCost = 0;
  std::vector<Spot> best = spots;
  int64_t reach = std::max(board.getWidth(), board.getHeight()) - 1;
  double temperature = hottest;
  int64_t window = reach;
  for (int64_t i = 0; i < tries; ++i) {
    if (i % cores == 0) {
      if (cost < bestCost) {
        bestCost = cost;
        best = spots;
      }
      double progress = static_cast<double>(i) / tries;
      temperature = hottest * std::pow(coldest / hottest, progress);
      window = std::max<int64_t>(1, std::llround(reach * (1 - progress)));
    }
    int32_t core = random() % cores;
    Spot spot = pickSpot(spots[core], window);
    if (indexOf(spot) == indexOf(spots[core]))
      continue;
    double change = getChange(core, spot);
    if (change <= 0 || uniform() < std::exp(-change / temperature)) {
      move(core, spot);
      cost += change;
    }
  }
  if (cost >= bestCost)
    spots = best;
}

} // namespace

std::vector<Spot> spike::chip::anneal(const Graph &traffic, const Board &board, std::vector<Spot> spots, int64_t sweeps,
                                      uint32_t seed) {
  double before = getTrafficHops(traffic, board, spots);
  std::vector<Spot> better = spots;
  Annealer(traffic, board, better, seed).run(sweeps);
  return getTrafficHops(traffic, board, better) < before ? better : spots;
}
