// SPDX-License-Identifier: Apache-2.0
// Compilation to machine code and runs.
#include "spike/Execution/Executable.h"

#include "ArenaPool.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "spike/Analysis/ModelStatistics.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Pipelines/Pipelines.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/Weights.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include <chrono>
#include <mutex>

using namespace mlir;
using namespace mlir::spike;

int64_t TensorSpec::getNumBytes() const {
  int64_t bytes = dtype == "float32" || dtype == "int32" ? 4 : dtype == "uint16" || dtype == "int16" ? 2 : 1;
  for (int64_t size : shape)
    bytes *= size;
  return bytes;
}

struct Executable::Impl {
  std::unique_ptr<ExecutionEngine> engine;
  void (*entry)(void **) = nullptr;
  std::vector<TensorSpec> inputs, outputs;
  std::vector<const void *> weights;
  std::unique_ptr<ArenaPool> arenas;
  MemoryReport memory;
  std::vector<StageTime> times;
  std::vector<TimedWork> work;
  int64_t numThreads = 1;
};

Executable::Executable(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Executable::~Executable() = default;
const std::vector<TensorSpec> &Executable::getInputs() const { return impl->inputs; }
const std::vector<TensorSpec> &Executable::getOutputs() const { return impl->outputs; }
MemoryReport Executable::getMemory() const { return impl->memory; }
const std::vector<StageTime> &Executable::getTimes() const { return impl->times; }
const std::vector<TimedWork> &Executable::getWork() const { return impl->work; }

namespace {

/// Measures one stage and appends it to a list.
class StageTimer {
public:
  StageTimer(std::vector<StageTime> &times, StringRef stage)
      : times(times), stage(stage), start(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    times.push_back({stage, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
  }

private:
  std::vector<StageTime> &times;
  std::string stage;
  std::chrono::steady_clock::time_point start;
};

func::FuncOp findEntry(ModuleOp module, StringRef name) {
  if (!name.empty()) {
    auto func = module.lookupSymbol<func::FuncOp>(name);
    if (!func || func.isExternal()) {
      module.emitError() << "no function '" << name << "' with a body to compile";
      return {};
    }
    return func;
  }
  func::FuncOp entry;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (func.isExternal() || func.isPrivate())
      continue;
    if (entry) {
      module.emitError() << "expected one public function to compile, got '" << entry.getName() << "' and '"
                         << func.getName() << "'; name one";
      return {};
    }
    entry = func;
  }
  if (!entry)
    module.emitError() << "expected a public function to compile, got none";
  return entry;
}

std::string getDtype(Type element) {
  if (element.isF32())
    return "float32";
  if (element.isInteger(1))
    return "bool";
  if (std::optional<uint64_t> max = getMaxCount(element))
    return *max <= 0xFF ? "uint8" : *max <= 0xFFFF ? "uint16" : "int32";
  return "int" + std::to_string(element.getIntOrFloatBitWidth());
}

FailureOr<TensorSpec> getSpec(func::FuncOp func, Type type, DictionaryAttr attrs) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() ||
      !(tensor.getElementType().isIntOrFloat() || isa<CountType>(tensor.getElementType())))
    return func.emitOpError() << "expected statically shaped tensors as arguments and results, got " << type;
  TensorSpec spec;
  if (attrs) {
    if (auto name = attrs.getAs<StringAttr>("spike.name"))
      spec.name = name.str();
    if (auto path = attrs.getAs<StringAttr>("spike.path"))
      spec.path = path.str();
  }
  spec.dtype = getDtype(tensor.getElementType());
  spec.shape = SmallVector<int64_t>(tensor.getShape());
  return spec;
}

LogicalResult runStage(ModuleOp module, StringRef name, int level, StringRef options, std::vector<StageTime> &times) {
  const Stage *stage = findStage(name);
  std::string text = stage->pipelines[level];
  // The lowering's own choice is the one option that a stage takes.
  if (!options.empty()) {
    StringRef conversion = "convert-spike-to-linalg";
    text.insert(text.find(conversion.str()) + conversion.size(), options.str());
  }
  PassManager pm(module->getContext(), ModuleOp::getOperationName());
  if (failed(parsePassPipeline(text, pm)))
    return module.emitError() << "invalid pipeline of stage '" << name << "': " << text;
  StageTimer timer(times, name);
  return pm.run(module);
}

/// Machine of this host, floating-point contraction off.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createHostMachine() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  return builder->createTargetMachine();
}

