// SPDX-License-Identifier: Apache-2.0
// Chooses a cut for each population, then gathers the pieces on cores.
#include "spike/Mapping/Partition.h"
#include "Cut.h"
#include "Gather.h"
#include "spike/Mapping/MappingReport.h"
#include "spike/Mapping/Place.h"

#include <algorithm>
#include <cmath>
#include <optional>

using namespace spike::chip;

namespace {

constexpr double unbounded = HUGE_VAL;

class Partitioner {
public:
  Partitioner(Network &network, const Limits &limits, const PartitionOptions &options)
      : network(network), limits(limits), options(options), connections(network), model(connections, limits),
        cutter(connections, model, this->options.load) {
    for (size_t i = 0; i < network.populations.size(); ++i)
      if (network.populations[i].kind != NeuronKind::input)
        populations.push_back(i);
  }

  llvm::Error run();

private:
  struct Choice {
    std::vector<Cut> cuts; ///< one for each of `populations`
    double cores = 0, maxLoad = 0;
  };

  llvm::Error list(double maxLoad, std::vector<std::vector<Cut>> &cuts);
  std::optional<Choice> choose(const std::vector<std::vector<Cut>> &cuts, double budget) const;
  llvm::Error tighten(Choice &choice, double maxLoad);
  llvm::Expected<std::vector<Core>> gather(Choice choice, double maxLoad, int64_t maxCores);
  std::vector<Core> gatherBoxes(const std::vector<Slice> &slices, double maxLoad, int64_t maxCores);
  llvm::Expected<std::vector<Core>> partition(double maxLoad, int64_t maxCores);
  double countHops(const std::vector<Core> &cores);
  llvm::Error tryLargestBoxes(std::vector<Core> &cores);
  llvm::Expected<bool> capOutputs(const std::vector<Core> &cores);
  double lowerLoad(double maxLoad, int64_t maxCores);
  llvm::Error tooFew(int64_t needed, int64_t available) const;

