// SPDX-License-Identifier: Apache-2.0
// Executables in Python, and the cache that keeps them.
#include "Python.h"

#include "spike/Execution/ProgramCache.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace spike_python;
using mlir::spike::Executable;
using mlir::spike::MemoryReport;
using mlir::spike::ProgramCache;
using mlir::spike::StageTime;
using mlir::spike::TensorSpec;
using mlir::spike::TimedWork;

std::shared_ptr<Executable> spike_python::compile(Module &module, int64_t numThreads, int level,
                                                  const std::string &contractions, bool timed,
                                                  const ProgramCache *cache, const std::vector<std::string> &key,
                                                  const std::string &note) {
  mlir::spike::ExecutableOptions options;
  options.numThreads = numThreads;
  options.optimizationLevel = level;
  options.contractions = contractions;
  options.timed = timed;
  options.cache = cache;
  if (cache)
    options.key = cache->makeKey(key);
  options.note = note;
  return unwrap(work(module, [&] { return module.compile(options); }));
}

/// The results of a run; `stamps` as Executable::run has them.
static py::list runInto(Executable &self, const std::vector<py::array> &inputs, std::vector<int64_t> &stamps) {
  const auto &specs = self.getInputs();
  if (inputs.size() != specs.size())
    throw py::value_error("expected " + std::to_string(specs.size()) + " inputs, got " + std::to_string(inputs.size()));
  std::vector<const void *> in;
  for (size_t i = 0; i < specs.size(); ++i) {
    const py::array &input = inputs[i];
    std::vector<int64_t> expected(specs[i].shape.begin(), specs[i].shape.end());
    if (getShape(input) != expected || getDtypeName(input) != specs[i].dtype || !(input.flags() & py::array::c_style) ||
        !py::cast<bool>(input.attr("flags").attr("aligned")))
      throw py::value_error("input " + std::to_string(i) + ": expected a contiguous " + specs[i].dtype +
                            " array of the compiled shape");
    in.push_back(input.data());
  }
  py::list list;
  std::vector<void *> out;
  for (const auto &spec : self.getOutputs()) {
    py::array array(py::dtype(spec.dtype), std::vector<int64_t>(spec.shape.begin(), spec.shape.end()));
    out.push_back(array.mutable_data());
    list.append(array);
  }
  bool ok;
  {
    py::gil_scoped_release release;
    ok = self.run(in, out, stamps);
  }
  if (!ok)
    raise({{"error", "", "there is not enough memory for a run", {}}});
  return list;
}

static py::list run(Executable &self, const std::vector<py::array> &inputs) {
  std::vector<int64_t> none;
  return runInto(self, inputs, none);
}

static py::tuple runTimed(Executable &self, const std::vector<py::array> &inputs) {
  if (self.getWork().empty())
    throw py::value_error("compile with timed=True to time the layers");
  std::vector<int64_t> stamps(self.getWork().size() + 1);
  py::list results = runInto(self, inputs, stamps);
  return py::make_tuple(results, stamps);
}

static py::list getWork(Executable &self) {
  py::list list;
  for (const TimedWork &piece : self.getWork()) {
    py::dict dict;
    dict["layer"] = piece.layer;
    dict["work"] = piece.work;
    dict["multiplications"] = piece.multiplications;
    dict["planes"] = piece.planes;
    dict["bytes"] = piece.bytes;
    list.append(dict);
  }
  return list;
}

