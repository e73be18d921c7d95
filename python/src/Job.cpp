// SPDX-License-Identifier: Apache-2.0
// Modules and their contexts, without Python.
#include "Job.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/InitAll.h"
#include "spike/Interpreter/Interpreter.h"
#include "spike/Support/Nesting.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include <set>
#include <thread>

using namespace mlir;

namespace spike_python {

static const DialectRegistry &getRegistry() {
  static const DialectRegistry *registry = [] {
    auto *all = new DialectRegistry;
    spike::registerAllDialects(*all);
    return all;
  }();
  return *registry;
}

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] { spike::registerAllPasses(); });
}

// One function per module leaves nothing to run in parallel, and a process without worker threads may fork.
Job::Job() : context(getRegistry(), MLIRContext::Threading::DISABLED) { context.loadDialect<spike::SpikeDialect>(); }
Job::~Job() = default;

//===----------------------------------------------------------------------===//
// Diagnostics
//===----------------------------------------------------------------------===//

static std::string toString(Location location) {
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
  if (isa<UnknownLoc>(location))
    return "";
  std::string text;
  llvm::raw_string_ostream os(text);
  LocationAttr(location).print(os);
  // `loc("a" at "b")` reads better without its wrapping.
  StringRef inner = text;
  if (inner.consume_front("loc("))
    inner.consume_back(")");
  return inner.str();
}

static Diagnostic toDiagnostic(mlir::Diagnostic &diag) {
  static const char *const names[] = {"note", "warning", "error", "remark"};
  Diagnostic out;
  out.severity = names[static_cast<unsigned>(diag.getSeverity())];
  out.location = toString(diag.getLocation());
  out.message = diag.str();
  for (mlir::Diagnostic &note : diag.getNotes())
    out.notes.push_back(toDiagnostic(note));
  return out;
}

bool collect(Job &job, std::vector<Diagnostic> &diagnostics, const std::function<bool()> &step) {
  ScopedDiagnosticHandler handler(&job.context, [&](mlir::Diagnostic &diag) {
    diagnostics.push_back(toDiagnostic(diag));
    return success();
  });
  return step();
}

static Diagnostic error(std::string message) { return {"error", "", std::move(message), {}}; }

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Calls `visit` on every resource constant in the module, wherever it hides in attributes.
static void forEachResource(ModuleOp module, llvm::function_ref<void(DenseResourceElementsAttr)> visit) {
  AttrTypeWalker walker;
  walker.addWalk([&](DenseResourceElementsAttr attr) { visit(attr); });
  module.walk([&](Operation *op) { walker.walk(op->getAttrDictionary()); });
}

/// What the address is a multiple of, at most a cache line.
static size_t getAlignment(const char *data) {
  return std::min<uintptr_t>(64, uintptr_t(1) << llvm::countr_zero(reinterpret_cast<uintptr_t>(data) | 64));
}

static std::optional<size_t> getByteSize(DenseResourceElementsAttr attr) {
  Type element = attr.getElementType();
  if (!element.isIntOrFloat())
    return std::nullopt;
  size_t bits = element.isInteger(1) ? 8 : element.getIntOrFloatBitWidth();
  return bits % 8 ? std::nullopt : std::optional<size_t>(attr.getNumElements() * bits / 8);
}

/// Gives named constants their memory and checks that what they name fits their type.
static bool attachWeights(Job &job, ModuleOp module, const std::map<std::string, Blob> *weights,
                          std::vector<Diagnostic> &diagnostics) {
  bool ok = true;
  auto fail = [&](std::string message) {
    diagnostics.push_back(error(std::move(message)));
    ok = false;
  };
  llvm::StringSet<> attached;
  forEachResource(module, [&](DenseResourceElementsAttr attr) {
    std::string key = attr.getRawHandle().getKey().str();
    auto expected = getByteSize(attr);
    if (!expected)
      return fail("weight '" + key + "' has an element type without fixed size");
    AsmResourceBlob *blob = attr.getRawHandle().getBlob();
    if (weights && attached.insert(key).second) {
      auto found = weights->find(key);
      if (found != weights->end()) {
        auto &manager = DenseResourceElementsHandle::getManagerInterface(&job.context).getBlobManager();
        manager.update(key, UnmanagedAsmResourceBlob::allocateWithAlign({found->second.data, found->second.bytes},
                                                                        getAlignment(found->second.data)));
        job.owners.push_back(found->second.owner);
        blob = attr.getRawHandle().getBlob();
      }
    }
    if (!blob) {
      if (weights)
        fail("weight '" + key + "' has no data");
      return;
    }
    if (blob->getData().size() != *expected)
      fail("weight '" + key + "' holds " + std::to_string(blob->getData().size()) + " bytes, expected " +
           std::to_string(*expected));
  });
  return ok;
}

