// SPDX-License-Identifier: Apache-2.0
// convert-kernel-to-llvm: kernel ops on memrefs become calls of the runtime with an argument struct on the stack.
#include "spike/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/RuntimeCalls.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike {
#define GEN_PASS_DEF_CONVERTKERNELTOLLVMPASS
#include "spike/Conversion/Passes.h.inc"

namespace {

ArrayRef<int64_t> shape(Value value) { return cast<MemRefType>(value.getType()).getShape(); }

int64_t leading(ArrayRef<int64_t> dims, unsigned dropped) {
  int64_t result = 1;
  for (int64_t dim : dims.drop_back(dropped))
    result *= dim;
  return result;
}

int64_t typeCode(Value value) {
  Type element = cast<MemRefType>(value.getType()).getElementType();
  if (element.isF32())
    return SPIKE_RT_F32;
  switch (element.getIntOrFloatBitWidth()) {
  case 8:
    return SPIKE_RT_U8;
  case 16:
    return SPIKE_RT_U16;
  default:
    return SPIKE_RT_U32;
  }
}

/// Functions that run a neuron model over some currents of a tile, see spike_rt_neuron; one for each model and number
/// of steps.
class NeuronFunctions {
public:
  explicit NeuronFunctions(ModuleOp module) : module(module) {}

  func::FuncOp get(NeuronModelAttrInterface model, int64_t steps) {
    func::FuncOp &function = functions[{model, steps}];
    if (!function)
      function = build(model, steps);
    return function;
  }

private:
  /// One loop over the neurons, which is vectorised; the steps are straight code.
  func::FuncOp build(NeuronModelAttrInterface model, int64_t steps) {
    Location loc = module.getLoc();
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    auto currents = MemRefType::get({steps, SPIKE_RT_TILE}, builder.getF32Type());
    auto outputs = MemRefType::get({steps, SPIKE_RT_TILE}, builder.getI8Type());
    std::string name = "spike_neuron_" + std::to_string(functions.size() - 1);
    auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType({currents, outputs}, {}));
    function.setPrivate();
    // Tiles of currents and outputs are apart, without which nothing could be vectorised.
    for (unsigned i : {0u, 1u})
      function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToStart(block);
    auto index = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
    auto loop = scf::ForOp::create(builder, loc, index(0), index(SPIKE_RT_NEURONS), index(1));
    func::ReturnOp::create(builder, loc);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> states;
    for (unsigned i = 0; i < model.getStateNames().size(); ++i)
      states.push_back(
          arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(static_cast<float>(model.getStateReset(i)))));
    for (int64_t step = 0; step < steps; ++step) {
      SmallVector<Value> at = {index(step), loop.getInductionVar()};
      Value current = memref::LoadOp::create(builder, loc, block->getArgument(0), at);
      Value output = model.buildStep(builder, loc, states, current, [](StringRef) { return Value(); });
      if (output.getType().isInteger(1))
        output = arith::ExtUIOp::create(builder, loc, builder.getI8Type(), output);
      else
        output = arith::FPToUIOp::create(builder, loc, builder.getI8Type(), output);
      memref::StoreOp::create(builder, loc, output, block->getArgument(1), at);
    }
    return function;
  }

  ModuleOp module;
  DenseMap<std::pair<Attribute, int64_t>, func::FuncOp> functions;
};

/// Collects the slots of an argument struct in the order of its fields, then emits the call.
class CallBuilder {
public:
  CallBuilder(Operation *op) : builder(op), loc(op->getLoc()), module(op->getParentOfType<ModuleOp>()) {}

  void pointer(Value memref) {
    Type type = LLVM::LLVMPointerType::get(builder.getContext());
    slots.push_back(memref ? getBasePointer(builder, loc, memref)
                           : LLVM::ZeroOp::create(builder, loc, type).getResult());
  }
  /// The function that computes a neuron, and its number of steps.
  void neuron(NeuronFunctions &neurons, Attribute model, int64_t steps) {
    Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
    if (!model) {
      slots.push_back(LLVM::ZeroOp::create(builder, loc, pointer));
    } else {
      func::FuncOp function = neurons.get(cast<NeuronModelAttrInterface>(model), steps);
      Value address = func::ConstantOp::create(builder, loc, function.getFunctionType(), function.getName());
      slots.push_back(UnrealizedConversionCastOp::create(builder, loc, pointer, address).getResult(0));
    }
    number(steps);
  }
  void number(int64_t value) { slots.push_back(createI64(builder, loc, value)); }
  void numbers(ArrayRef<int64_t> values) {
    llvm::for_each(values, [&](int64_t value) { number(value); });
  }

  void emit(StringRef name) {
    Type type = LLVM::LLVMPointerType::get(builder.getContext());
    func::FuncOp function = getRuntimeFunction(module, name, builder.getFunctionType(type, {}));
    func::CallOp::create(builder, loc, function, createFrame(builder, loc, slots));
  }

private:
  OpBuilder builder;
  Location loc;
  ModuleOp module;
  SmallVector<Value> slots;
};

/// Digit planes of a packed weight.
int64_t countPlanes(Value weight) {
  return cast<MemRefType>(weight.getType()).getElementType().isInteger(8) ? shape(weight)[2] : 0;
}