static py::list toPython(const std::vector<TensorSpec> &specs, const std::string &fallback) {
  py::list list;
  for (size_t i = 0; i < specs.size(); ++i) {
    py::dict dict;
    dict["name"] = specs[i].name.empty() ? fallback + std::to_string(i) : specs[i].name;
    dict["path"] = specs[i].path;
    dict["shape"] = py::tuple(py::cast(std::vector<int64_t>(specs[i].shape.begin(), specs[i].shape.end())));
    dict["dtype"] = specs[i].dtype;
    list.append(dict);
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Cache
//===----------------------------------------------------------------------===//

static std::shared_ptr<ProgramCache> openCache(const std::string &folder, uint64_t maxBytes) {
  llvm::Expected<std::unique_ptr<ProgramCache>> cache = ProgramCache::open(folder, maxBytes);
  if (!cache)
    raise({{"error", "", llvm::toString(cache.takeError()), {}}});
  return std::move(*cache);
}

/// The executable that is kept under a key, or null.
static std::shared_ptr<Executable> load(const ProgramCache &cache, const std::vector<std::string> &key,
                                        int64_t numThreads) {
  py::gil_scoped_release release;
  std::optional<mlir::spike::MachineProgram> program = cache.read(cache.makeKey(key));
  if (!program)
    return nullptr;
  llvm::Expected<std::unique_ptr<Executable>> executable =
      Executable::load(std::move(*program), getNumThreads(numThreads));
  if (!executable) { // as good as none
    llvm::consumeError(executable.takeError());
    return nullptr;
  }
  return std::move(*executable);
}

/// Memory that was freed goes back to the system: what a compilation needs is far more than what is left of it.
static void releaseMemory() {
#ifdef __GLIBC__
  py::gil_scoped_release release;
  malloc_trim(0);
#endif
}

void spike_python::bindExecutables(py::module_ &m) {
  py::class_<Executable, std::shared_ptr<Executable>>(m, "Executable", "Machine code of a module.")
      .def("run", &run, py::arg("inputs"),
           "Runs once: contiguous arrays as `signature` says. Any number of threads may run at a time.")
      .def("run_timed", &runTimed, py::arg("inputs"),
           "Runs once; gives the results, and the nanoseconds at which each piece of `work` began and the last one "
           "ended.")
      .def_property_readonly("work", &getWork,
                             "What timed code does, in order: layer, op, multiplications, bytes of memory named.")
      .def_property_readonly("signature",
                             [](Executable &self) {
                               py::dict dict;
                               dict["inputs"] = toPython(self.getInputs(), "input");
                               dict["outputs"] = toPython(self.getOutputs(), "output");
                               return dict;
                             })
      .def_property_readonly("memory",
                             [](Executable &self) {
                               MemoryReport memory = self.getMemory();
                               py::dict dict;
                               dict["weight_bytes"] = memory.weightBytes;
                               dict["arena_bytes"] = memory.arenaBytes;
                               return dict;
                             })
      .def_property_readonly("note", &Executable::getNote, "The text that it was compiled with.")
      .def_property_readonly("timings", [](Executable &self) {
        py::list list;
        for (const StageTime &time : self.getTimes())
          list.append(py::make_tuple(time.stage, time.seconds));
        return list;
      });

  py::class_<ProgramCache, std::shared_ptr<ProgramCache>>(m, "ProgramCache",
                                                          "A folder of compiled programs; a key is a list of texts.")
      .def(py::init(&openCache), py::arg("folder"), py::arg("max_bytes"),
           "Opens the folder, which is made if need be. Refused if others own it or may write to it.")
      .def("load", &load, py::arg("key"), py::arg("num_threads") = 0,
           "The executable that this build of the compiler keeps under the key for this CPU, or None.")
      .def(
          "read_note",
          [](const ProgramCache &self, const std::vector<std::string> &key) -> std::optional<std::string> {
            std::optional<mlir::spike::MachineProgram> found = self.read(self.makeKey(key));
            return found ? std::optional(found->note) : std::nullopt;
          },
          py::arg("key"), "The text that is kept under the key, or None.")
      .def(
          "write_note",
          [](const ProgramCache &self, const std::vector<std::string> &key, const std::string &note) {
            mlir::spike::MachineProgram program;
            program.note = note;
            return self.write(self.makeKey(key), program);
          },
          py::arg("key"), py::arg("note"), "Keeps a text under the key; returns whether it was written.");

  m.def("release_memory", &releaseMemory, "Gives memory that was freed back to the system, where it can.");
}