void registerRuntime(ExecutionEngine &engine) {
  engine.registerSymbols([](llvm::orc::MangleAndInterner intern) {
    llvm::orc::SymbolMap symbols;
    auto add = [&](StringRef name, auto *function) {
      symbols[intern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function), llvm::JITSymbolFlags::Exported};
    };
    add("spike_rt_conv", &spike_rt_conv);
    add("spike_rt_matmul", &spike_rt_matmul);
    add("spike_rt_pool", &spike_rt_pool);
    add("spike_rt_attention", &spike_rt_attention);
    add("spike_rt_parallel_for", &spike_rt_parallel_for);
    add("spike_rt_stamp", &spike_rt_stamp);
    // What the interpreter calls: another library's would round differently.
    add("expf", static_cast<float (*)(float)>(&::expf));
    return symbols;
  });
}

/// Reads the kernel attributes of the bufferised entry, then drops them: LLVM IR must not mention weights.
LogicalResult readArguments(func::FuncOp entry, unsigned numInputs, std::vector<const void *> &weights,
                            MemoryReport &memory) {
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    auto type = cast<MemRefType>(entry.getArgument(i).getType());
    if (auto weight = entry.getArgAttrOfType<ElementsAttr>(i, "kernel.weight")) {
      std::optional<ArrayRef<char>> data = getRawData(weight);
      if (!data)
        return entry.emitOpError() << "argument " << i << " has no data of the size of " << type;
      weights.push_back(data->data());
      memory.weightBytes += data->size();
      ++memory.numWeights;
    } else if (entry.getArgAttr(i, "kernel.arena")) {
      memory.arenaBytes = type.getNumElements();
    }
    entry.setArgAttrs(i, ArrayRef<NamedAttribute>());
  }
  return success();
}