  Network &network;
  const Limits &limits;
  const PartitionOptions options;
  Connections connections;
  UseModel model;
  Cutter cutter;
  std::vector<int32_t> populations;
};

llvm::Error Partitioner::tooFew(int64_t needed, int64_t available) const {
  return llvm::createStringError(
      "network '%s' needs %lld cores, %lld are there (target '%s', %lld chips of %lld cores); "
      "choose a board with more chips, or a smaller model",
      network.name.c_str(), static_cast<long long>(needed), static_cast<long long>(available), limits.name.c_str(),
      static_cast<long long>(limits.chips), static_cast<long long>(limits.coresPerChip));
}

llvm::Error Partitioner::list(double maxLoad, std::vector<std::vector<Cut>> &cuts) {
  for (int32_t population : populations) {
    cuts.push_back(cutter.listCuts(population, maxLoad));
    if (cuts.back().empty())
      return cutter.explain(*cutter.findSampleMisfit(population, 1, 1, maxLoad));
  }
  return llvm::Error::success();
}

/// The cuts with the fewest messages that together fill no more than `budget` cores: a core costs as many messages as
/// it takes to get there.
std::optional<Partitioner::Choice> Partitioner::choose(const std::vector<std::vector<Cut>> &cuts, double budget) const {
  double messages = 0, cores = 0;
  for (const std::vector<Cut> &list : cuts) {
    messages += list.front().messages;
    cores += list.front().cores;
  }
  double price = 0.05 * messages / std::max(cores, 1.0) + 1e-9;
  for (int step = 0; step < 40; ++step, price *= 2) {
    Choice choice;
    for (const std::vector<Cut> &list : cuts) {
      const Cut *best = &*std::min_element(list.begin(), list.end(), [&](const Cut &a, const Cut &b) {
        return a.messages + price * a.cores < b.messages + price * b.cores;
      });
      choice.cuts.push_back(*best);
      choice.cores += best->cores;
      choice.maxLoad = std::max(choice.maxLoad, best->maxLoad);
    }
    if (choice.cores <= budget)
      return choice;
  }
  return std::nullopt;
}

/// Cuts are chosen by samples of their pieces; where another piece turns out too large, all become smaller.
llvm::Error Partitioner::tighten(Choice &choice, double maxLoad) {
  for (size_t i = 0; i < populations.size(); ++i) {
    Cut &cut = choice.cuts[i];
    while (std::optional<Slice> piece = cutter.findMisfit(populations[i], cut, maxLoad)) {
      if (cut.positions > 1)
        cut.positions = std::min(cut.positions - 1, cut.positions * 31 / 32);
      else if (cut.channels > 1)
        cut.channels = std::min(cut.channels - 1, cut.channels * 15 / 16);
      else
        return cutter.explain(*piece);
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<Core>> Partitioner::gather(Choice choice, double maxLoad, int64_t maxCores) {
  if (llvm::Error error = tighten(choice, maxLoad))
    return error;
  std::vector<Slice> slices;
  for (size_t i = 0; i < populations.size(); ++i) {
    std::vector<Slice> boxes = cutter.getBoxes(populations[i], choice.cuts[i]);
    slices.insert(slices.end(), boxes.begin(), boxes.end());
  }
  return gatherBoxes(slices, maxLoad, maxCores);
}

std::vector<Core> Partitioner::gatherBoxes(const std::vector<Slice> &slices, double maxLoad, int64_t maxCores) {
  std::vector<int64_t> outputAxons(slices.size());
  if (limits.outputAxonsPerCore > 0) {
    std::vector<Core> alone(slices.size());
    for (size_t i = 0; i < slices.size(); ++i)
      alone[i].slices = {slices[i]};
    outputAxons = countOutputAxons(connections, alone, limits);
  }
  MessageNets nets(connections, slices, options.load);
  std::vector<Core> cores;
  for (const std::vector<int32_t> &members :
       Gatherer(nets, cutter, model, outputAxons, maxLoad, options.seed).run(maxCores)) {
    cores.emplace_back();
    for (int32_t slice : members)
      cores.back().slices.push_back(slices[slice]);
  }
  return cores;
}

/// Bounds the pieces of populations whose cores have too many output axons; whether there were any.
llvm::Expected<bool> Partitioner::capOutputs(const std::vector<Core> &cores) {
  if (limits.outputAxonsPerCore <= 0)
    return false;
  bool any = false;
  std::vector<int64_t> axons = countOutputAxons(connections, cores, limits);
  for (size_t core = 0; core < cores.size(); ++core) {
    if (axons[core] <= limits.outputAxonsPerCore)
      continue;
    any = true;
    for (const Slice &slice : cores[core].slices)
      if (!cutter.capAxons(slice, double(limits.outputAxonsPerCore) / axons[core]) && cores[core].slices.size() == 1)
        return cutter.explainOutputs(slice, axons[core]);
  }
  return any;
}

llvm::Expected<std::vector<Core>> Partitioner::partition(double maxLoad, int64_t maxCores) {
  double budget = maxCores > 0 ? maxCores : unbounded;
  int64_t fewest = 0;
  for (int attempt = 0; attempt < 24; ++attempt) {
    std::vector<std::vector<Cut>> cuts;
    if (llvm::Error error = list(maxLoad, cuts))
      return error;
    std::optional<Choice> choice = choose(cuts, budget);
    if (!choice) {
      double cores = 0;
      for (const std::vector<Cut> &list : cuts)
        cores += std::min_element(list.begin(), list.end(), [](const Cut &a, const Cut &b) {
                   return a.cores < b.cores;
                 })->cores;
      if (fewest == 0)
        fewest = std::ceil(cores);
      return tooFew(std::max(fewest, maxCores + 1), maxCores);
    }
    llvm::Expected<std::vector<Core>> cores = gather(*choice, maxLoad, maxCores);
    if (!cores)
      return cores.takeError();
    int64_t count = cores->size();
    if (maxCores > 0 && count > maxCores) {
      fewest = fewest == 0 ? count : std::min(fewest, count);
      budget *= 0.98 * maxCores / count;
      continue;
    }
    llvm::Expected<bool> capped = capOutputs(*cores);
    if (!capped)
      return capped.takeError();
    if (!*capped)
      return cores;
  }
  return tooFew(std::max(fewest, maxCores + 1), maxCores);
}

/// Messages times hops, of a trial placement.
double Partitioner::countHops(const std::vector<Core> &cores) {
  network.cores = cores;
  PlaceOptions place;
  place.seed = options.seed;
  if (llvm::Error error = placeNetwork(network, limits, place)) {
    llvm::consumeError(std::move(error));
    return unbounded;
  }
  llvm::Expected<MappingReport> report = reportMapping(network, limits, options.load);
  if (report)
    return report->activityHops;
  llvm::consumeError(report.takeError());
  return unbounded;
}

/// Cuts are priced one by one, and a core by parts. Where there are few cores, whole ones decide, and whether they
/// share a router: boxes as large as they can be may need fewer.
llvm::Error Partitioner::tryLargestBoxes(std::vector<Core> &cores) {
  constexpr size_t fewCores = 64;
  if (cores.empty() || cores.size() > fewCores)
    return llvm::Error::success();
  if (llvm::Error error = partitionFirstFit(network, limits))
    return error;
  std::vector<Core> plain = std::move(network.cores);
  std::vector<Slice> slices;
  std::vector<int32_t> coreOf;
  listSlices(plain, slices, coreOf);
  std::vector<Core> gathered = gatherBoxes(slices, unbounded, plain.size());
  double least = countHops(cores);
  for (std::vector<Core> *tried : {&plain, &gathered}) {
    std::vector<int64_t> axons = countOutputAxons(connections, *tried, limits);
    bool fits =
        limits.outputAxonsPerCore <= 0 || *std::max_element(axons.begin(), axons.end()) <= limits.outputAxonsPerCore;
    double hops = fits && tried->size() <= cores.size() ? countHops(*tried) : unbounded;
    if (hops >= least)
      continue;
    least = hops;
    cores = std::move(*tried);
  }
  return llvm::Error::success();
}

/// The smallest load per core for which the cuts fill no more than `maxCores`. Going down from one core's load to the
/// next is splitting the busiest core as long as cores are free.
double Partitioner::lowerLoad(double maxLoad, int64_t maxCores) {
  double low = maxLoad / 4096, high = maxLoad;
  while (high / low > 1.03) {
    double tried = std::sqrt(low * high);
    std::vector<std::vector<Cut>> cuts;
    bool fits = true;
    if (llvm::Error error = list(tried, cuts)) {
      llvm::consumeError(std::move(error));
      fits = false;
    }
    (fits && choose(cuts, maxCores) ? high : low) = tried;
  }
  return high;
}

llvm::Error Partitioner::run() {
  int64_t perChip = limits.coresPerChip > 0 ? limits.coresPerChip : limits.meshWidth * limits.meshHeight;
  int64_t board = perChip * limits.chips, maxCores = std::max(options.maxCores, board);
  if (options.maxCores > 0 && board > 0)
    maxCores = std::min(options.maxCores, board);
  int64_t neurons = 0;
  for (int32_t population : populations)
    neurons += network.populations[population].size();
  // Before anything is made whose size is that of the network.
  if (maxCores > 0 && limits.neuronsPerCore > 0 && (neurons - 1) / limits.neuronsPerCore >= maxCores)
    return tooFew((neurons - 1) / limits.neuronsPerCore + 1, maxCores);
  llvm::Expected<std::vector<Core>> cores = partition(unbounded, maxCores);
  if (!cores)
    return cores.takeError();
  if (options.objective == Objective::minimizeCommunication) {
    if (llvm::Error error = tryLargestBoxes(*cores))
      return error;
  } else if (!cores->empty()) {
    int64_t free = cores->size();
    if (options.objective == Objective::minimizeLatency) {
      if (options.maxCores > 0)
        free = maxCores;
      else if (perChip > 0)
        free = ((free - 1) / perChip + 1) * perChip; // of the chips that are needed anyway
      else
        free *= 2;
    }
    double most = 0;
    for (const Core &core : *cores) {
      double load = 0;
      for (const Slice &slice : core.slices)
        load += cutter.getCost(slice).load;
      most = std::max(most, load);
    }
    // Pieces do not pack as well as they add up, so the bound is raised until they do, by more every time.
    double raise = 1.02;
    for (double load = lowerLoad(most, free); load < most; load *= raise, raise *= 1.02) {
      llvm::Expected<std::vector<Core>> better = partition(load, free);
      if (better) {
        cores = std::move(better);
        break;
      }
      llvm::consumeError(better.takeError());
    }
  }
  network.cores = std::move(*cores);
  network.chips.clear();
  return llvm::Error::success();
}

} // namespace

llvm::Error spike::chip::partitionNetwork(Network &network, const Limits &limits, const PartitionOptions &options) {
  return Partitioner(network, limits, options).run();
}
