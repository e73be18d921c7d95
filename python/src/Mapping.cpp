// SPDX-License-Identifier: Apache-2.0
// What a mapping costs, as plain data.
#include "Python.h"

#include "spike/Mapping/Fit.h"
#include "spike/Mapping/MappingReport.h"
#include "spike/Target/TargetModel.h"

#include <functional>

using namespace spike::chip;

namespace spike_python {

static py::dict toPython(const CoreReport &core) {
  py::dict dict;
  dict["neurons"] = core.use.neurons;
  dict["synapse_bytes"] = core.use.synapseBytes;
  dict["axon_bytes"] = core.use.inputAxonBytes;
  dict["neuron_bytes"] = core.use.neuronBytes;
  dict["input_axons"] = core.use.inputAxons;
  dict["output_axons"] = core.use.outputAxons;
  dict["synops"] = core.load.synops;
  dict["updates"] = core.load.updates;
  dict["messages_in"] = core.load.messagesIn;
  dict["messages_out"] = core.load.messagesOut;
  dict["fill"] = core.fill;
  return dict;
}

static py::dict toPython(const MappingReport &report) {
  py::dict dict;
  dict["cores"] = report.cores;
  dict["chips"] = report.chips;
  dict["neurons"] = report.neurons;
  dict["slices"] = report.slices;
  dict["synops"] = report.synops;
  dict["max_synops"] = report.maxSynops;
  dict["mean_synops"] = report.meanSynops;
  dict["max_updates"] = report.maxUpdates;
  dict["mean_updates"] = report.meanUpdates;
  dict["max_link_messages"] = report.maxLinkMessages;
  dict["activity_hops"] = report.activityHops;
  dict["messages"] = report.routes.messages;
  dict["longest_route"] = report.routes.longest;
  dict["chip_messages"] = report.routes.chipMessages;
  dict["mean_fill"] = report.meanFill;
  dict["max_fill"] = report.maxFill;
  py::list cores;
  for (const CoreReport &core : report.perCore)
    cores.append(toPython(core));
  dict["per_core"] = cores;
  return dict;
}

/// Runs `step` on the limits of a target without the interpreter lock.
static void onTarget(const std::string &target, const std::function<llvm::Error(const Limits &)> &step) {
  std::string problem;
  {
    py::gil_scoped_release release;
    llvm::Expected<TargetModel> model = TargetModel::load(target);
    if (llvm::Error error = model ? step(model->limits()) : model.takeError())
      problem = llvm::toString(std::move(error));
  }
  if (!problem.empty())
    raise({{"error", "", problem, {}}});
}

static py::dict getMapping(const std::shared_ptr<Network> &network, const std::string &target) {
  MappingReport report;
  onTarget(target, [&](const Limits &limits) -> llvm::Error {
    llvm::Expected<MappingReport> made = reportMapping(*network, limits);
    if (!made)
      return made.takeError();
    report = std::move(*made);
    return llvm::Error::success();
  });
  return toPython(report);
}

void bindMapping(py::module_ &m) {
  m.def("mapping_report", &getMapping, py::arg("network"), py::arg("target"),
        "What the mapping of a placed network costs, by its populations' rates: per inference, and per core.");
  m.def(
      "check_fit",
      [](const std::shared_ptr<Network> &network, const std::string &target) {
        onTarget(target, [&](const Limits &limits) { return verifyFit(*network, limits); });
      },
      py::arg("network"), py::arg("target"),
      "Raises CoreError with the first rule that a placed network breaks, or limit of the target that it exceeds.");
}

} // namespace spike_python