/// Gives layers whose location names no module, as in models that were saved, the names of their weights.
void nameLayers(ModuleOp module) {
  module.walk([](Operation *op) {
    bool named = false;
    op->getLoc()->walk([&](Location inner) {
      named |= isa<NameLoc>(inner);
      return named ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (named)
      return;
    std::string name;
    if (auto neuron = dyn_cast<NeuronOp>(op))
      name = neuron.getPath().value_or("").str();
    else if (isa<LinearOp, ConvOp>(op))
      name = getWeightOwner(op->getOperand(1), "");
    if (!name.empty())
      op->setLoc(NameLoc::get(StringAttr::get(op->getContext(), name), op->getLoc()));
  });
}

/// Makes the entry take the time, and reads what it then does.
LogicalResult timeLayers(ModuleOp module, StringRef entry, std::vector<TimedWork> &work) {
  PassManager pm(module->getContext(), ModuleOp::getOperationName());
  if (failed(parsePassPipeline("kernel-time-layers", pm)) || failed(pm.run(module)))
    return failure();
  auto function = module.lookupSymbol<func::FuncOp>(entry);
  auto timed = cast<ArrayAttr>(function->removeAttr("kernel.timed"));
  for (auto piece : timed.getAsRange<DictionaryAttr>())
    work.push_back({piece.getAs<StringAttr>("layer").str(), piece.getAs<StringAttr>("work").str(),
                    piece.getAs<IntegerAttr>("multiplications").getInt(), piece.getAs<BoolAttr>("planes").getValue(),
                    piece.getAs<IntegerAttr>("bytes").getInt()});
  return success();
}

} // namespace

std::unique_ptr<Executable> Executable::create(ModuleOp module, const ExecutableOptions &options) {
  auto impl = std::make_unique<Impl>();
  impl->numThreads = options.numThreads;
  func::FuncOp entry = findEntry(module, options.entry);
  if (!entry)
    return nullptr;
  // Other functions are not part of the program.
  for (auto func : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (func != entry)
      func.erase();
  std::string entryName = entry.getName().str();
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    FailureOr<TensorSpec> spec = getSpec(entry, entry.getArgumentTypes()[i], entry.getArgAttrDict(i));
    if (failed(spec))
      return nullptr;
    impl->inputs.push_back(*spec);
  }
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    FailureOr<TensorSpec> spec = getSpec(entry, entry.getResultTypes()[i], entry.getResultAttrDict(i));
    if (failed(spec))
      return nullptr;
    impl->outputs.push_back(*spec);
  }

  if (options.timed)
    nameLayers(module);
  int level = std::clamp(options.optimizationLevel, 0, kMaxOptimizationLevel);
  std::string conversion = "{contractions=" + options.contractions + "}";
  if (failed(runStage(module, "lower", level, conversion, impl->times)) ||
      failed(runStage(module, "bufferize", level, "", impl->times)) ||
      (options.timed && failed(timeLayers(module, entryName, impl->work))))
    return nullptr;
  entry = module.lookupSymbol<func::FuncOp>(entryName);
  if (failed(readArguments(entry, impl->inputs.size(), impl->weights, impl->memory)) ||
      failed(runStage(module, "llvm", level, "", impl->times)))
    return nullptr;

  StageTimer timer(impl->times, "codegen");
  auto machine = createHostMachine();
  if (!machine) {
    module.emitError() << "no code generator for this machine: " << llvm::toString(machine.takeError());
    return nullptr;
  }
  auto optimize = makeOptimizingTransformer(level == 0 ? 1 : 2, /*sizeLevel=*/0, machine->get());
  ExecutionEngineOptions engineOptions;
  engineOptions.transformer = optimize;
  engineOptions.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Default;
  engineOptions.enableGDBNotificationListener = false;
  engineOptions.enablePerfNotificationListener = false;
  auto engine = ExecutionEngine::create(module, engineOptions, std::move(*machine));
  if (!engine) {
    module.emitError() << "code generation failed: " << llvm::toString(engine.takeError());
    return nullptr;
  }
  impl->engine = std::move(*engine);
  registerRuntime(*impl->engine);
  auto function = impl->engine->lookupPacked(entryName);
  if (!function) {
    module.emitError() << "code generation failed: " << llvm::toString(function.takeError());
    return nullptr;
  }
  impl->entry = *function;
  impl->arenas = std::make_unique<ArenaPool>(impl->memory.arenaBytes);
  return std::unique_ptr<Executable>(new Executable(std::move(impl)));
}

bool Executable::run(ArrayRef<const void *> inputs, ArrayRef<void *> outputs, MutableArrayRef<int64_t> stamps) {
  assert(inputs.size() == impl->inputs.size() && outputs.size() == impl->outputs.size() && "one buffer per spec");
  assert((stamps.empty() || stamps.size() == impl->work.size() + 1) && "one stamp per piece of work, and the end");
  ArenaPool::Arena arena = impl->arenas->take();
  if (!arena)
    return false;
  // The order of the entry's arguments: inputs, weights, outputs, arena.
  SmallVector<const void *> table(inputs);
  table.append(impl->weights.begin(), impl->weights.end());
  table.append(outputs.begin(), outputs.end());
  table.push_back(arena.get());
  SmallVector<void *> arguments;
  for (const void *&pointer : table)
    arguments.push_back(&pointer);

  uint32_t mode = spike_rt_enter_fp_mode();
  spike_rt_set_num_threads(impl->numThreads);
  spike_rt_set_stamps(stamps.empty() ? nullptr : stamps.data());
  impl->entry(arguments.data());
  spike_rt_leave_fp_mode(mode);
  impl->arenas->give(std::move(arena));
  return true;
}
