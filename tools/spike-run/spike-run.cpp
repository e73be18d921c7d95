// SPDX-License-Identifier: Apache-2.0
// Runs a function of a module on .npy inputs, compiled or interpreted, or writes the module after a stage; runs an
// image on the chip simulator.
#include "ChipImage.h"
#include "Compiled.h"
#include "Values.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/InitAll.h"
#include "spike/Interpreter/Interpreter.h"
#include "spike/Pipelines/Pipelines.h"
#include "spike/Support/Diagnostics.h"
#include "spike/Support/Nesting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace mlir::spike;
namespace cl = llvm::cl;

namespace {

struct Options {
  cl::OptionCategory category{"spike-run options"};
  cl::opt<std::string> file{cl::Positional, cl::desc("<file.mlir, bytecode or image.lsi>"), cl::init("-"),
                            cl::cat(category)};
  cl::opt<bool> interpret{"interpret", cl::desc("Run in the reference interpreter, as the module is"),
                          cl::cat(category)};
  cl::opt<std::string> emit{"emit", cl::desc("Run the stages up to this one and write the module, without running it"),
                            cl::value_desc("stage"), cl::cat(category)};
  cl::opt<int> level{"level", cl::desc("Optimisation level, 0 to 3 (default: 2)"), cl::init(2), cl::cat(category)};
  cl::opt<int64_t> numThreads{"num-threads", cl::desc("Threads of compiled code (default: 1)"), cl::init(1),
                              cl::cat(category)};
  cl::opt<std::string> entry{"entry", cl::desc("Function to run (default: the only public one, or 'forward')"),
                             cl::cat(category)};
  cl::list<std::string> inputs{"input", cl::desc("A .npy file, one for each argument in order"),
                               cl::value_desc("x.npy"), cl::cat(category)};
  cl::opt<std::string> output{"output", cl::desc("Write result i to <prefix>i.npy instead of printing it"),
                              cl::value_desc("prefix"), cl::cat(category)};
  cl::opt<bool> split{"split-input-file", cl::desc("Run every part between '// -----' lines on its own"),
                      cl::cat(category)};
  cl::opt<bool> verifyDiagnostics{"verify-diagnostics", cl::desc("Compare errors with the file's expected-error lines"),
                                  cl::cat(category)};
  cl::opt<std::string> cache{"cache", cl::desc("Folder in which compiled code is kept from run to run"),
                             cl::value_desc("folder"), cl::cat(category)};
  cl::opt<uint64_t> memoryLimit{"memory-limit", cl::desc("Most MiB of tensors that the interpreter holds"),
                                cl::init(4096), cl::cat(category)};
  cl::opt<std::string> profile{"profile", cl::desc("Energy profile of a run of an image, by name or file"),
                               cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("Board of an image in place of its own, by name or file"),
                              cl::value_desc("name"), cl::cat(category)};
  cl::opt<double> workLimit{"work-limit", cl::desc("Most multiply-adds of the interpreter (default: no limit)"),
                            cl::init(0), cl::cat(category)};
};

LogicalResult report(llvm::Error error) {
  llvm::WithColor::error(llvm::errs(), "spike-run") << llvm::toString(std::move(error)) << "\n";
  return failure();
}

LogicalResult checkOptions(const Options &options) {
  const Stage *last = findStage(options.emit);
  if (!options.emit.empty() && (!last || last->isAside)) {
    std::string known;
    for (const Stage &stage : getStages())
      if (!stage.isAside)
        known += (known.empty() ? "" : ", ") + stage.name.str();
    return report(llvm::createStringError("unknown stage '" + options.emit + "'; there are " + known));
  }
  if (options.level < 0 || options.level > kMaxOptimizationLevel)
    return report(llvm::createStringError("expected a level between 0 and " + llvm::Twine(kMaxOptimizationLevel) +
                                          ", got " + llvm::Twine(options.level)));
  if (options.numThreads < 1 || options.numThreads > 1024)
    return report(llvm::createStringError("expected 1 to 1024 threads, got " + llvm::Twine(options.numThreads)));
  if (!options.cache.empty() &&
      (options.file == "-" || options.interpret || options.split || options.verifyDiagnostics || !options.emit.empty()))
    return report(llvm::createStringError("--cache is for running the compiled code of one file"));
  return success();
}

/// Nothing that is asked of an image is silently left out.
LogicalResult checkImageOptions(const Options &options) {
  for (auto [name, isGiven] : {std::pair("--interpret", options.interpret.getValue()),
                               {"--emit", !options.emit.empty()},
                               {"--entry", !options.entry.empty()},
                               {"--cache", !options.cache.empty()},
                               {"--split-input-file", options.split.getValue()},
                               {"--verify-diagnostics", options.verifyDiagnostics.getValue()}})
    if (isGiven)
      return report(llvm::createStringError(llvm::Twine(name) + " is for modules, '" + options.file + "' is an image"));
  if (!options.target.empty() && options.profile.empty())
    return report(llvm::createStringError("--target is the board of an energy profile: give --profile, too"));
  return success();
}

/// Where compiled code is kept, and under which key.
struct KeptProgram {
  std::unique_ptr<ProgramCache> cache;
  std::string key;

