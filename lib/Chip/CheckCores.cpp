// SPDX-License-Identifier: Apache-2.0
// Slices cover every population but inputs exactly once; cores and chips have places of their own.
#include "Checker.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

using namespace spike::chip;
using llvm::Twine;

namespace {

/// Two slices that share neurons, if any do: a line moves over positions and keeps the channels of the slices it meets.
std::optional<std::pair<Slice, Slice>> findOverlap(std::vector<Slice> slices) {
  struct Event {
    int64_t position;
    bool starts;
    size_t slice;
  };
  std::vector<Event> events;
  for (size_t i = 0; i < slices.size(); ++i) {
    events.push_back({slices[i].p0, true, i});
    events.push_back({slices[i].p1, false, i});
  }
  std::sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
    return std::tie(a.position, a.starts, a.slice) < std::tie(b.position, b.starts, b.slice);
  });
  std::map<int64_t, size_t> met; // by first channel
  for (const Event &event : events) {
    const Slice &slice = slices[event.slice];
    if (!event.starts) {
      met.erase(slice.c0);
      continue;
    }
    auto next = met.lower_bound(slice.c0);
    if (next != met.end() && slices[next->second].c0 < slice.c1)
      return std::make_pair(slice, slices[next->second]);
    if (next != met.begin() && slices[std::prev(next)->second].c1 > slice.c0)
      return std::make_pair(slice, slices[std::prev(next)->second]);
    met.insert({slice.c0, event.slice});
  }
  return std::nullopt;
}

std::string describeBox(const Slice &slice) {
  return ("positions " + Twine(slice.p0) + " to " + Twine(slice.p1) + ", channels " + Twine(slice.c0) + " to " +
          Twine(slice.c1))
      .str();
}

} // namespace

bool Checker::checkCoverage() {
  std::vector<std::vector<Slice>> slices(network.populations.size());
  for (size_t i = 0; i < network.cores.size(); ++i)
    for (const Slice &slice : network.cores[i].slices) {
      if (!checkIndex(Part::core, i, "population", slice.population, network.populations.size()))
        return false;
      const Population &population = network.populations[slice.population];
      if (population.kind == NeuronKind::input)
        return fail(Part::core, i, "it holds neurons of the input '" + Twine(population.name) + "', which has none");
      if (slice.p0 < 0 || slice.p0 >= slice.p1 || slice.p1 > population.positions() || slice.c0 < 0 ||
          slice.c0 >= slice.c1 || slice.c1 > population.channels())
        return fail(Part::core, i,
                    "its slice of '" + Twine(population.name) + "', " + describeBox(slice) +
                        ", is empty or leaves the " + Twine(population.positions()) + " positions and " +
                        Twine(population.channels()) + " channels");
      slices[slice.population].push_back(slice);
    }
  for (size_t i = 0; i < network.populations.size(); ++i) {
    const Population &population = network.populations[i];
    if (population.kind == NeuronKind::input)
      continue;
    if (auto overlap = findOverlap(slices[i]))
      return fail(Part::population, i,
                  "two slices hold the same neurons: " + describeBox(overlap->first) + "; and " +
                      describeBox(overlap->second));
    int64_t covered = 0;
    for (const Slice &slice : slices[i])
      covered += slice.size();
    if (covered != population.size())
      return fail(Part::population, i,
                  "cores hold " + Twine(covered) + " of its " + Twine(population.size()) +
                      " neurons; run loihi-partition");
  }
  return true;
}

bool Checker::checkCores() {
  if (!checkCoverage())
    return false;
  if (phase < Phase::placed)
    return true;
  std::map<std::tuple<int32_t, int32_t>, size_t> chips;
  for (size_t i = 0; i < network.chips.size(); ++i) {
    const Chip &chip = network.chips[i];
    if (chip.x < 0 || chip.y < 0)
      return fail(Part::chip, i, "its place must not be negative, got " + Twine(chip.x) + ", " + Twine(chip.y));
    auto [other, isNew] = chips.insert({{chip.x, chip.y}, i});
    if (!isNew)
      return fail(Part::chip, i,
                  "it lies where chip " + Twine(other->second) + " does, at " + Twine(chip.x) + ", " + Twine(chip.y));
  }
  const Interconnect &links = network.interconnect;
  if (links.kind > Interconnect::hierarchical)
    return fail(Part::network, 0, "its interconnect is " + Twine(int(links.kind)) + ", expected 0 to 2");
  if (links.kind == Interconnect::hierarchical ? links.chipsPerGroup < 1 : links.chipsPerGroup != 0)
    return fail(Part::network, 0,
                "it has " + Twine(links.chipsPerGroup) + " chips per group, expected " +
                    (links.kind == Interconnect::hierarchical ? "at least 1 where they are in groups"
                                                              : "none where they are not in groups"));
  std::map<std::tuple<int32_t, int32_t, int32_t>, size_t> places;
  for (size_t i = 0; i < network.cores.size(); ++i) {
    const Core &core = network.cores[i];
    if (!checkIndex(Part::core, i, "chip", core.chip, network.chips.size()))
      return false;
    if (core.x < 0 || core.y < 0)
      return fail(Part::core, i, "its place must not be negative");
    auto [other, isNew] = places.insert({{core.chip, core.x, core.y}, i});
    if (!isNew)
      return fail(Part::core, i, "it lies where core " + Twine(other->second) + " does; run loihi-place");
  }
  return true;
}
