// SPDX-License-Identifier: Apache-2.0
// The compiler as the extension module sees it, without Python: modules, and results that carry diagnostics. Nothing
// here throws, so no exception ever meets a frame of LLVM; the bindings turn a failed result into a Python exception.
#ifndef SPIKE_PYTHON_JOB_H
#define SPIKE_PYTHON_JOB_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "spike/Analysis/ModelStatistics.h"
#include "spike/Execution/Executable.h"
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spike_python {

struct Diagnostic {
  std::string severity, location, message;
  std::vector<Diagnostic> notes;
};

/// What a step of the compiler left behind: a value, or diagnostics that say why there is none.
template <typename T>
struct Result {
  T value{};
  bool ok = false;
  std::vector<Diagnostic> diagnostics;
};
struct Nothing {};

/// One compile job: a context, shared by a module and its clones, and the owners of the memory its weights lie in. MLIR
/// work on one job is serialised by the mutex; take it only without the interpreter lock.
struct Job {
  Job();
  ~Job();
  std::mutex mutex;
  std::vector<std::shared_ptr<void>> owners; // outlive the context: declared before it
  mlir::MLIRContext context;
};

/// Weights in memory that the caller keeps alive through `owner`.
struct Blob {
  const char *data = nullptr;
  size_t bytes = 0;
  std::shared_ptr<void> owner;
};

struct Weight {
  const char *data = nullptr;
  std::vector<int64_t> shape;
  std::string dtype;
};

struct ValueInfo {
  std::string name, path, dtype;
  std::vector<int64_t> shape;
  bool timeAxis = false;           // the leading axis is time
  std::string state;               // of a program for one step: the state that this is
  double initial = 0;              // its value before the first step
  std::optional<int64_t> stepAxis; // the axis that held all time steps
};
struct Signature {
  std::vector<ValueInfo> inputs, outputs;
};

/// What a function with exposed activity returns.
struct Activity {
  std::string layers;
  std::vector<std::pair<int64_t, std::string>> results;
};

/// An argument, an op or a result of the function, for drawings: `operands` are indices into the list of nodes.
struct Node {
  std::string op, label, type;
  std::vector<size_t> operands;
};

/// The function's operations as plain data. Values are numbers: the arguments first, then results in order.
struct OperationInfo {
  std::string name, layer; // the layer is the module of the source, if known
  std::vector<size_t> operands, results;
  std::vector<std::pair<std::string, std::string>> attributes; // as text
};
struct Operations {
  std::vector<std::string> types; // of each value
  size_t inputs = 0;
  std::vector<OperationInfo> operations;
};

/// Elements in memory, as NumPy lays them out.
struct Buffer {
  std::vector<int64_t> shape;
  std::string dtype;
  std::vector<char> bytes;
};

/// A step from a neuron's output to a result: a permutation of axes, or another shape.
struct LayoutStep {
  bool isTranspose = false;
  std::vector<int64_t> numbers;
};

struct PrintOptions {
  bool elideWeights = true, debugInfo = false, generic = false;
  int64_t elideConstants = -1; // dense constants with more elements are not printed; negative: print all
};

class Module;

/// What the host computes before a pass of the chip: a module of one function; layers, and why they are the host's.
struct HostPart {
  int64_t pass = 0;
  std::shared_ptr<Module> module;
  std::vector<std::pair<std::string, std::string>> layers;
};

class Module {
public:
  /// Reads text or bytecode into a fresh context and gives every named weight its memory. Refuses weights without
  /// memory, or memory of another size than the weight's type says, if `weights` is given.
  static Result<std::shared_ptr<Module>> parse(const std::string &source, const std::string &fileName,
                                               const std::map<std::string, Blob> *weights);

  std::shared_ptr<Module> clone();
  /// Runs a pipeline that is anchored on the module: "pass1,pass2{option=1}".
  Result<Nothing> runPipeline(const std::string &pipeline);
  Result<Nothing> verify();
  std::string print(const PrintOptions &options);
  std::string bytecode();
  /// A digest of the text, without locations, and of the bytes of all weights.
  std::string digest();
  /// A copy in a job of its own, so that what passes make of it goes with the copy. The weights are shared.
  Result<std::shared_ptr<Module>> detached();
  std::map<std::string, Weight> weights();
  /// Arguments and results of the module's first function with a body.
  Result<Signature> signature();
  /// The first function's arguments, ops (without constants) and results, in order.
  std::vector<Node> graph();
  Operations operations();

  /// Counts neurons, synapses and parameters of the first function.
  Result<mlir::spike::ModelStatistics> analyze();
  /// Path of every neuron layer in order, and whether range analysis proves it exact.
  std::vector<std::pair<std::string, bool>> exactNeurons();
  /// What spike-expose-activity says of the first function: a description of every layer, as text in JSON, and the
  /// layer and quantity of each result (a negative layer for the function's own results).
  Result<Activity> activity();
  /// What spike-quantize reports, as JSON.
  Result<std::string> quantization();
  /// Notes how many messages per neuron and step each layer is expected to send, by its path.
  void setRates(const std::map<std::string, double> &rates);
  /// Another target of the networks, whose limits they keep: that of a board they were mapped to a part of.
  void setTarget(const std::string &target);
  /// A module of what the host computes of a program on a chip, which spike-outline-host left.
  std::shared_ptr<Module> hostModule();
  /// Each function of that module by itself, in order.
  std::vector<HostPart> hostParts();
  /// How the output of the neuron behind each result with a path became that result, step by step.
  std::map<std::string, std::vector<LayoutStep>> trainLayouts();
  /// Runs the reference interpreter on the first function. The outputs are as the signature says.
  Result<std::vector<Buffer>> interpret(const std::vector<Buffer> &inputs);
  /// Compiles a copy of the module to machine code; zero threads mean one per core.
  Result<std::unique_ptr<mlir::spike::Executable>> compile(mlir::spike::ExecutableOptions options);

  const std::shared_ptr<Job> &job() const { return job_; }
  mlir::ModuleOp op() { return module_.get(); }

private:
  /// Named weights, without an owner.
  std::map<std::string, Blob> blobs();
  Module(std::shared_ptr<Job> job, mlir::OwningOpRef<mlir::ModuleOp> module);
  std::shared_ptr<Job> job_; // outlives the module: declared before it
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

/// Runs `step`, which says whether it succeeded, collecting what it reports. The job's mutex must be held.
bool collect(Job &job, std::vector<Diagnostic> &diagnostics, const std::function<bool()> &step);

/// The first public function with a body, or null.
mlir::func::FuncOp getFunction(mlir::ModuleOp module);

/// Name of an element type as NumPy knows it; counts are given in the narrowest unsigned integer that holds them.
std::string getDtype(mlir::Type element);

/// Whether the text is a pipeline of passes that exist, with options they have.
Result<Nothing> checkPipeline(const std::string &pipeline);

/// Names of the state variables of the neuron model that the text spells, the membrane first; none if it spells no
/// model.
std::vector<std::string> getNeuronStates(const std::string &model);

/// Names of the dialects whose ops the module uses.
std::vector<std::string> getDialects(mlir::ModuleOp module);

/// So many threads, or one per core if zero are asked for.
int64_t getNumThreads(int64_t asked);

/// Registers the passes, once in a process.
void initialize();

} // namespace spike_python

#endif // SPIKE_PYTHON_JOB_H
