// SPDX-License-Identifier: Apache-2.0
// The chip simulator: arrays in, arrays, counters and probes out.
#include "Python.h"

#include "spike/Chip/Passes.h"
#include "spike/ChipSim/Simulator.h"

#include <algorithm>
#include <optional>

using namespace spike_python;
using namespace spike::chip;

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

namespace {

/// A simulator and what its last run left behind.
class ChipSimulator {
public:
  ChipSimulator(std::shared_ptr<const Network> network, SimulatorOptions options) : probeNames(options.probes) {
    std::string error;
    {
      py::gil_scoped_release release;
      simulator = Simulator::create(std::move(network), options, error);
    }
    if (!simulator)
      fail(error);
  }

  py::list run(const std::vector<FloatArray> &arrays, const py::object &host);
  py::dict counters() const;
  py::dict activity(const std::string &target) const {
    return getActivity(simulator->getNetwork(), result.counters, target);
  }
  py::array probe(const std::string &name) const;

private:
  [[noreturn]] static void fail(const std::string &message) { raise({{"error", "", message, {}}}); }
  /// What a run is over; nothing if its inputs have no axis for it.
  using Batch = std::optional<int64_t>;
  /// Shape of a result: the batch, time steps, and elements.
  std::vector<int64_t> getShape(Batch batch, bool hasTime, const std::vector<int64_t> &elements) const {
    std::vector<int64_t> shape = elements;
    if (hasTime)
      shape.insert(shape.begin(), simulator->getNetwork().timeSteps);
    if (batch)
      shape.insert(shape.begin(), *batch);
    return shape;
  }
  /// The batch of an input.
  Batch checkInput(const Input &input, const FloatArray &array) const;
  /// Notes the arrays of the inputs of a pass, which are theirs in order; of no batch yet, theirs is noted too.
  void setInputs(int32_t pass, const std::vector<FloatArray> &arrays, std::optional<Batch> &batch,
                 std::vector<const float *> &data) const;
  /// The outputs of all passes before one.
  py::list getOutputs(int32_t pass, Batch batch, const std::vector<std::vector<float>> &values) const;

  std::unique_ptr<Simulator> simulator;
  std::vector<std::string> probeNames;
  // Of the last run that succeeded: written together, with the interpreter lock.
  Batch lastBatch;
  RunResult result;
};

std::string format(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "none" : text;
}

ChipSimulator::Batch ChipSimulator::checkInput(const Input &input, const FloatArray &array) const {
  std::vector<int64_t> wanted = input.shape, shape = spike_python::getShape(array);
  if (!input.everyStep)
    wanted.insert(wanted.begin(), simulator->getNetwork().timeSteps);
  bool hasBatch = shape.size() == wanted.size() + 1;
  if (!std::equal(wanted.begin(), wanted.end(), shape.begin() + (hasBatch && !shape.empty()), shape.end()))
    fail("input '" + input.name + "' has the shape " + format(shape) + ": expected " + format(wanted) +
         ", or a batch of that");
  return hasBatch ? Batch(shape[0]) : std::nullopt;
}

void ChipSimulator::setInputs(int32_t pass, const std::vector<FloatArray> &arrays, std::optional<Batch> &batch,
                              std::vector<const float *> &data) const {
  const Network &network = simulator->getNetwork();
  std::vector<size_t> wanted;
  for (size_t i = 0; i < network.inputs.size(); ++i)
    if (network.inputs[i].pass == pass)
      wanted.push_back(i);
  if (arrays.size() != wanted.size())
    fail((pass ? "pass " + std::to_string(pass) : "the network") + " has " + std::to_string(wanted.size()) +
         " inputs, got " + std::to_string(arrays.size()) + " arrays");
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Input &input = network.inputs[wanted[i]];
    Batch its = checkInput(input, arrays[i]);
    if (batch && its != *batch)
      fail("input '" + input.name + "' holds " + std::to_string(its.value_or(1)) +
           " inferences, the inputs before it " + std::to_string(batch->value_or(1)) +
           ": give all inputs the same batch");
    batch = its;
    data[wanted[i]] = arrays[i].data();
  }
}

py::list ChipSimulator::getOutputs(int32_t pass, Batch batch, const std::vector<std::vector<float>> &values) const {
  py::list list;
  for (size_t o = 0; o < values.size(); ++o) {
    const Output &output = simulator->getNetwork().outputs[o];
    if (output.pass < pass)
      list.append(py::array_t<float>(getShape(batch, !output.lastStep, output.shape), values[o].data()));
  }
  return list;
}

