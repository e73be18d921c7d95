// SPDX-License-Identifier: Apache-2.0
// Mapping of networks onto cores, and what a mapping costs.
#include "ChipNetwork.h"

#include "spike/Mapping/Fit.h"
#include "spike/Mapping/MappingReport.h"
#include "spike/Mapping/Partition.h"
#include "spike/Mapping/Place.h"
#include "spike/Target/TargetModel.h"

using namespace spike::chip;

namespace spike_python {
namespace {

template <typename T>
T choose(const char *what, const std::string &name, const std::map<std::string, T> &choices) {
  auto found = choices.find(name);
  if (found != choices.end())
    return found->second;
  std::string known;
  for (const auto &[choice, _] : choices)
    known += (known.empty() ? "" : ", ") + choice;
  throw py::value_error("unknown " + std::string(what) + " '" + name + "': expected one of " + known);
}

/// Runs work that may fail without the interpreter lock.
template <typename Fn>
auto run(Fn fn) {
  auto result = [&] {
    py::gil_scoped_release release;
    return fn();
  }();
  if (!result)
    raise({{"error", "", llvm::toString(result.takeError()), {}}});
  return std::move(*result);
}

llvm::Expected<Limits> getLimits(const std::string &target, int64_t chips) {
  llvm::Expected<TargetModel> model = TargetModel::load(target);
  if (!model)
    return model.takeError();
  if (chips == 0)
    return model->limits();
  llvm::Expected<TargetModel> board = model->withChips(chips);
  if (!board)
    return board.takeError();
  return board->limits();
}

enum class Partitioning { grouped, firstFit };
enum class Placement { annealed, rowMajor, random };

std::shared_ptr<Network> mapNetwork(const Network &network, const std::string &target, int64_t chips,
                                    const std::string &objectiveName, int64_t cores, uint32_t seed,
                                    const std::string &partitionName, const std::string &placementName) {
  PartitionOptions options;
  options.objective = choose<Objective>("objective", objectiveName,
                                        {{"minimize_communication", Objective::minimizeCommunication},
                                         {"minimize_latency", Objective::minimizeLatency},
                                         {"balance", Objective::balance}});
  options.maxCores = cores;
  options.seed = seed;
  auto partitioning = choose<Partitioning>("partition", partitionName,
                                           {{"grouped", Partitioning::grouped}, {"first_fit", Partitioning::firstFit}});
  auto placement = choose<Placement>(
      "placement", placementName,
      {{"annealed", Placement::annealed}, {"row_major", Placement::rowMajor}, {"random", Placement::random}});
  auto mapped = std::make_shared<Network>(network);
  return run([&]() -> llvm::Expected<std::shared_ptr<Network>> {
    llvm::Expected<Limits> limits = getLimits(target, chips);
    if (!limits)
      return limits.takeError();
    if (llvm::Error error = verifyNetwork(*mapped, Phase::scheduled, &*limits))
      return error;
    if (llvm::Error error = partitioning == Partitioning::grouped ? partitionNetwork(*mapped, *limits, options)
                                                                  : partitionFirstFit(*mapped, *limits))
      return error;
    PlaceOptions place;
    place.seed = seed;
    if (llvm::Error error = placement == Placement::annealed   ? placeNetwork(*mapped, *limits, place)
                            : placement == Placement::rowMajor ? placeRowMajor(*mapped, *limits)
                                                               : placeRandom(*mapped, *limits, seed))
      return error;
    return mapped;
  });
}

py::dict toPython(const CoreReport &core, const Core &where) {
  py::dict dict;
  dict["chip"] = where.chip;
  dict["x"] = where.x;
  dict["y"] = where.y;
  dict["neurons"] = core.use.neurons;
  dict["neuron_bytes"] = core.use.neuronBytes;
  dict["synapse_bytes"] = core.use.synapseBytes;
  dict["input_axons"] = core.use.inputAxons;
  dict["input_axon_bytes"] = core.use.inputAxonBytes;
  dict["output_axons"] = core.use.outputAxons;
  dict["fill"] = core.fill;
  dict["synops"] = core.load.synops;
  dict["updates"] = core.load.updates;
  dict["messages_in"] = core.load.messagesIn;
  dict["messages_out"] = core.load.messagesOut;
  return dict;
}

py::dict getReport(const Network &network, const std::string &target, int64_t chips) {
  MappingReport report = run([&]() -> llvm::Expected<MappingReport> {
    llvm::Expected<Limits> limits = getLimits(target, chips);
    if (!limits)
      return limits.takeError();
    if (llvm::Error error = verifyNetwork(network, Phase::placed, &*limits))
      return error;
    return reportMapping(network, *limits);
  });
  py::list cores, links;
  for (size_t i = 0; i < report.perCore.size(); ++i)
    cores.append(toPython(report.perCore[i], network.cores[i]));
  for (const LinkLoad &load : report.routes.links) {
    py::dict link;
    link["chip"] = load.chip;
    link["x"] = load.x;
    link["y"] = load.y;
    link["direction"] = getName(load.direction);
    link["gateway"] = load.gateway;
    link["between_chips"] = load.betweenChips;
    link["messages"] = load.messages;
    links.append(link);
  }
  py::dict dict;
  dict["cores"] = report.cores;
  dict["chips"] = report.chips;
  dict["neurons"] = report.neurons;
  dict["slices"] = report.slices;
  dict["messages"] = report.routes.messages;
  dict["input_messages"] = report.routes.inputMessages;
  dict["hops"] = report.routes.hops;
  dict["chip_hops"] = report.routes.chipHops;
  dict["activity_hops"] = report.activityHops;
  dict["longest_route"] = report.routes.longest;
  dict["max_link_messages"] = report.maxLinkMessages;
  dict["chip_messages"] = report.routes.chipMessages;
  dict["synops"] = report.synops;
  dict["max_synops"] = report.maxSynops;
  dict["mean_synops"] = report.meanSynops;
  dict["max_updates"] = report.maxUpdates;
  dict["mean_updates"] = report.meanUpdates;
  dict["max_load"] = report.maxLoad;
  dict["mean_load"] = report.meanLoad;
  dict["max_fill"] = report.maxFill;
  dict["mean_fill"] = report.meanFill;
  dict["per_core"] = cores;
  dict["links"] = links;
  return dict;
}

} // namespace

void bindChipMapping(py::module_ &m) {
  m.def("map_network", &mapNetwork, py::arg("network"), py::arg("target"), py::arg("chips") = 0,
        py::arg("objective") = "minimize_communication", py::arg("cores") = 0, py::arg("seed") = 1,
        py::arg("partition") = "grouped", py::arg("placement") = "annealed",
        "A scheduled network on the cores of a target (of `chips` chips, if given; of at most `cores` cores): a new "
        "network. `partition` first_fit and `placement` row_major and random are there to compare with.");
  m.def("mapping_report", &getReport, py::arg("network"), py::arg("target"), py::arg("chips") = 0,
        "What a mapped network is expected to cost per inference, from the rates of its populations, as a whole, by "
        "core and by link (docs/loihi.md).");
  m.def(
      "check_fit",
      [](const Network &network, const std::string &target) {
        run([&]() -> llvm::Expected<bool> {
          llvm::Expected<Limits> limits = getLimits(target, 0);
          if (!limits)
            return limits.takeError();
          if (llvm::Error error = verifyFit(network, *limits))
            return error;
          return true;
        });
      },
      py::arg("network"), py::arg("target"),
      "Raises CoreError with the first rule that a mapped network breaks, or limit of the target that it exceeds.");
}

} // namespace spike_python