  KeptProgram(const Options &options) {
    if (options.cache.empty())
      return;
    auto opened = ProgramCache::open(options.cache, uint64_t(2) << 30);
    if (opened)
      cache = std::move(*opened);
    else
      llvm::WithColor::warning(llvm::errs(), "spike-run") << llvm::toString(opened.takeError()) << "\n";
  }

  /// For a file of these bytes.
  void setKey(StringRef bytes, const Options &options) {
    if (!cache)
      return;
    llvm::BLAKE3 hasher;
    hasher.update(bytes);
    key = cache->makeKey({"spike-run", llvm::toHex(hasher.final()), std::to_string(options.level), options.entry});
  }
};

/// The function that the user asks for.
FailureOr<func::FuncOp> findEntry(ModuleOp module, StringRef name) {
  if (!name.empty()) {
    if (auto function = module.lookupSymbol<func::FuncOp>(name))
      return function;
    return module.emitError() << "no function '" << name << "' in the module";
  }
  SmallVector<func::FuncOp> found;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.getName() == "forward")
      return function;
    if (function.isPublic() && !function.isExternal())
      found.push_back(function);
  }
  if (found.size() != 1)
    return module.emitError() << "expected one public function, got " << found.size() << "; choose with --entry";
  return found.front();
}

FailureOr<SmallVector<Tensor>> readInputs(FunctionType type, Location loc, const Options &options) {
  if (options.inputs.size() != type.getNumInputs())
    return emitError(loc) << "expected " << type.getNumInputs() << " --input files, got " << options.inputs.size();
  SmallVector<Tensor> inputs;
  for (auto [path, inputType] : llvm::zip_equal(options.inputs, type.getInputs())) {
    if (!isSpikeTensor(inputType))
      return emitError(loc) << "expected tensors of the spike dialect as inputs, got " << inputType;
    llvm::Expected<Tensor> tensor = readTensor(path, cast<RankedTensorType>(inputType));
    if (!tensor)
      return report(tensor.takeError());
    inputs.push_back(*tensor);
  }
  return inputs;
}

LogicalResult writeResults(ArrayRef<Tensor> results, const Options &options) {
  for (auto [i, result] : llvm::enumerate(results)) {
    if (options.output.empty())
      printTensor(llvm::outs(), "result " + llvm::Twine(i), result);
    else if (llvm::Error error = writeTensor(options.output + llvm::Twine(i) + ".npy", result))
      return report(std::move(error));
  }
  return success();
}

LogicalResult runModule(ModuleOp module, const Options &options, const KeptProgram &kept) {
  if (!options.emit.empty()) {
    if (failed(runStages(module, options.emit, options.level)))
      return failure();
    module.print(llvm::outs());
    return success();
  }
  // The interpreter runs a module as it is, except that it must be in the spike dialect.
  StringRef last = options.interpret ? "import" : "optimize";
  if (failed(runStages(module, last, options.level)))
    return failure();
  FailureOr<func::FuncOp> function = findEntry(module, options.entry);
  if (failed(function))
    return failure();
  FailureOr<SmallVector<Tensor>> inputs = readInputs(function->getFunctionType(), function->getLoc(), options);
  if (failed(inputs))
    return failure();
  InterpreterOptions limits;
  limits.maxBytes = std::min<uint64_t>(options.memoryLimit, uint64_t(1) << 40) << 20;
  limits.maxWork = options.workLimit;
  if (options.interpret) {
    FailureOr<SmallVector<Tensor>> results = interpret(*function, *inputs, limits);
    return failed(results) ? failure() : writeResults(*results, options);
  }
  if (failed(checkResults(*function)))
    return failure();
  FunctionType type = function->getFunctionType();
  Location loc = function->getLoc();
  ExecutableOptions compilation;
  compilation.numThreads = options.numThreads;
  compilation.optimizationLevel = options.level;
  compilation.entry = function->getName().str();
  compilation.cache = kept.cache.get();
  compilation.key = kept.key;
  llvm::raw_string_ostream(compilation.note) << type;
  std::unique_ptr<Executable> executable = Executable::create(module, compilation);
  if (!executable)
    return failure();
  FailureOr<SmallVector<Tensor>> results = runCompiled(*executable, type, *inputs, loc);
  return failed(results) ? failure() : writeResults(*results, options);
}