py::list ChipSimulator::run(const std::vector<FloatArray> &arrays, const py::object &host) {
  std::vector<const float *> data(simulator->getNetwork().inputs.size());
  std::optional<Batch> batch;
  setInputs(0, arrays, batch, data);
  if (!batch)
    batch.emplace(); // no inputs: one inference
  RunResult fresh;
  std::string error;
  int64_t count = batch->value_or(1);
  bool succeeded = false;
  std::vector<std::vector<FloatArray>> made; // by the host, in use until the end
  std::exception_ptr thrown;
  Simulator::Host step;
  // No exception passes through the simulator.
  if (!host.is_none())
    step = [&](int32_t pass, const std::vector<std::vector<float>> &outputs, std::vector<const float *> &inputs,
               std::string &) {
      py::gil_scoped_acquire acquire;
      try {
        made.push_back(host(pass, getOutputs(pass, *batch, outputs)).cast<std::vector<FloatArray>>());
        setInputs(pass, made.back(), batch, inputs);
        return true;
      } catch (...) {
        thrown = std::current_exception();
        return false;
      }
    };
  {
    py::gil_scoped_release release;
    succeeded = simulator->run(data, count, fresh, error, step);
  }
  if (thrown)
    std::rethrow_exception(thrown);
  if (!succeeded)
    fail(error);
  lastBatch = *batch;
  result = std::move(fresh);
  return getOutputs(countPasses(simulator->getNetwork()), *batch, result.outputs);
}

py::dict ChipSimulator::counters() const {
  const Counters &counters = result.counters;
  std::vector<int64_t> shape{counters.cores, counters.chipSteps};
  auto perCore = [&](const std::vector<int64_t> &values) { return py::array_t<int64_t>(shape, values.data()); };
  auto list = [](const std::vector<int64_t> &values) { return py::array_t<int64_t>(values.size(), values.data()); };
  std::vector<int64_t> traffic;
  for (const CountedFlow &flow : counters.traffic)
    traffic.insert(traffic.end(), {flow.source, flow.target, flow.messages});
  std::vector<int64_t> flows;
  for (const StepFlow &flow : counters.flows)
    flows.insert(flows.end(), {flow.population, flow.step, flow.source, flow.target, flow.messages});
  py::dict dict;
  for (auto [kind, name] : {std::pair(0, "dense_synops"),
                            {1, "conv_synops"},
                            {2, "strided_synops"},
                            {3, "sparse_synops"},
                            {4, "graded_synops"}})
    dict[name] = perCore(counters.reads[kind]);
  dict["inferences"] = counters.inferences;
  dict["synops"] = perCore(counters.synops);
  dict["updates"] = perCore(counters.updates);
  dict["spikes"] = perCore(counters.spikes);
  dict["messages_in"] = perCore(counters.messagesIn);
  dict["messages_out"] = perCore(counters.messagesOut);
  dict["traffic"] =
      py::array_t<int64_t>(std::vector<int64_t>{static_cast<int64_t>(counters.traffic.size()), 3}, traffic.data());
  dict["flows"] =
      py::array_t<int64_t>(std::vector<int64_t>{static_cast<int64_t>(counters.flows.size()), 5}, flows.data());
  dict["projection_synops"] = list(counters.projectionSynops);
  dict["population_updates"] = list(counters.populationUpdates);
  dict["population_spikes"] = list(counters.populationSpikes);
  return dict;
}

py::array ChipSimulator::probe(const std::string &name) const {
  auto found = std::find(probeNames.begin(), probeNames.end(), name);
  if (found == probeNames.end())
    fail("'" + name + "' was not probed: name it when the simulator is made");
  size_t index = found - probeNames.begin();
  if (result.probes.empty())
    fail("probe '" + name + "' has nothing recorded yet: run the simulator first");
  return py::array_t<int32_t>(getShape(lastBatch, true, simulator->getProbeShape(index)), result.probes[index].data());
}

} // namespace

void spike_python::bindChipSimulator(py::module_ &m) {
  py::class_<ChipSimulator>(
      m, "ChipSimulator",
      "Executes a mapped network as the chip would, bit by bit. Probes are named `population` for "
      "payloads, `population.v` and `population.u` for the state of LIF neurons, `population.s0` "
      "and so on for a program's.")
      .def(py::init([](std::shared_ptr<Network> network, int64_t threads, std::vector<std::string> probes) {
             return std::make_unique<ChipSimulator>(std::move(network),
                                                    SimulatorOptions{getNumThreads(threads), std::move(probes)});
           }),
           py::arg("network"), py::arg("threads") = 1, py::arg("probes") = std::vector<std::string>{})
      .def("run", &ChipSimulator::run, py::arg("inputs"), py::arg("host") = py::none(),
           "Runs one inference, or a batch of independent ones if the arrays have one more axis in front. Arrays have "
           "the inputs' shapes, behind a time axis where not every step gets the same. Before each pass but the first, "
           "`host(pass, outputs)`, which gets the outputs of the passes before, gives the inputs of the pass.")
      .def("counters", &ChipSimulator::counters,
           "What happened on the cores in the last run (docs/loihi.md, Counters): arrays of [core, chip step], traffic "
           "as rows of source core (-1: the host), target core and messages, flows as the same behind population and "
           "chip "
           "step, and totals of projections and populations.")
      .def(
          "activity", &ChipSimulator::activity, py::arg("target"),
          "What ChipReport.make takes of the last run: `activity` by event, bytes that every core `uses`, and what the "
          "`links` carried.")
      .def("probe", &ChipSimulator::probe, py::arg("name"),
           "What a probe recorded in the last run: an axis for the batch, if there was one, time, elements.")
      .def_static("kernels", &getKernelName, "Name of the instruction set that this machine uses.");
}
