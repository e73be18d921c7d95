// SPDX-License-Identifier: Apache-2.0
// From the spike dialect to a program for this machine.
#include "Compile.h"

#include "MachineCode.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "spike/Analysis/ModelStatistics.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Pipelines/Pipelines.h"
#include "spike/Support/Weights.h"
#include <chrono>

using namespace mlir;
using namespace mlir::spike;

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

/// Reads the kernel attributes of the bufferised entry, then drops them: LLVM IR must not mention weights.
LogicalResult readArguments(func::FuncOp entry, MachineProgram &program) {
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    auto type = cast<MemRefType>(entry.getArgument(i).getType());
    if (auto weight = entry.getArgAttrOfType<ElementsAttr>(i, "kernel.weight")) {
      std::optional<ArrayRef<char>> data = getRawData(weight);
      if (!data)
        return entry.emitOpError() << "argument " << i << " has no data of the size of " << type;
      program.weights.push_back(*data);
    } else if (entry.getArgAttr(i, "kernel.arena")) {
      program.arenaBytes = type.getNumElements();
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

FailureOr<CompiledModule> mlir::spike::compileModule(ModuleOp module, const ExecutableOptions &options) {
  CompiledModule compiled;
  MachineProgram &program = compiled.program;
  func::FuncOp entry = findEntry(module, options.entry);
  if (!entry)
    return failure();
  // Other functions are not part of the program.
  for (auto func : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (func != entry)
      func.erase();
  std::string entryName = entry.getName().str();
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    FailureOr<TensorSpec> spec = getSpec(entry, entry.getArgumentTypes()[i], entry.getArgAttrDict(i));
    if (failed(spec))
      return failure();
    program.inputs.push_back(*spec);
  }
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    FailureOr<TensorSpec> spec = getSpec(entry, entry.getResultTypes()[i], entry.getResultAttrDict(i));
    if (failed(spec))
      return failure();
    program.outputs.push_back(*spec);
  }

  if (options.timed)
    nameLayers(module);
  int level = std::clamp(options.optimizationLevel, 0, kMaxOptimizationLevel);
  std::string conversion = "{contractions=" + options.contractions + "}";
  if (failed(runStage(module, "lower", level, conversion, compiled.times)) ||
      failed(runStage(module, "bufferize", level, "", compiled.times)) ||
      (options.timed && failed(timeLayers(module, entryName, compiled.work))) ||
      failed(readArguments(module.lookupSymbol<func::FuncOp>(entryName), program)) ||
      failed(runStage(module, "llvm", level, "", compiled.times)))
    return failure();

  auto object = [&] {
    StageTimer timer(compiled.times, "codegen");
    return compileToObject(module, entryName, level);
  }();
  if (!object) {
    module.emitError() << "code generation failed: " << llvm::toString(object.takeError());
    return failure();
  }
  compiled.object = std::move(*object);
  program.object = compiled.object->getBuffer();
  return compiled;
}
