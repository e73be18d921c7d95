// SPDX-License-Identifier: Apache-2.0
// convert-torch-to-spike: the driver, and the report of everything that cannot be converted.
#include "PopulatePatterns.h"

#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "spike/Conversion/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

namespace mlir::spike {
#define GEN_PASS_DEF_CONVERTTORCHTOSPIKEPASS
#include "spike/Conversion/Passes.h.inc"
} // namespace mlir::spike

using namespace mlir;
using namespace mlir::spike;

Value mlir::spike::createReshape(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  if (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return ReshapeOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), value);
}

namespace {

/// Every torch value to a static f32 tensor, a truth value to 0 or 1; other types stay, they belong to constants and
/// lists.
class TorchTypeConverter : public TypeConverter {
public:
  TorchTypeConverter() {
    addConversion([](Type type) { return type; });
    addConversion([](spike::torch::VTensorType type) -> Type {
      RankedTensorType tensor = type.toBuiltinTensor();
      if (!tensor || llvm::is_contained(tensor.getShape(), 0))
        return Type();
      Type element = tensor.getElementType(), real = Float32Type::get(type.getContext());
      return element.isF32() || element.isInteger(1) ? tensor.clone(real) : Type();
    });
    auto cast = [](OpBuilder &builder, Type type, ValueRange inputs, Location loc) -> Value {
      return UnrealizedConversionCastOp::create(builder, loc, type, inputs).getResult(0);
    };
    addSourceMaterialization(cast);
    addTargetMaterialization(cast);
  }
};

/// ` in module 'a.b' (model.py:12)`, as far as the location tells.
std::string describeSource(Location loc) {
  std::string text;
  if (auto name = dyn_cast<NameLoc>(loc)) {
    text = " in module '" + name.getName().str() + "'";
    loc = name.getChildLoc();
  }
  if (auto file = dyn_cast<FileLineColLoc>(loc))
    text += " (" + llvm::sys::path::filename(file.getFilename()).str() + ":" + std::to_string(file.getLine()) + ")";
  return text;
}

/// The operation as the source calls it.
std::string describeOperation(Operation *op) {
  if (auto custom = dyn_cast<spike::torch::OperatorOp>(op))
    return custom.getName().str();
  return op->getName().getStringRef().str();
}

/// Constants and lists stay only as operands of an operation that is reported itself.
bool isOperandOnly(Operation *op) {
  namespace t = spike::torch;
  return isa<t::ConstantIntOp, t::ConstantFloatOp, t::ConstantBoolOp, t::ConstantStrOp, t::ConstantDeviceOp,
             t::ConstantNoneOp, t::ListConstructOp, t::AtenChunkOp, t::AtenSplitOp, t::AtenSplitWithSizesOp,
             t::AtenUnbindOp>(op);
}

class ConvertTorchToSpikePass : public spike::impl::ConvertTorchToSpikePassBase<ConvertTorchToSpikePass> {
public:
  using ConvertTorchToSpikePassBase::ConvertTorchToSpikePassBase;

  void runOnOperation() override {
    TorchTypeConverter converter;
    if (failed(checkSignatures(converter)))
      return signalPassFailure();

    Refusals refusals;
    RewritePatternSet patterns(&getContext());
    populateConstantPatterns(patterns, converter, refusals);
    populateElementwisePatterns(patterns, converter, refusals);
    populateLinearPatterns(patterns, converter, refusals);
    populateMapPatterns(patterns, converter, refusals);
    populateNeuronPatterns(patterns, converter, refusals);
    populateReductionPatterns(patterns, converter, refusals);
    populateScatterPatterns(patterns, converter, refusals);
    populateShapePatterns(patterns, converter, refusals);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);

    // Torch operations are neither legal nor illegal: what no pattern takes stays, and is reported with all the others.
    ConversionTarget target(getContext());
    target.addLegalDialect<SpikeDialect>();
    target.addLegalOp<ModuleOp, UnrealizedConversionCastOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<func::ReturnOp>([&](func::ReturnOp op) { return converter.isLegal(op); });
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      return signalPassFailure();

