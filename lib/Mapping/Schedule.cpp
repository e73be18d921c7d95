// SPDX-License-Identifier: Apache-2.0
// Start times by longest paths, delays for the rest of each path, relays where a delay is too long.
#include "spike/Mapping/Schedule.h"

#include "spike/Chip/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <set>

using namespace spike::chip;
using llvm::Twine;

namespace {

/// What the delay of every projection can be, whatever the target (Network.h).
constexpr int64_t kMaxDelay = 63;

class Scheduler {
public:
  Scheduler(Network &network, const Limits &limits)
      : network(network), limits(limits), maxDelay(std::min(limits.delay, kMaxDelay)) {}

  llvm::Expected<ScheduleReport> run() {
    if (llvm::Error error = setStarts())
      return std::move(error);
    // Relays are added behind these.
    size_t projections = network.projections.size();
    for (size_t i = 0; i < projections; ++i)
      if (llvm::Error error = setDelay(i))
        return std::move(error);
    report.period = network.period();
    report.chipSteps = static_cast<int32_t>(network.chipSteps());
    return report;
  }

private:
  llvm::Error setStarts();
  llvm::Error separatePasses();
  /// The first step that can integrate what a population sends in its last.
  int64_t getEnd(int32_t population) const {
    return int64_t(network.populations[population].start) + network.populations[population].substeps;
  }
  llvm::Error cycleError(std::vector<int32_t> waiting) const;
  llvm::Error setDelay(size_t index);
  llvm::Expected<int32_t> getRelay(size_t projection, int32_t source, size_t number);
  int32_t getRelayProgram();
  std::string makeName(const std::string &base);

