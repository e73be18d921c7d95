// SPDX-License-Identifier: Apache-2.0
// Counts neurons, synapses and parameters.
#include "spike/Analysis/ModelStatistics.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike {
namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
int64_t sizeOf(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

/// Taps of a window that lie inside an axis, over all its positions.
int64_t countTaps(int64_t length, int64_t positions, int64_t kernel, int64_t stride, int64_t padLow, int64_t dilation) {
  int64_t taps = 0;
  for (int64_t position = 0; position < positions; ++position)
    for (int64_t k = 0; k < kernel; ++k) {
      int64_t at = position * stride - padLow + k * dilation;
      taps += at >= 0 && at < length;
    }
  return taps;
}

class Counter {
public:
  ModelStatistics count(func::FuncOp function) {
    for (NeuronOp neuron : function.getOps<NeuronOp>())
      if (!neuron.getSingleStep())
        timeSteps = neuron.getTimeSteps();
    // Time comes in with an argument that says so, or with any if nothing else brings it.
    bool brought = !function.getOps<RepeatTimeOp>().empty() || !function.getOps<EncodeOp>().empty() ||
                   llvm::any_of(function.getArguments(), [&](BlockArgument argument) { return hasTime(argument); });
    for (BlockArgument argument : function.getArguments())
      if (brought ? hasTime(argument) : !shapeOf(argument).empty() && shapeOf(argument)[0] == timeSteps)
        timed.insert(argument);
    for (Operation &op : function.getBody().front())
      visit(&op);
    result.memoryBytes += 4 * result.numParameters;
    return std::move(result);
  }

private:
  static bool hasTime(BlockArgument argument) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function.getArgAttr(argument.getArgNumber(), "spike.time_axis") != nullptr;
  }

  void visit(Operation *op) {
    bool isTimed = llvm::any_of(op->getOperands(), [&](Value value) { return timed.contains(value); });
    if (isTimed ? !isa<DecodeOp>(op) : isa<RepeatTimeOp, EncodeOp>(op))
      timed.insert_range(op->getResults());
    // A value over time stands for as many steps.
    int64_t steps = isTimed ? timeSteps : 1;
    llvm::TypeSwitch<Operation *>(op)
        .Case([&](NeuronOp neuron) {
          StringRef model = cast<Attribute>(neuron.getModel()).getAbstractAttribute().getName();
          LayerStatistics &layer = add(neuron, neuron.getPath().value_or("neuron"), model.split('.').second);
          layer.neurons = sizeOf(neuron.getInput()) / neuron.getTimeSteps();
          addParameters(layer, neuron.getParams());
          result.numNeurons += layer.neurons;
          result.memoryBytes += 4 * layer.neurons * neuron.getModel().getStateNames().size();
        })
        .Case([&](LinearOp linear) {
          LayerStatistics &layer = add(linear, getWeightOwner(linear.getWeight(), "linear"), "linear");
          layer.synapses = sizeOf(linear.getResult()) / steps * shapeOf(linear.getWeight())[1];
          addParameters(layer, {linear.getWeight(), linear.getBias()});
          result.numSynapses += layer.synapses;
        })
        .Case([&](ConvOp conv) {
          LayerStatistics &layer = add(conv, getWeightOwner(conv.getWeight(), "conv"), "conv");
          layer.synapses = countSynapses(conv) / steps;
          addParameters(layer, {conv.getWeight(), conv.getBias()});
          result.numSynapses += layer.synapses;
        })
        .Case([&](BatchNormOp norm) {
          LayerStatistics &layer = add(norm, getWeightOwner(norm.getMean(), "batch_norm"), "batch_norm");
          addParameters(layer, {norm.getMean(), norm.getVar(), norm.getGamma(), norm.getBeta()});
        })
        .Case([&](MatmulOp matmul) { add(matmul, "matmul", "matmul"); });
  }

  int64_t countSynapses(ConvOp conv) {
    unsigned first = conv.getFirstSpatialAxis();
    ArrayRef<int64_t> weight = shapeOf(conv.getWeight());
    int64_t perWeight = 1, positions = 1;
    for (int64_t i = 0; i < conv.getSpatialRank(); ++i) {
      int64_t out = shapeOf(conv.getResult())[first + i];
      perWeight *= countTaps(shapeOf(conv.getInput())[first + i], out, weight[2 + i], conv.getStrides()[i],
                             conv.getPadding()[2 * i], conv.getDilation(i));
      positions *= out;
    }
    return sizeOf(conv.getResult()) / positions * weight[1] * perWeight;
  }

  LayerStatistics &add(Operation *op, StringRef name, StringRef kind) {
    LayerStatistics &layer = result.layers.emplace_back();
    layer.name = name.str();
    layer.kind = kind.str();
    ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
    layer.shape.assign(shape.begin(), shape.end());
    return layer;
  }

  /// Each constant counts once, where it is used first.
  void addParameters(LayerStatistics &layer, ValueRange constants) {
    for (Value constant : constants)
      if (constant && constant.getDefiningOp<ConstantOp>() && counted.insert(getIdentity(constant)).second)
        layer.parameters += sizeOf(constant);
    result.numParameters += layer.parameters;
  }
  void addParameters(LayerStatistics &layer, std::initializer_list<Value> constants) {
    SmallVector<Value> present;
    for (Value constant : constants)
      if (constant)
        present.push_back(constant);
    addParameters(layer, ValueRange(present));
  }

  /// The same resource is the same weight, whichever op holds it.
  const void *getIdentity(Value constant) {
    ElementsAttr value = constant.getDefiningOp<ConstantOp>().getValue();
    return isa<DenseResourceElementsAttr>(value) ? value.getAsOpaquePointer() : constant.getAsOpaquePointer();
  }

  ModelStatistics result;
  int64_t timeSteps = 1;
  DenseSet<Value> timed;
  DenseSet<const void *> counted;
};

} // namespace

/// Without what passes append to the names of the weights that they change, numbered where a name was taken.
static StringRef dropPassSuffixes(StringRef key) {
  for (;;) {
    StringRef rest = key.rtrim("0123456789");
    rest = rest.size() < key.size() && rest.consume_back("_") ? rest : key;
    if (!rest.consume_back(".fixed") && !rest.consume_back(".folded"))
      return key;
    key = rest;
  }
}

std::string getWeightOwner(Value constant, StringRef fallback) {
  auto op = constant.getDefiningOp<ConstantOp>();
  auto resource = op ? dyn_cast<DenseResourceElementsAttr>(op.getValue()) : DenseResourceElementsAttr();
  if (!resource)
    return fallback.str();
  StringRef key = dropPassSuffixes(resource.getRawHandle().getKey());
  return (key.contains('.') ? key.rsplit('.').first : key).str();
}

ModelStatistics computeStatistics(func::FuncOp function) { return Counter().count(function); }

} // namespace mlir::spike