    getOperation().walk<WalkOrder::PostOrder, mlir::ReverseIterator>([](Operation *op) {
      if (isOpTriviallyDead(op))
        op->erase();
    });
    if (failed(report(converter, refusals)) || failed(checkNeuronPaths()))
      signalPassFailure();
  }

private:
  /// Inputs and outputs must be static f32 tensors.
  LogicalResult checkSignatures(const TypeConverter &converter) {
    bool valid = true;
    getOperation().walk([&](func::FuncOp function) {
      auto check = [&](StringRef what, unsigned index, Type type) {
        auto tensor = dyn_cast<spike::torch::VTensorType>(type);
        bool isReal = !tensor || !tensor.getDtype() || tensor.getDtype().isF32(); // truth values stay inside
        if (isReal && isa_and_nonnull<RankedTensorType>(converter.convertType(type)))
          return;
        emitError(function.getLoc()) << what << " #" << index << " of '" << function.getName() << "' has type " << type
                                     << ", expected a statically shaped f32 tensor without empty dimensions";
        valid = false;
      };
      for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
        check("input", index, type);
      for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
        check("output", index, type);
    });
    return success(valid);
  }

  LogicalResult report(const TypeConverter &converter, const Refusals &refusals) {
    llvm::MapVector<StringRef, unsigned> counts;
    SmallVector<std::string> names; // owns what `counts` refers to
    llvm::StringSet<> seen;
    getOperation().walk([&](Operation *op) {
      if (op->getName().getDialectNamespace() != "torch")
        return;
      auto refusal = refusals.find(op);
      if (isOperandOnly(op) && refusal == refusals.end())
        return;
      if (auto unpack = dyn_cast<spike::torch::ListUnpackOp>(op);
          unpack && unpack.getList().getDefiningOp<spike::torch::OperatorOp>())
        return; // its operator is reported
      std::string name = describeOperation(op);
      // Not on the operation: its text would only be noise beside module and source line.
      InFlightDiagnostic diagnostic = emitError(op->getLoc());
      if (refusal != refusals.end())
        diagnostic << "cannot convert '" << name << "'" << describeSource(op->getLoc()) << ": " << refusal->second;
      else if (Type type = findUnsupportedType(converter, op))
        diagnostic << "cannot convert '" << name << "'" << describeSource(op->getLoc()) << ": " << type
                   << " is not a statically shaped f32 tensor";
      else
        diagnostic << "unsupported operation '" << name << "'" << describeSource(op->getLoc());
      ++counts[seen.insert(name).first->getKey()];
    });
    if (counts.empty())
      return success();
    unsigned total = 0;
    std::string list;
    for (auto [name, count] : counts) {
      total += count;
      list += (list.empty() ? "" : ", ") + name.str() + " (" + std::to_string(count) + ")";
    }
    return emitError(getOperation().getLoc())
           << "the model cannot be converted, " << total << " operation" << (total == 1 ? "" : "s") << " stand"
           << (total == 1 ? "s" : "") << " in the way: " << list;
  }

  static Type findUnsupportedType(const TypeConverter &converter, Operation *op) {
    if (op->getName().isRegistered())
      for (Type type :
           llvm::concat<const Type>(SmallVector<Type>(op->getOperandTypes()), SmallVector<Type>(op->getResultTypes())))
        if (!converter.convertType(type))
          return type;
    return {};
  }

  /// A neuron over time keeps its state to itself, so such a module may run only once in one inference. Single steps
  /// are chained through the state that they return.
  LogicalResult checkNeuronPaths() {
    llvm::StringMap<NeuronOp> first;
    WalkResult result = getOperation().walk([&](NeuronOp op) {
      if (!op.getPath() || op.getSingleStep() || first.try_emplace(*op.getPath(), op).second)
        return WalkResult::advance();
      InFlightDiagnostic diagnostic = op.emitError() << "neuron module '" << *op.getPath()
                                                     << "' runs more than once in one inference, its state would carry "
                                                        "over from one run to the next; use one module for each place";
      diagnostic.attachNote(first[*op.getPath()].getLoc()) << "it runs here first";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }
};

} // namespace