/// Runs what the cache holds; nothing if it holds nothing. No module is read for it.
std::optional<LogicalResult> runKept(MLIRContext &context, const Options &options, const KeptProgram &kept) {
  std::optional<MachineProgram> program = kept.cache->read(kept.key);
  if (!program)
    return std::nullopt;
  auto executable = Executable::load(std::move(*program), options.numThreads);
  if (!executable) {
    llvm::consumeError(executable.takeError());
    return std::nullopt;
  }
  context.loadDialect<SpikeDialect>();
  auto type = dyn_cast_if_present<FunctionType>(parseType((*executable)->getNote(), &context));
  if (!type)
    return std::nullopt;
  Location loc = FileLineColLoc::get(&context, options.file, 0, 0);
  FailureOr<SmallVector<Tensor>> inputs = readInputs(type, loc, options);
  if (failed(inputs))
    return failure();
  FailureOr<SmallVector<Tensor>> results = runCompiled(**executable, type, *inputs, loc);
  return failed(results) ? failure() : writeResults(*results, options);
}

LogicalResult runBuffer(std::unique_ptr<llvm::MemoryBuffer> buffer, MLIRContext &context, const Options &options,
                        const KeptProgram &kept) {
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  auto parseAndRun = [&]() -> LogicalResult {
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
    return module ? runModule(*module, options, kept) : failure();
  };
  return mlir::spike::runWithDiagnostics(sources, context, options.verifyDiagnostics, parseAndRun);
}

std::unique_ptr<llvm::MemoryBuffer> openFile(const Options &options) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(options.file, llvm::Align(64), &error);
  if (!buffer)
    (void)report(llvm::createStringError(error));
  return buffer;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  Options options;
  cl::HideUnrelatedOptions(options.category);
  registerAsmPrinterCLOptions();
  cl::ParseCommandLineOptions(argc, argv, "Runs a function of a module, or writes the module after a stage\n");
  if (failed(checkOptions(options)))
    return 1;

  std::unique_ptr<llvm::MemoryBuffer> buffer = openFile(options);
  if (!buffer)
    return 1;
  if (isChipImage(buffer->getBuffer())) {
    if (failed(checkImageOptions(options)))
      return 1;
    llvm::Error error = runChipImage(buffer->getBuffer(), {ArrayRef<std::string>(options.inputs), options.output,
                                                           options.profile, options.target, options.numThreads});
    return error ? failed(report(std::move(error))) : 0;
  }
  if (!options.profile.empty() || !options.target.empty())
    return failed(report(llvm::createStringError("--profile and --target are for images")));
  DialectRegistry registry;
  mlir::spike::registerAllDialects(registry);
  mlir::spike::registerAllPasses();
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);

  KeptProgram kept(options);
  kept.setKey(buffer->getBuffer(), options);
  if (kept.cache) {
    buffer.reset(); // the program is about as large
    if (std::optional<LogicalResult> done = runKept(context, options, kept))
      return failed(*done);
    buffer = openFile(options);
    if (!buffer)
      return 1;
    kept.setKey(buffer->getBuffer(), options); // of what is compiled now
  }
  if (std::optional<unsigned> line = mlir::spike::findDeepNesting(buffer->getBuffer()))
    return failed(report(llvm::createStringError(options.file.getValue() + ":" + std::to_string(*line) +
                                                 ": the text nests deeper than " +
                                                 std::to_string(mlir::spike::kMaxNesting) + " levels")));

  auto run = [&](std::unique_ptr<llvm::MemoryBuffer> part, llvm::raw_ostream &) {
    return runBuffer(std::move(part), context, options, kept);
  };
  return failed(
      splitAndProcessBuffer(std::move(buffer), run, llvm::outs(), options.split ? kDefaultSplitMarker : StringRef()));
}