  Network &network;
  const Limits &limits;
  int64_t maxDelay;
  ScheduleReport report;
  std::vector<std::vector<int32_t>> relays; ///< of each population, in the order of time
  std::set<std::string> names;
};

llvm::Error Scheduler::setStarts() {
  size_t size = network.populations.size();
  std::vector<std::vector<const Projection *>> targets(size);
  std::vector<int32_t> waiting(size), ready, depth(size);
  for (const Projection &projection : network.projections) {
    targets[projection.source].push_back(&projection);
    ++waiting[projection.target];
  }
  for (size_t i = 0; i < size; ++i) {
    network.populations[i].start = 0;
    if (!waiting[i])
      ready.push_back(i);
  }
  size_t roots = ready.size();
  for (size_t next = 0; next < ready.size(); ++next)
    for (const Projection *projection : targets[ready[next]]) {
      int32_t &start = network.populations[projection->target].start;
      start = std::max(start, static_cast<int32_t>(getEnd(ready[next]) - projection->substep));
      depth[projection->target] = std::max(depth[projection->target], depth[ready[next]] + 1);
      report.depth = std::max(report.depth, depth[projection->target]);
      if (--waiting[projection->target] == 0)
        ready.push_back(projection->target);
    }
  if (ready.size() < size)
    return cycleError(std::move(waiting));
  for (int32_t root : llvm::ArrayRef(ready).take_front(roots))
    if (!targets[root].empty()) {
      int64_t room = INT32_MAX;
      for (const Projection *projection : targets[root])
        room = std::min(room, network.populations[projection->target].start + projection->substep - getEnd(root));
      network.populations[root].start += static_cast<int32_t>(room);
    }
  return separatePasses();
}

/// Each pass begins when the one before it has ended.
llvm::Error Scheduler::separatePasses() {
  std::vector<int32_t> passes = getPasses(network);
  std::vector<int64_t> begins(countPasses(network));
  for (size_t i = 0; i < passes.size(); ++i)
    begins[passes[i]] = std::max(begins[passes[i]], getEnd(i) + (network.timeSteps - 1) * int64_t(network.period()));
  int64_t end = 0;
  for (int64_t &begin : begins)
    end += std::exchange(begin, end);
  if (end > INT32_MAX)
    return llvm::createStringError("the passes of an inference take " + Twine(end) + " chip steps, at most " +
                                   Twine(INT32_MAX) + " are allowed; use fewer time steps");
  for (size_t i = 0; i < passes.size(); ++i)
    network.populations[i].start += static_cast<int32_t>(begins[passes[i]]);
  return llvm::Error::success();
}

/// Whoever waits does so for a source that waits, so the way back meets a population twice.
llvm::Error Scheduler::cycleError(std::vector<int32_t> waiting) const {
  std::vector<int32_t> sourceOf(waiting.size(), -1);
  for (const Projection &projection : network.projections)
    if (waiting[projection.source] && waiting[projection.target])
      sourceOf[projection.target] = projection.source;
  int32_t population = llvm::find_if(waiting, [](int32_t count) { return count > 0; }) - waiting.begin();
  for (size_t i = 0; i < waiting.size(); ++i)
    population = sourceOf[population];
  std::vector<std::string> cycle;
  int32_t first = population;
  do {
    cycle.push_back("'" + network.populations[population].name + "'");
    population = sourceOf[population];
  } while (population != first);
  cycle.push_back(cycle.front());
  std::reverse(cycle.begin(), cycle.end());
  constexpr size_t kShown = 8;
  if (cycle.size() > kShown + 1) {
    cycle.erase(cycle.begin() + kShown / 2, cycle.end() - kShown / 2);
    cycle.insert(cycle.begin() + kShown / 2, "...");
  }
  return llvm::createStringError("populations " + llvm::join(cycle, " -> ") +
                                 " form a cycle, which no schedule can balance: unroll it over the time steps");
}

llvm::Error Scheduler::setDelay(size_t index) {
  int32_t source = network.projections[index].source;
  int64_t delay = int64_t(network.populations[network.projections[index].target].start) +
                  network.projections[index].substep - getEnd(source);
  size_t needed = delay / (maxDelay + 1);
  for (size_t number = 0; number < needed; ++number) {
    llvm::Expected<int32_t> relay = getRelay(index, network.projections[index].source, number);
    if (!relay)
      return relay.takeError();
    source = *relay;
  }
  Projection &projection = network.projections[index];
  projection.source = source;
  projection.delay = static_cast<int32_t>(delay % (maxDelay + 1));
  report.longestDelay = std::max(report.longestDelay, projection.delay);
  return llvm::Error::success();
}

/// Relay `number` of a population, which sends its messages `(number + 1) * (maxDelay + 1)` steps later.
llvm::Expected<int32_t> Scheduler::getRelay(size_t index, int32_t source, size_t number) {
  relays.resize(std::max(relays.size(), network.populations.size()));
  if (number < relays[source].size())
    return relays[source][number];
  const Population &origin = network.populations[source];
  Population relay;
  relay.name = makeName(origin.name + "_relay");
  relay.shape = origin.shape;
  relay.payloadBits = origin.payloadBits;
  relay.rate = origin.rate;
  relay.start = static_cast<int32_t>(origin.start + (number + 1) * (maxDelay + 1));
  relay.substeps = origin.substeps;
  bool graded = origin.payloadBits > 1;
  if (graded && !limits.programs)
    return llvm::createStringError("projection '" + network.projections[index].name + "' needs more delay than the " +
                                   Twine(maxDelay) + " steps of " + limits.name + " (delay), and its graded messages " +
                                   "need a neuron program to be relayed, which " + limits.name +
                                   " does not have (programs): choose another target");
  // What a message adds to the accumulator: its payload; for a LIF, more than its threshold.
  int32_t bits = limits.weightBits.empty()
                     ? 8
                     : static_cast<int32_t>(*std::max_element(limits.weightBits.begin(), limits.weightBits.end()));
  Projection into;
  into.exponent = bits - 8;
  if (limits.programs) {
    relay.kind = NeuronKind::program;
    relay.program = getRelayProgram();
  } else {
    relay.kind = NeuronKind::lif;
    relay.lif.dv = 4095;
    into.exponent += 1;
  }
  int32_t relayIndex = static_cast<int32_t>(network.populations.size());
  into.name = makeName(relay.name + "_in");
  into.source = number ? relays[source][number - 1] : source;
  into.target = relayIndex;
  into.delay = static_cast<int32_t>(maxDelay);
  into.substep = origin.substeps - 1;
  into.encoding = Encoding::strided;
  into.loops = {{origin.size(), 1, 1}};
  into.weightBits = bits;
  into.sign = SignMode::excitatory;
  into.graded = graded;
  into.weights = {1};
  network.populations.push_back(std::move(relay));
  network.projections.push_back(std::move(into));
  relays[source].push_back(relayIndex);
  ++report.relays;
  report.longestDelay = static_cast<int32_t>(maxDelay);
  return relayIndex;
}

/// The program that sends what it gets; one that is there already serves.
int32_t Scheduler::getRelayProgram() {
  for (size_t i = 0; i < network.programs.size(); ++i) {
    const Program &program = network.programs[i];
    if (program.ports == 1 && !program.states && !program.params && program.code.size() == 2 &&
        program.code[0].op == Opcode::rdc && program.code[0].imm == 0 && program.code[1].op == Opcode::spike &&
        program.code[1].ra == program.code[0].rd)
      return static_cast<int32_t>(i);
  }
  Program program;
  program.name = makeName("relay");
  program.code = {{Opcode::rdc, 0, 0, 0, 0}, {Opcode::spike, 0, 0, 0, 0}};
  network.programs.push_back(std::move(program));
  return static_cast<int32_t>(network.programs.size() - 1);
}

/// A name that no program, population or projection has.
std::string Scheduler::makeName(const std::string &base) {
  if (names.empty()) {
    for (const Program &program : network.programs)
      names.insert(program.name);
    for (const Population &population : network.populations)
      names.insert(population.name);
    for (const Projection &projection : network.projections)
      names.insert(projection.name);
  }
  std::string name = base;
  for (int number = 1; !names.insert(name).second; ++number)
    name = base + "_" + std::to_string(number);
  return name;
}

} // namespace

llvm::Expected<ScheduleReport> spike::chip::scheduleNetwork(Network &network, const Limits &limits) {
  return Scheduler(network, limits).run();
}