std::map<std::string, Weight> Module::weights() {
  std::map<std::string, Weight> all;
  forEachResource(op(), [&](DenseResourceElementsAttr attr) {
    if (AsmResourceBlob *blob = attr.getRawHandle().getBlob()) {
      Weight weight;
      weight.data = blob->getData().data();
      weight.shape.assign(attr.getType().getShape().begin(), attr.getType().getShape().end());
      weight.dtype = getDtype(attr.getElementType());
      all[attr.getRawHandle().getKey().str()] = weight;
    }
  });
  return all;
}

std::map<std::string, Blob> Module::blobs() {
  std::map<std::string, Blob> all;
  forEachResource(op(), [&](DenseResourceElementsAttr attr) {
    if (AsmResourceBlob *blob = attr.getRawHandle().getBlob())
      all[attr.getRawHandle().getKey().str()] = {blob->getData().data(), blob->getData().size(), nullptr};
  });
  return all;
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

Module::Module(std::shared_ptr<Job> job, OwningOpRef<ModuleOp> module)
    : job_(std::move(job)), module_(std::move(module)) {}

Result<std::shared_ptr<Module>> Module::parse(const std::string &source, const std::string &fileName,
                                              const std::map<std::string, Blob> *weights) {
  Result<std::shared_ptr<Module>> result;
  std::string name = fileName.empty() ? "<input>" : fileName;
  if (std::optional<unsigned> line = spike::findDeepNesting(source)) {
    result.diagnostics.push_back({"error",
                                  name + ":" + std::to_string(*line),
                                  "the text nests deeper than " + std::to_string(spike::kMaxNesting) + " levels",
                                  {}});
    return result;
  }
  auto job = std::make_shared<Job>();
  OwningOpRef<ModuleOp> module;
  result.ok = collect(*job, result.diagnostics, [&] {
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(source, name), llvm::SMLoc());
    ParserConfig config(&job->context, /*verifyAfterParse=*/false);
    module = parseSourceFile<ModuleOp>(sources, config);
    // A verifier may read weights, so they come first.
    return module && attachWeights(*job, *module, weights, result.diagnostics) && succeeded(mlir::verify(*module));
  });
  if (result.ok)
    result.value.reset(new Module(std::move(job), std::move(module)));
  else if (result.diagnostics.empty())
    result.diagnostics.push_back(error("the text is not a module"));
  return result;
}

std::shared_ptr<Module> Module::clone() {
  return std::shared_ptr<Module>(new Module(job_, OwningOpRef<ModuleOp>(op().clone())));
}

static bool readPipeline(const std::string &pipeline, OpPassManager &manager, std::vector<Diagnostic> &diagnostics) {
  std::string message;
  llvm::raw_string_ostream os(message);
  if (succeeded(parsePassPipeline(pipeline, manager, os)))
    return true;
  StringRef reason = StringRef(message).split("error: ").second.split('\n').first;
  diagnostics.push_back(
      error((reason.empty() ? StringRef(message).trim() : reason).str() + " (in the pipeline '" + pipeline + "')"));
  return false;
}

Result<Nothing> checkPipeline(const std::string &pipeline) {
  Result<Nothing> result;
  OpPassManager manager(ModuleOp::getOperationName());
  result.ok = readPipeline(pipeline, manager, result.diagnostics);
  return result;
}

std::vector<std::string> getNeuronStates(const std::string &model) {
  MLIRContext context(getRegistry(), MLIRContext::Threading::DISABLED);
  context.loadDialect<spike::SpikeDialect>();
  ScopedDiagnosticHandler silent(&context, [](mlir::Diagnostic &) { return success(); });
  auto attribute = dyn_cast_if_present<spike::NeuronModelAttrInterface>(parseAttribute(model, &context));
  std::vector<std::string> names;
  if (attribute)
    for (StringRef name : attribute.getStateNames())
      names.push_back(name.str());
  return names;
}