void convert(kernel::LinearOp op, NeuronFunctions &neurons) {
  CallBuilder call(op);
  call.pointer(op.getInput());
  call.pointer(op.getWeight());
  call.pointer(op.getScale());
  call.pointer(op.getBias());
  call.pointer(op.getInit());
  call.neuron(neurons, op.getNeuronAttr(), op.getSteps().value_or(0));
  call.numbers(
      {typeCode(op.getInput()), op.getBinary(), 1, op.getExact(), op.getNarrow(), countPlanes(op.getWeight())});
  // One image of one row, whose pixels are the rows of the input.
  int64_t rows = leading(shape(op.getInput()), 1);
  call.numbers({1, 1, rows, shape(op.getInput()).back(), shape(op.getInit()).back(), 1, rows});
  call.numbers({1, 1, 1, 1, 0, 0, 1, 1});
  call.numbers({0, 0, 1, 1, 0, 0, 0, 0});
  call.emit("spike_rt_conv");
}

void convert(kernel::ConvOp op, NeuronFunctions &neurons) {
  CallBuilder call(op);
  call.pointer(op.getInput());
  call.pointer(op.getWeight());
  call.pointer(op.getScale());
  call.pointer(op.getBias());
  call.pointer(op.getInit());
  call.neuron(neurons, op.getNeuronAttr(), op.getSteps().value_or(0));
  call.numbers({typeCode(op.getInput()), op.getBinary(), static_cast<int64_t>(op.getGroups().value_or(1)),
                op.getExact(), op.getNarrow(), countPlanes(op.getWeight())});
  ArrayRef<int64_t> in = shape(op.getInput()).take_back(3), out = shape(op.getInit()).take_back(3);
  ArrayRef<int64_t> currents = op.getCurrentsSize();
  call.numbers({leading(shape(op.getInput()), 3), in[0], in[1], in[2], out[2], currents[0], currents[1]});
  for (ArrayRef<int64_t> pair : {op.getKernel(), op.getStrides(), op.getPadding(), op.getDilations()})
    call.numbers(pair);
  call.numbers(op.getPool() ? op.getPool()->drop_front(2) : ArrayRef<int64_t>({0, 0, 1, 1, 0, 0}));
  call.numbers({out[0], out[1]});
  call.emit("spike_rt_conv");
}

void convert(kernel::MatmulOp op, NeuronFunctions &) {
  CallBuilder call(op);
  call.pointer(op.getLhs());
  call.pointer(op.getRhs());
  call.pointer(op.getInit());
  call.numbers({typeCode(op.getLhs()), typeCode(op.getRhs()), typeCode(op.getInit())});
  ArrayRef<int64_t> lhs = shape(op.getLhs()).take_back(2), out = shape(op.getInit()).take_back(2);
  call.numbers({leading(shape(op.getInit()), 2), out[0], out[1], lhs[op.getTransposeLhs() ? 0 : 1]});
  call.numbers({op.getTransposeLhs(), op.getTransposeRhs()});
  call.emit("spike_rt_matmul");
}

void convert(kernel::PoolOp op, NeuronFunctions &neurons) {
  CallBuilder call(op);
  call.pointer(op.getInput());
  call.pointer(op.getInit());
  call.neuron(neurons, op.getNeuronAttr(), op.getSteps().value_or(0));
  ArrayRef<int64_t> in = shape(op.getInput()).take_back(3), out = shape(op.getInit()).take_back(3);
  call.numbers({typeCode(op.getInput()), leading(shape(op.getInput()), 3), in[0], in[1], in[2], out[0], out[1]});
  for (ArrayRef<int64_t> pair : {op.getKernel(), op.getStrides(), op.getPadding(), op.getDilations()})
    call.numbers(pair);
  call.emit("spike_rt_pool");
}

void convert(kernel::AttentionOp op, NeuronFunctions &neurons) {
  CallBuilder call(op);
  call.pointer(op.getLeft());
  call.pointer(op.getRight());
  call.pointer(op.getLast());
  call.pointer(op.getInit());
  call.neuron(neurons, op.getNeuron(), op.getSizes().front());
  call.numbers(op.getSizes().drop_front());
  for (ArrayRef<int64_t> strides :
       {op.getLeftStrides(), op.getRightStrides(), op.getLastStrides(), op.getResultStrides()})
    call.numbers(strides);
  call.number(llvm::bit_cast<uint32_t>(op.getScale().convertToFloat()));
  call.emit("spike_rt_attention");
}

struct ConvertKernelToLLVMPass : impl::ConvertKernelToLLVMPassBase<ConvertKernelToLLVMPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<kernel::KernelDialect>(op->getDialect()))
        ops.push_back(op);
    });
    NeuronFunctions neurons(getOperation());
    for (Operation *op : ops) {
      for (Value operand : op->getOperands()) {
        auto type = dyn_cast<MemRefType>(operand.getType());
        if (type && type.getLayout().isIdentity())
          continue;
        op->emitOpError() << "expected contiguous memrefs, got " << operand.getType()
                          << "; run one-shot-bufferize first";
        return signalPassFailure();
      }
      if (Attribute model = op->getAttr("neuron"); model && !isa<NeuronModelAttrInterface>(model)) {
        op->emitOpError() << "expected a neuron model, got " << model;
        return signalPassFailure();
      }
      llvm::TypeSwitch<Operation *>(op)
          .Case<kernel::LinearOp, kernel::ConvOp, kernel::MatmulOp, kernel::PoolOp, kernel::AttentionOp>(
              [&](auto kernelOp) { convert(kernelOp, neurons); });
      op->erase();
    }
  }
};

} // namespace
} // namespace mlir::spike
