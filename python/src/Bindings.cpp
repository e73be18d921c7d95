// SPDX-License-Identifier: Apache-2.0
// The extension module `_core`: a few opaque objects over Job.h. Exceptions exist only in the bindings.
#include "Job.h"
#include "Mapped.h"
#include "Python.h"
#include "Rewrites.h"

#include "spike/Pipelines/Pipelines.h"
#include "spike/Runtime/Runtime.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/TargetParser/Host.h"

#include <algorithm>
#include <pybind11/stl.h>
#include <thread>

using namespace spike_python;

static PyObject *coreError = nullptr;

static py::list toPython(const std::vector<Diagnostic> &diagnostics) {
  py::list list;
  for (const Diagnostic &diag : diagnostics) {
    py::dict dict;
    dict["severity"] = diag.severity;
    dict["location"] = diag.location;
    dict["message"] = diag.message;
    dict["notes"] = toPython(diag.notes);
    list.append(dict);
  }
  return list;
}

void spike_python::raise(const std::vector<Diagnostic> &diagnostics) {
  std::string message;
  for (const Diagnostic &diag : diagnostics)
    if (diag.severity == "error")
      message += (message.empty() ? "" : "\n") + (diag.location.empty() ? "" : diag.location + ": ") + diag.message;
  py::object instance = py::reinterpret_borrow<py::object>(coreError)(message);
  instance.attr("diagnostics") = toPython(diagnostics);
  PyErr_SetObject(coreError, instance.ptr());
  throw py::error_already_set();
}

/// Keeps a Python object alive until the last user is gone, whichever thread that is.
static std::shared_ptr<void> keep(py::object object) {
  return std::shared_ptr<void>(object.release().ptr(), [](void *pointer) {
    if (!Py_IsInitialized())
      return; // the interpreter is gone, and the memory with it
    py::gil_scoped_acquire acquire;
    Py_DECREF(static_cast<PyObject *>(pointer));
  });
}

static std::map<std::string, Blob> toBlobs(const py::dict &weights) {
  std::map<std::string, Blob> blobs;
  for (auto [name, value] : weights) {
    auto array = py::cast<py::array>(value);
    if (!(array.flags() & py::array::c_style) || !(py::cast<bool>(array.attr("flags").attr("aligned"))))
      throw py::value_error("weight '" + py::cast<std::string>(name) + "' is not contiguous and aligned");
    Blob blob;
    blob.data = static_cast<const char *>(array.data());
    blob.bytes = static_cast<size_t>(array.nbytes());
    blob.owner = keep(array);
    blobs[py::cast<std::string>(name)] = std::move(blob);
  }
  return blobs;
}

static std::shared_ptr<Module> parse(const py::object &source, const std::string &fileName, const py::object &weights) {
  auto text = py::cast<std::string>(source); // str or bytes
  std::map<std::string, Blob> blobs;
  if (!weights.is_none())
    blobs = toBlobs(py::cast<py::dict>(weights));
  Result<std::shared_ptr<Module>> result;
  {
    py::gil_scoped_release release;
    result = Module::parse(text, fileName, weights.is_none() ? nullptr : &blobs);
    blobs.clear();
  }
  return unwrap(std::move(result));
}

static py::dict getWeights(const std::shared_ptr<Module> &module) {
  auto all = work(*module, [&] { return module->weights(); });
  py::dict dict;
  for (const auto &[name, weight] : all) {
    // The job holds the memory; each array holds the job.
    py::capsule owner(new std::shared_ptr<Job>(module->job()),
                      [](void *pointer) { delete static_cast<std::shared_ptr<Job> *>(pointer); });
    py::array array(py::dtype(weight.dtype), weight.shape, weight.data, owner);
    array.attr("flags").attr("writeable") = false;
    dict[py::str(name)] = array;
  }
  return dict;
}