Result<Nothing> Module::runPipeline(const std::string &pipeline) {
  Result<Nothing> result;
  result.ok = collect(*job_, result.diagnostics, [&] {
    PassManager manager(&job_->context, ModuleOp::getOperationName());
    return readPipeline(pipeline, manager, result.diagnostics) && succeeded(manager.run(op()));
  });
  if (!result.ok && result.diagnostics.empty())
    result.diagnostics.push_back(error("the pipeline '" + pipeline + "' failed without saying why"));
  return result;
}

Result<Nothing> Module::verify() {
  Result<Nothing> result;
  result.ok = collect(*job_, result.diagnostics, [&] { return succeeded(mlir::verify(op())); });
  return result;
}

std::string Module::print(const PrintOptions &options) {
  OpPrintingFlags flags;
  if (options.elideWeights)
    flags.elideLargeResourceString(0);
  if (options.elideConstants >= 0)
    flags.elideLargeElementsAttrs(options.elideConstants);
  flags.enableDebugInfo(options.debugInfo, /*prettyForm=*/false);
  if (options.generic)
    flags.printGenericOpForm();
  std::string text;
  llvm::raw_string_ostream os(text);
  op().print(os, flags);
  // Without weights, the section that would hold them is empty.
  if (size_t section = text.rfind("\n{-#"); options.elideWeights && section != std::string::npos)
    text.resize(section);
  text.resize(StringRef(text).rtrim().size());
  return text + "\n";
}

std::string Module::bytecode() {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  (void)writeBytecodeToFile(op(), os); // fails only for a version it was asked for
  return bytes;
}

std::vector<std::string> getDialects(ModuleOp module) {
  std::set<std::string> names;
  module.walk([&](Operation *op) { names.insert(op->getName().getDialectNamespace().str()); });
  return {names.begin(), names.end()};
}

std::string getDtype(Type element) {
  if (spike::getMaxCount(element))
    return element.isInteger(1) ? "bool" : "int32";
  if (element.isF32())
    return "float32";
  if (element.isF64())
    return "float64";
  if (element.isIntOrIndex() && !element.isIndex())
    return ("int" + Twine(element.getIntOrFloatBitWidth())).str();
  std::string text;
  llvm::raw_string_ostream os(text);
  element.print(os);
  return text;
}

static ValueInfo describe(Type type, DictionaryAttr attributes, const std::string &fallback) {
  ValueInfo info;
  info.name = fallback;
  if (auto shaped = dyn_cast<RankedTensorType>(type)) {
    info.shape.assign(shaped.getShape().begin(), shaped.getShape().end());
    info.dtype = getDtype(shaped.getElementType());
  } else {
    info.dtype = getDtype(type);
  }
  if (attributes) {
    if (auto name = attributes.getAs<StringAttr>("spike.name"))
      info.name = name.str();
    if (auto path = attributes.getAs<StringAttr>("spike.path"))
      info.path = path.str();
    info.timeAxis = attributes.contains("spike.time_axis");
    if (auto state = attributes.getAs<StringAttr>("spike.state"))
      info.state = state.str();
    if (auto initial = attributes.getAs<FloatAttr>("spike.initial"))
      info.initial = initial.getValueAsDouble();
    if (auto axis = attributes.getAs<IntegerAttr>("spike.step_axis"))
      info.stepAxis = axis.getInt();
  }
  return info;
}

func::FuncOp getFunction(ModuleOp module) {
  for (func::FuncOp candidate : module.getOps<func::FuncOp>())
    if (!candidate.isExternal() && candidate.isPublic())
      return candidate;
  return {};
}

