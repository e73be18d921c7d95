// SPDX-License-Identifier: Apache-2.0
// Energy and latency of counted events. What happened and has no cost is reported by name, and never taken as zero.
#include "spike/Target/EnergyProfile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

using namespace spike::chip;
using llvm::Expected;
using llvm::Twine;

namespace {

llvm::Error add(EventCounts &sum, const EventCounts &counts) {
  for (size_t i = 0; i < kNumEvents; ++i) {
    if (counts[i] < 0)
      return llvm::createStringError("expected counts of 0 or more, got " + Twine(counts[i]) + " of " +
                                     getName(static_cast<Event>(i)));
    if (__builtin_add_overflow(sum[i], counts[i], &sum[i]))
      return llvm::createStringError("the count of " + getName(static_cast<Event>(i)) + " has more than 63 bits");
  }
  return llvm::Error::success();
}

/// The law of arXiv:2601.10035: a step takes as long as the slowest of the busiest core's parts, the busiest link and
/// the barrier.
class Clock {
public:
  Clock(const EnergyProfile &profile, const Activity &activity)
      : profile(profile), inferences(static_cast<double>(activity.inferences)),
        barrier(profile.barrier(activity.tiles)) {}

  std::pair<double, Bound> time(const Activity::Step &step) {
    std::array<double, kNumBounds> terms = {};
    auto atLeast = [&](Bound bound, double time) {
      double &term = terms[static_cast<size_t>(bound)];
      term = std::max(term, time);
    };
    for (const EventCounts &core : step.cores) {
      atLeast(Bound::neurons, timeOf(core, Event::neuronActive, Event::spike));
      atLeast(Bound::synapses, timeOf(core, Event::synopDense, Event::synopGraded));
      atLeast(Bound::messages, timeOf(core, Event::messageIn, Event::messageOut));
      for (auto [hop, busiest] : llvm::zip(kHops, step.busiestLinks))
        uncountedLinks |= core[static_cast<size_t>(hop)] > 0 && busiest < 0;
    }
    // A link is taken to be busy with a message for as long as the hop lasts.
    for (auto [hop, busiest] : llvm::zip(kHops, step.busiestLinks)) {
      EventCounts links = {};
      links[static_cast<size_t>(hop)] = std::max<int64_t>(busiest, 0);
      atLeast(Bound::link, timeOf(links, hop, hop));
    }
    atLeast(Bound::barrier, barrier.value_or(0));
    auto slowest = std::max_element(terms.begin(), terms.end());
    return {*slowest, static_cast<Bound>(slowest - terms.begin())};
  }

  std::vector<std::string> notKnown() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < kNumEvents; ++i)
      if (missing[i])
        names.push_back(getName(static_cast<Event>(i)).str());
    if (uncountedLinks)
      names.push_back("link");
    if (!barrier)
      names.push_back("barrier");
    return names;
  }

private:
  /// Time of the events first .. last of one core or link, in ns, per inference.
  double timeOf(const EventCounts &counts, Event first, Event last) {
    double time = 0;
    for (size_t i = static_cast<size_t>(first); i <= static_cast<size_t>(last); ++i) {
      std::optional<double> cost = profile.nanoseconds(static_cast<Event>(i));
      time += static_cast<double>(counts[i]) / inferences * cost.value_or(0);
      missing[i] |= counts[i] > 0 && !cost;
    }
    return time;
  }

  const EnergyProfile &profile;
  double inferences;
  std::optional<double> barrier;
  std::array<bool, kNumEvents> missing = {};
  bool uncountedLinks = false;
};

Latency computeLatency(const EnergyProfile &profile, const Activity &activity) {
  Latency latency;
  Clock clock(profile, activity);
  for (const Activity::Step &step : activity.steps) {
    auto [time, bound] = clock.time(step);
    latency.nanoseconds += time;
    latency.stepNanoseconds.push_back(time);
    latency.stepBounds.push_back(bound);
  }
  latency.notKnown = clock.notKnown();
  return latency;
}

} // namespace

double EventEnergy::known() const {
  double sum = 0;
  for (const std::optional<double> &energy : kinds)
    sum += energy.value_or(0);
  return sum;
}

Expected<EnergyReport> EnergyProfile::evaluate(const Activity &activity) const {
  if (activity.inferences < 1 || activity.tiles < 1)
    return llvm::createStringError("expected at least one inference and one tile, got " + Twine(activity.inferences) +
                                   " and " + Twine(activity.tiles));
  if (activity.steps.empty())
    return llvm::createStringError("expected at least one chip step");
  size_t numCores = activity.steps.front().cores.size();
  std::vector<EventCounts> cores(numCores, EventCounts{});
  for (const Activity::Step &step : activity.steps) {
    if (step.cores.size() != numCores)
      return llvm::createStringError("expected counts of " + Twine(numCores) + " cores in every step, got " +
                                     Twine(step.cores.size()));
    for (auto [sum, counts] : llvm::zip(cores, step.cores))
      if (llvm::Error error = add(sum, counts))
        return error;
  }
  EventCounts total = {}, ofPopulations = {};
  for (const EventCounts &core : cores)
    if (llvm::Error error = add(total, core))
      return error;
  for (const EventCounts &population : activity.byPopulation)
    if (llvm::Error error = add(ofPopulations, population))
      return error;
  if (activity.populations.size() != activity.byPopulation.size())
    return llvm::createStringError("expected counts of " + Twine(activity.populations.size()) + " populations, got " +
                                   Twine(activity.byPopulation.size()));
  for (size_t i = 0; i < kNumEvents && !activity.populations.empty(); ++i)
    if (total[i] != ofPopulations[i])
      return llvm::createStringError("the cores count " + Twine(total[i]) + " of " + getName(static_cast<Event>(i)) +
                                     ", the populations " + Twine(ofPopulations[i]));

  EnergyReport report;
  auto convert = [&](const EventCounts &counts) {
    EventEnergy result;
    for (size_t i = 0; i < kNumEvents; ++i)
      if (energy[i] || counts[i] == 0)
        result.kinds[i] =
            static_cast<double>(counts[i]) / static_cast<double>(activity.inferences) * energy[i].value_or(0);
    return result;
  };
  report.total = convert(total);
  for (size_t i = 0; i < kNumEvents; ++i) {
    report.counts[i] = static_cast<double>(total[i]) / static_cast<double>(activity.inferences);
    if (!report.total.kinds[i])
      report.notKnown.push_back(getName(static_cast<Event>(i)).str());
  }
  llvm::append_range(report.cores, llvm::map_range(cores, convert));
  llvm::append_range(report.populations, llvm::map_range(activity.byPopulation, convert));
  bool hasTimes = barrier(activity.tiles) || llvm::any_of(time, [](const auto &cost) { return cost.has_value(); });
  if (hasTimes)
    report.latency = computeLatency(*this, activity);
  return report;
}
