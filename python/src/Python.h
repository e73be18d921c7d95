// SPDX-License-Identifier: Apache-2.0
// What the files of bindings share: results and locks as Python knows them.
#ifndef SPIKE_PYTHON_PYTHON_H
#define SPIKE_PYTHON_PYTHON_H

#include "Job.h"
#include "spike/ChipSim/Counters.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

namespace spike_python {

/// Raises CoreError with the diagnostics.
[[noreturn]] void raise(const std::vector<Diagnostic> &diagnostics);

/// Runs MLIR work on a module: without the interpreter lock, alone in its job.
template <typename Fn>
auto work(Module &module, Fn fn) {
  py::gil_scoped_release release;
  std::lock_guard<std::mutex> lock(module.job()->mutex);
  return fn();
}

template <typename T>
T unwrap(Result<T> result) {
  if (!result.ok)
    raise(result.diagnostics);
  return std::move(result.value);
}

inline std::string getDtypeName(const py::array &array) { return py::cast<std::string>(array.dtype().attr("name")); }

inline std::vector<int64_t> getShape(const py::array &array) {
  return std::vector<int64_t>(array.shape(), array.shape() + array.ndim());
}

/// Compiles a copy of the module, see Module.compile.
std::shared_ptr<mlir::spike::Executable> compile(Module &module, int64_t numThreads, int level,
                                                 const std::string &contractions, bool timed,
                                                 const mlir::spike::ProgramCache *cache,
                                                 const std::vector<std::string> &key, const std::string &note);

/// Adds the chip simulator to the extension module.
void bindChipSimulator(py::module_ &m);

/// Adds executables, and the cache that keeps them, to the extension module.
void bindExecutables(py::module_ &m);

/// What was counted on a target: the `activity` that `chip_energy` takes, bytes that every core `uses`, and messages
/// per inference over the `links`.
py::dict getActivity(const ::spike::chip::Network &network, const ::spike::chip::Counters &counters,
                     const std::string &nameOrPath);

/// Adds targets and energy profiles of chips.
void bindTargets(py::module_ &m);

/// Adds the mapping of networks onto cores.
void bindChipMapping(py::module_ &m);

/// Adds networks on a chip.
void bindChipNetwork(py::module_ &m);

} // namespace spike_python

#endif // SPIKE_PYTHON_PYTHON_H
