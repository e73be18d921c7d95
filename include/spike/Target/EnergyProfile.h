// SPDX-License-Identifier: Apache-2.0
// What counted events of a chip cost in energy and time, by a profile that says where each of its numbers comes from.
// Static power stands apart. docs/targets.md gives the equations.
#ifndef SPIKE_TARGET_ENERGYPROFILE_H
#define SPIKE_TARGET_ENERGYPROFILE_H

#include "spike/Target/DataFile.h"
#include <array>
#include <optional>

namespace spike::chip {

/// What is counted. Synapses are counted by the encoding of their projection, or as graded where a payload multiplies
/// the weight. A neuron that does not run in a chip step is idle in it: every mapped neuron is one or the other.
enum class Event : uint8_t {
  synopDense,
  synopConv,
  synopStrided,
  synopSparse,
  synopGraded,
  neuronActive,
  neuronIdle,
  spike,
  messageIn,
  messageOut,
  hopEastWest, ///< of a message, from tile to tile within a chip; counted where it was sent
  hopNorthSouth,
  hopChip, ///< from chip to chip
};
constexpr size_t kNumEvents = 13;
constexpr Event kHops[] = {Event::hopEastWest, Event::hopNorthSouth, Event::hopChip};
llvm::StringRef getName(Event event);

using EventCounts = std::array<int64_t, kNumEvents>;

/// What inferences did: sums over all of them, by the chip step of an inference.
struct Activity {
  int64_t inferences = 1;
  struct Step {
    std::vector<EventCounts> cores; ///< of each core, in the network's order
    /// Messages over the link of each kind of hop that carried most; negative: not counted.
    std::array<int64_t, 3> busiestLinks = {-1, -1, -1};
  };
  std::vector<Step> steps; ///< the chip steps of an inference
  int64_t tiles = 1;       ///< routers that have a core in use, on the chip that has most of them
  /// The same events, of all steps, by population: synapses and messages in of the population that they lead to,
  /// the others of the one that they come from. Empty, or with the same sums as `steps`.
  std::vector<std::string> populations;
  std::vector<EventCounts> byPopulation;
};

/// Energy of some events, in pJ per inference. A cost that the profile does not have leaves its kind without a value.
struct EventEnergy {
  std::array<std::optional<double>, kNumEvents> kinds;
  double known() const; ///< the sum of what is known
};

/// What bounds the time of a chip step.
enum class Bound : uint8_t { neurons, synapses, messages, link, barrier };
constexpr size_t kNumBounds = 5;
llvm::StringRef getName(Bound bound);

/// Of an inference that does in every step what all of them did on average. Where cores take turns in being the
/// slowest, single inferences take longer than that: to know, evaluate them one by one.
struct Latency {
  double nanoseconds = 0;
  std::vector<double> stepNanoseconds;
  std::vector<Bound> stepBounds;
  std::vector<std::string> notKnown; ///< what happened and has no time: the latency is a lower bound then
};

struct EnergyReport {
  std::array<double, kNumEvents> counts = {}; ///< per inference
  EventEnergy total;
  std::vector<EventEnergy> cores, populations;
  std::vector<std::string> notKnown; ///< kinds that happened and have no energy: the total is a lower bound then
  std::optional<Latency> latency;    ///< nothing if the profile has no times
};

class EnergyProfile {
public:
  /// A built-in profile by name, or a file by its path.
  static llvm::Expected<EnergyProfile> load(llvm::StringRef nameOrPath);
  static std::vector<std::string> names();
  static const FileForm &form();

  const DataFile &data() const { return file; }

  /// Cost of one event; nothing if it is not known.
  std::optional<double> picojoules(Event event) const;
  std::optional<double> nanoseconds(Event event) const;
  /// Time in which so many tiles agree that a step has ended, linear between the points of the profile.
  std::optional<double> barrier(int64_t tiles) const;

  /// Energy and latency of what was counted; an error if counts are negative or do not agree with each other.
  llvm::Expected<EnergyReport> evaluate(const Activity &activity) const;

private:
  DataFile file;
  std::array<std::optional<double>, kNumEvents> energy, time;
};

} // namespace spike::chip

#endif // SPIKE_TARGET_ENERGYPROFILE_H