std::vector<Node> Module::graph() {
  std::vector<Node> nodes;
  func::FuncOp function = getFunction(op());
  if (!function || !function.getBody().hasOneBlock())
    return nodes;
  auto toText = [](Type type) {
    std::string text;
    llvm::raw_string_ostream os(text);
    type.print(os);
    return text;
  };
  llvm::DenseMap<Value, size_t> known;
  for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
    known[argument] = nodes.size();
    auto name = function.getArgAttrOfType<StringAttr>(i, "spike.name");
    nodes.push_back({"input", name ? name.str() : "", toText(argument.getType()), {}});
  }
  for (Operation &operation : function.getBody().front()) {
    if (operation.hasTrait<OpTrait::ConstantLike>())
      continue;
    Node node;
    node.op = operation.getName().getStringRef().str();
    if (auto path = operation.getAttrOfType<StringAttr>("path"))
      node.label = path.str();
    if (operation.getNumResults())
      node.type = toText(operation.getResult(0).getType());
    for (Value operand : operation.getOperands())
      if (auto found = known.find(operand); found != known.end())
        node.operands.push_back(found->second);
    for (Value result : operation.getResults())
      known[result] = nodes.size();
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<spike::ModelStatistics> Module::analyze() {
  Result<spike::ModelStatistics> result;
  if (func::FuncOp function = getFunction(op())) {
    result.value = spike::computeStatistics(function);
    result.ok = true;
  } else {
    result.diagnostics.push_back(error("the module has no public function with a body"));
  }
  return result;
}

std::vector<std::pair<std::string, bool>> Module::exactNeurons() {
  std::vector<std::pair<std::string, bool>> found;
  spike::RangeAnalysis ranges(op());
  op().walk([&](spike::NeuronOp neuron) {
    if (neuron.getPath())
      found.emplace_back(neuron.getPath()->str(), ranges.isExact(neuron));
  });
  return found;
}

Result<Signature> Module::signature() {
  Result<Signature> result;
  func::FuncOp function = getFunction(op());
  if (!function) {
    result.diagnostics.push_back(error("the module has no public function with a body"));
    return result;
  }
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    result.value.inputs.push_back(describe(type, function.getArgAttrDict(i), "input" + std::to_string(i)));
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    result.value.outputs.push_back(describe(type, function.getResultAttrDict(i), "output" + std::to_string(i)));
  result.ok = true;
  return result;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static std::string toText(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, size] : llvm::enumerate(shape))
    text += (i ? ", " : "") + std::to_string(size);
  return text + "]";
}

Result<std::vector<Buffer>> Module::interpret(const std::vector<Buffer> &inputs) {
  Result<std::vector<Buffer>> result;
  func::FuncOp function = getFunction(op());
  if (!function || function.getNumArguments() != inputs.size()) {
    result.diagnostics.push_back(error("expected one input for each argument of a public function"));
    return result;
  }
  SmallVector<spike::Tensor> arguments;
  for (auto [type, input] : llvm::zip_equal(function.getArgumentTypes(), inputs)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::string expected = tensor ? getDtype(tensor.getElementType()) : "";
    if (!tensor || tensor.getShape() != ArrayRef<int64_t>(input.shape) || input.dtype != expected) {
      result.diagnostics.push_back(error("expected an input of shape " +
                                         toText(tensor ? tensor.getShape() : ArrayRef<int64_t>()) + " and dtype " +
                                         expected + ", got " + toText(input.shape) + " and " + input.dtype));
      return result;
    }
    llvm::Expected<spike::Tensor> read = spike::Tensor::fromBuffer(tensor, input.bytes);
    if (!read) {
      result.diagnostics.push_back(error(llvm::toString(read.takeError())));
      return result;
    }
    arguments.push_back(std::move(*read));
  }
  result.ok = collect(*job_, result.diagnostics, [&] {
    FailureOr<SmallVector<spike::Tensor>> outputs = spike::interpret(function, arguments);
    if (failed(outputs))
      return false;
    for (const spike::Tensor &output : *outputs) {
      Buffer buffer;
      buffer.shape.assign(output.getShape().begin(), output.getShape().end());
      buffer.dtype = getDtype(output.getType().getElementType());
      buffer.bytes.resize(spike::Tensor::getBufferBytes(output.getType()));
      output.toBuffer(buffer.bytes);
      result.value.push_back(std::move(buffer));
    }
    return true;
  });
  return result;
}

int64_t getNumThreads(int64_t asked) { return asked > 0 ? asked : std::max(1u, std::thread::hardware_concurrency()); }

Result<std::unique_ptr<spike::Executable>> Module::compile(spike::ExecutableOptions options) {
  Result<std::unique_ptr<spike::Executable>> result;
  options.numThreads = getNumThreads(options.numThreads);
  result.ok = collect(*job_, result.diagnostics, [&] {
    OwningOpRef<ModuleOp> copy(op().clone());
    result.value = spike::Executable::create(*copy, options);
    return result.value != nullptr;
  });
  return result;
}

} // namespace spike_python