static py::list toPython(const std::vector<ValueInfo> &values) {
  py::list list;
  for (const ValueInfo &value : values) {
    py::dict dict;
    dict["name"] = value.name;
    dict["path"] = value.path;
    dict["time_axis"] = value.timeAxis;
    dict["state"] = value.state;
    dict["initial"] = value.initial;
    dict["step_axis"] = value.stepAxis;
    dict["shape"] = py::tuple(py::cast(value.shape));
    dict["dtype"] = value.dtype;
    list.append(dict);
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static py::list interpret(Module &module, const std::vector<py::array> &inputs) {
  std::vector<Buffer> arguments;
  for (const py::array &input : inputs) {
    py::array dense = py::array::ensure(input, py::array::c_style);
    auto *data = static_cast<const char *>(dense.data());
    arguments.push_back({getShape(dense), getDtypeName(dense), std::vector<char>(data, data + dense.nbytes())});
  }
  auto results = unwrap(work(module, [&] { return module.interpret(arguments); }));
  py::list list;
  for (const Buffer &buffer : results) {
    py::array array(py::dtype(buffer.dtype), buffer.shape);
    std::memcpy(array.mutable_data(), buffer.bytes.data(), buffer.bytes.size());
    list.append(array);
  }
  return list;
}

static py::dict analyze(Module &module) {
  mlir::spike::ModelStatistics statistics = unwrap(work(module, [&] { return module.analyze(); }));
  py::list layers;
  for (const mlir::spike::LayerStatistics &found : statistics.layers) {
    py::dict layer;
    layer["name"] = found.name;
    layer["kind"] = found.kind;
    layer["shape"] = found.shape;
    layer["neurons"] = found.neurons;
    layer["synapses"] = found.synapses;
    layer["parameters"] = found.parameters;
    layers.append(layer);
  }
  py::dict dict;
  dict["num_neurons"] = statistics.numNeurons;
  dict["num_synapses"] = statistics.numSynapses;
  dict["num_parameters"] = statistics.numParameters;
  dict["memory_bytes"] = statistics.memoryBytes;
  dict["layers"] = layers;
  return dict;
}

static py::list getStages() {
  py::list list;
  for (const mlir::spike::Stage &stage : mlir::spike::getStages()) {
    py::dict dict;
    dict["name"] = stage.name.str();
    dict["reason"] = stage.reason.str();
    dict["pipelines"] = std::vector<std::string>(std::begin(stage.pipelines), std::end(stage.pipelines));
    list.append(dict);
  }
  return list;
}

PYBIND11_MODULE(_core, m) {
  m.doc() = "The compiler core: MLIR modules, passes and compiled code behind a few opaque objects.";
  initialize();

  coreError =
      PyErr_NewExceptionWithDoc("spike_transformer_compiler._core.CoreError",
                                "The core refused or failed; `diagnostics` lists what it reported.", nullptr, nullptr);
  m.attr("CoreError") = py::reinterpret_borrow<py::object>(coreError);

  py::class_<Module, std::shared_ptr<Module>>(m, "Module", "A module in the compiler's memory.")
      .def_static("parse", &parse, py::arg("source"), py::arg("filename") = "", py::arg("weights") = py::none(),
                  "Reads text or bytecode. `weights` gives named constants their memory, which is not copied.")
      .def_static(
          "from_torch",
          [](const py::object &source, const py::dict &weights) { return parse(source, "<import>", weights); },
          py::arg("source"), py::arg("weights"), "Reads an imported module; its weights are attached without a copy.")
      .def(
          "clone", [](Module &self) { return work(self, [&] { return self.clone(); }); },
          "A copy of the module; weights are shared.")
      .def(
          "run_pipeline",
          [](Module &self, const std::string &pipeline) {
            unwrap(work(self, [&] { return self.runPipeline(pipeline); }));
          },
          py::arg("pipeline"), "Runs passes in place: \"pass1,pass2{option=1}\".")
      .def(
          "count_rewrites",
          [](Module &self, const std::string &pipeline) {
            py::dict passes;
            for (const auto &[pass, patterns] : unwrap(work(self, [&] { return countRewrites(self, pipeline); }))) {
              py::dict counts;
              for (const auto &[pattern, count] : patterns)
                counts[py::str(pattern)] = py::make_tuple(count.tried, count.changed);
              passes[py::str(pass)] = counts;
            }
            return passes;
          },
          py::arg("pipeline"),
          "Runs passes in place. For each pass and pattern (\"\" is the pass as a whole): how often it was tried, and "
          "how "
          "often the module then differed.")
      .def(
          "verify", [](Module &self) { unwrap(work(self, [&] { return self.verify(); })); },
          "Raises CoreError if an op breaks one of its constraints.")
      .def(
          "asm",
          [](Module &self, bool elideWeights, bool debugInfo, bool generic, int64_t elideConstants) {
            PrintOptions options{elideWeights, debugInfo, generic, elideConstants};
            return work(self, [&] { return self.print(options); });
          },
          py::arg("elide_weights") = true, py::arg("debug_info") = false, py::arg("generic") = false,
          py::arg("elide_constants") = -1,
          "The module as text. Without `elide_weights` the named weights follow it; dense constants of more than "
          "`elide_constants` elements are left out.")
      .def(
          "bytecode", [](Module &self) { return py::bytes(work(self, [&] { return self.bytecode(); })); },
          "The module with its weights as MLIR bytecode.")
      .def("weights", &getWeights, "Named weights as read-only views of the compiler's memory.")
      .def(
          "signature",
          [](Module &self) {
            Signature signature = unwrap(work(self, [&] { return self.signature(); }));
            py::dict dict;
            dict["inputs"] = toPython(signature.inputs);
            dict["outputs"] = toPython(signature.outputs);
            return dict;
          },
          "Name, path, shape and dtype of every argument and result of the module's function, and whether its leading "
          "axis is a time axis that the model itself has.")
      .def(
          "graph",
          [](Module &self) {
            py::list list;
            for (const Node &node : work(self, [&] { return self.graph(); })) {
              py::dict dict;
              dict["op"] = node.op;
              dict["label"] = node.label;
              dict["type"] = node.type;
              dict["operands"] = node.operands;
              list.append(dict);
            }
            return list;
          },
          "Arguments, ops and results of the function, for drawings.")
      .def(
          "operations",
          [](Module &self) {
            Operations found = work(self, [&] { return self.operations(); });
            py::list list;
            for (const OperationInfo &operation : found.operations) {
              py::dict dict, attributes;
              for (const auto &[name, text] : operation.attributes)
                attributes[py::str(name)] = text;
              dict["name"] = operation.name;
              dict["layer"] = operation.layer;
              dict["operands"] = operation.operands;
              dict["results"] = operation.results;
              dict["attributes"] = attributes;
              list.append(dict);
            }
            py::dict dict;
            dict["types"] = found.types;
            dict["inputs"] = found.inputs;
            dict["operations"] = list;
            return dict;
          },
          "The function's operations: `operations` with layer, numbers of values and attributes as text, `types` of "
          "all values, "
          "and how many of them are `inputs`.")
      .def(
          "dialects", [](Module &self) { return work(self, [&] { return getDialects(self.op()); }); },
          "Names of the dialects whose ops the module uses.")
      .def("analyze", &analyze, "Numbers of neurons, synapses and parameters, in all and per layer.")
      .def(
          "exact_neurons",
          [](Module &self) {
            py::dict dict;
            for (const auto &[path, exact] : work(self, [&] { return self.exactNeurons(); }))
              dict[py::str(path)] = exact;
            return dict;
          },
          "Path of every neuron layer, and whether range analysis proves its current and membranes exact in f32.")
      .def(
          "activity",
          [](Module &self) {
            Activity activity = unwrap(work(self, [&] { return self.activity(); }));
            return py::make_tuple(py::module_::import("json").attr("loads")(activity.layers), activity.results);
          },
          "After spike-expose-activity: the layers, and (layer, quantity) of every result, the layer negative for "
          "others.")
      .def(
          "quantization",
          [](Module &self) {
            std::string report = unwrap(work(self, [&] { return self.quantization(); }));
            return py::module_::import("json").attr("loads")(report);
          },
          "After spike-quantize: the numbers chosen for each synapse and neuron layer.")
      .def(
          "set_rates",
          [](Module &self, const std::map<std::string, double> &rates) { work(self, [&] { self.setRates(rates); }); },
          py::arg("rates"), "Notes the messages per neuron and step that each layer sends, by its path.")
      .def(
          "set_target", [](Module &self, const std::string &target) { work(self, [&] { self.setTarget(target); }); },
          py::arg("target"), "Names another target of the module's networks, which they must fit.")
      .def(
          "chip_network", [](Module &self) { return unwrap(work(self, [&] { return readChipNetwork(self); })); },
          "The network of the module's only loihi.network.")
      .def(
          "host_module", [](Module &self) { return work(self, [&] { return self.hostModule(); }); },
          "What the host computes of a program on a chip, after spike-outline-host.")
      .def(
          "host_parts",
          [](Module &self) {
            py::list list;
            for (HostPart &part : work(self, [&] { return self.hostParts(); }))
              list.append(py::make_tuple(part.pass, part.module, part.layers));
            return list;
          },
          "The functions of a host module in order: the pass before which each runs, a module of it alone, and its "
          "layers "
          "with the reason why they are the host's.")
      .def(
          "train_layouts",
          [](Module &self) {
            py::dict dict;
            for (const auto &[path, steps] : work(self, [&] { return self.trainLayouts(); })) {
              py::list list;
              for (const LayoutStep &step : steps)
                list.append(py::make_tuple(step.isTranspose ? "transpose" : "reshape", step.numbers));
              dict[py::str(path)] = list;
            }
            return dict;
          },
          "How the output of each exposed neuron became a result: transposes and reshapes in order, by its path.")
      .def("interpret", &interpret, py::arg("inputs"),
           "Runs the reference interpreter: one array for each input and output of the signature.")
      .def(
          "compile", &compile, py::arg("num_threads") = 0, py::arg("level") = 2, py::arg("contractions") = "kernel",
          py::arg("timed") = false, py::arg("cache") = py::none(), py::arg("key") = std::vector<std::string>(),
          py::arg("note") = "",
          "Compiles a copy of the module to machine code; zero threads mean one per core. `contractions` is \"kernel\" "
          "or \"generic\"; `timed` code can run with `run_timed`. A `cache` keeps it under a key, with a note, if it "
          "is "
          "not timed.")
      .def(
          "digest", [](Module &self) { return work(self, [&] { return self.digest(); }); },
          "A digest of the module's text, without locations, and of the bytes of all its weights.")
      .def(
          "detached", [](Module &self) { return unwrap(work(self, [&] { return self.detached(); })); },
          "A copy in memory of its own, which goes when the copy does; the module's weights are shared.");
  bindExecutables(m);
  bindTargets(m);
  bindChipNetwork(m);
  bindChipMapping(m);
  bindChipSimulator(m);

  m.def("stages", &getStages, "The stages of a compilation: name, reason, and the pipeline of each level.");

  m.def(
      "check_pipeline", [](const std::string &pipeline) { unwrap(checkPipeline(pipeline)); }, py::arg("pipeline"),
      "Raises CoreError if the text is not a pipeline of passes that exist, with options they have.");
  m.def("neuron_states", &getNeuronStates, py::arg("model"),
        "Names of the state variables of a neuron model given as text, the membrane first; none if it is no model.");
  m.def("llvm_version", [] { return LLVM_VERSION_STRING; });
  m.def(
      "kernels",
      [] { return std::map<std::string, std::string>{{"rows", spike_rt_isa()}, {"planes", spike_rt_planes_isa()}}; },
      "Names of the instruction sets of the contraction kernels that this machine uses.");
  m.def(
      "measure_limits",
      [](int64_t threads) {
        if (threads < 1)
          throw py::value_error("expected at least one thread");
        py::gil_scoped_release release;
        // More threads than there are processors reach no more, and each needs memory of its own.
        spike_rt_set_num_threads(std::min<int64_t>(threads, std::max(1u, std::thread::hardware_concurrency())));
        return std::map<std::string, double>{{"products", spike_rt_measure_products()},
                                             {"bytes", spike_rt_measure_reading()}};
      },
      py::arg("threads"),
      "Rates per second that so many threads of this machine reach at best, measured in a moment: products of 24-bit "
      "weights, and bytes read from beyond the second-level cache.");
  m.def("host_cpu", [] { return llvm::sys::getHostCPUName().str(); });
}
