// SPDX-License-Identifier: Apache-2.0
// The walk that ties scales together, moves biases and refuses what integers cannot express.
#include "ScaleGraph.h"

#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

std::pair<unsigned, double> ScaleGraph::find(unsigned group) const {
  double factor = 1;
  for (; nodes[group].parent != group; group = nodes[group].parent)
    factor *= nodes[group].factor;
  return {group, factor};
}

ValueFacts ScaleGraph::lookup(Value value) const { return values.find(value)->second; }

std::pair<unsigned, double> ScaleGraph::resolve(Value value) const {
  ValueFacts facts = lookup(value);
  auto [root, factor] = find(facts.group);
  return {root, factor * facts.factor};
}

namespace mlir::spike::quantize {

/// Builds a graph. Where an op needs a bias to be part of the integers, the synapses it comes from keep it, and the
/// walk begins again.
class GraphBuilder {
public:
  GraphBuilder(func::FuncOp function, ArrayRef<InputFormat> inputs, bool byChannel)
      : inputs(inputs), byChannel(byChannel) {
    graph.function = function;
  }

  FailureOr<ScaleGraph> run() {
    for (size_t kept = keepers.size() + 1; kept != keepers.size();) {
      kept = keepers.size();
      if (failed(walk()))
        return failure();
    }
    for (Operation *constant : constants)
      if (keepers.contains(constant))
        return refuse(constant) << "a constant added to what is no current of a neuron, expected a bias of a synapse";
    return std::move(graph);
  }

private:
  LogicalResult walk() {
    graph.nodes.assign(1, {0, 1.0});
    graph.values.clear(), graph.synapses.clear(), graph.neurons.clear(), graph.inputs.clear();
    graph.byChannel.clear();
    size_t next = 0;
    for (BlockArgument argument : graph.function.getArguments()) {
      ValueFacts facts;
      Type element = cast<RankedTensorType>(argument.getType()).getElementType();
      if (std::optional<uint64_t> most = getMaxCount(element)) {
        facts.interval = {Channels(0.0), Channels(static_cast<double>(*most))};
      } else if (element.isF32() && next < inputs.size()) {
        const InputFormat &format = inputs[next++];
        facts.factor = format.scale;
        facts.interval = {Channels(static_cast<double>(format.low) / format.scale),
                          Channels(static_cast<double>(format.high) / format.scale)};
        graph.inputs[argument] = format;
      } else if (element.isF32()) {
        return graph.function.emitError()
               << "input " << argument.getArgNumber() << " has no scale, expected as many of "
               << "input-scales, input-lows and input-highs as real inputs, got " << inputs.size();
      } else {
        return graph.function.emitError() << "input " << argument.getArgNumber() << " of " << element
                                          << " cannot be quantized, expected f32, spikes or counts";
      }
      graph.values[argument] = facts;
    }
    if (next != inputs.size())
      return graph.function.emitError() << "expected one of input-scales for each of " << next << " real inputs, got "
                                        << inputs.size();
    for (Operation &op : graph.function.front().without_terminator())
      if (!isa<ConstantOp>(op) && failed(visit(&op)))
        return failure();
    return success();
  }

  LogicalResult visit(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](NeuronOp neuron) { return visitNeuron(neuron); })
        .Case([&](LinearOp linear) {
          return visitSynapse(linear, linear.getWeight(), linear.getBias(), linear.getType().getRank() - 1);
        })
        .Case([&](ConvOp conv) { return visitSynapse(conv, conv.getWeight(), conv.getBias(), conv.getChannelAxis()); })
        .Case([&](AddOp add) { return visitAdd(add); })
        .Case<MatmulOp, MaskOp>([&](Operation *product) { return visitProduct(product); })
        .Case([&](ScaleOp scale) -> LogicalResult {
          double factor = scale.getFactor().convertToDouble();
          if (!(factor > 0))
            return refuse(op) << "a factor of " << factor << ", expected one above zero";
          return follow(op, scale.getDivide() ? factor : 1 / factor);
        })
        .Case([&](ReduceOp reduce) { return visitReduce(reduce); })
        .Case([&](DecodeOp decode) -> LogicalResult {
          if (decode.getKind() != DecodeKind::mean && decode.getKind() != DecodeKind::count)
            return refuse(op) << "decode " << stringifyDecodeKind(decode.getKind())
                              << ", expected a mean or a count over time";
          double steps = static_cast<double>(decode.getInput().getType().getDimSize(0));
          return followSum(op, steps, decode.getKind() == DecodeKind::mean);
        })
        .Case([&](PoolOp pool) { return visitPool(pool); })
        .Case<RepeatTimeOp>([&](auto) { return visitRepeat(op, op->getOperand(0)); })
        .Case([&](EncodeOp encode) -> LogicalResult {
          if (!isa<DirectAttr>(encode.getEncoding()))
            return refuse(op) << "an input code other than direct; encode the input outside and compile the rest";
          return visitRepeat(op, encode.getInput());
        })
        .Case([&](ConcatOp concat) { return visitConcat(concat); })
        .Case<ReshapeOp, TransposeOp, SliceOp>([&](Operation *shape) { return follow(shape, 1.0); })
        .Default([&](Operation *other) -> LogicalResult {
          return refuse(other) << "an op that integers cannot express; supported are synapses, neurons, sums, products "
                                  "of spikes, pools, means, constant factors and shapes";
        });
  }

  InFlightDiagnostic refuse(Operation *op) { return op->emitError() << describe(op) << " cannot be quantized: it is "; }

  //===--------------------------------------------------------------------===//
  // Values
  //===--------------------------------------------------------------------===//

  /// The facts of an operand; null if it is none that the walk has seen, a constant.
  const ValueFacts *get(Operation *op, Value value) {
    auto found = graph.values.find(value);
    if (found != graph.values.end())
      return &found->second;
    refuse(op) << "an op on a constant, expected a constant as weight, bias or parameter only";
    return nullptr;
  }

  /// The bias of `value` has to be part of its integers.
  void keepBias(const ValueFacts &facts) {
    for (Operation *synapse : facts.biased)
      keepers.insert(synapse);
  }

  void define(Operation *op, ValueFacts facts, ArrayRef<Interval> in) {
    facts.interval = boundOp(op, in, Numbers::real);
    graph.values[op->getResult(0)] = std::move(facts);
  }

  /// The result has the scale of the first operand times `factor`; its bias moves along.
  LogicalResult follow(Operation *op, double factor, double biasFactor) {
    const ValueFacts *in = get(op, op->getOperand(0));
    if (!in)
      return failure();
    ValueFacts facts = *in;
    facts.factor *= factor;
    if (facts.bias) {
      std::optional<Channels> bias = move(op->getOpOperand(0), *facts.bias);
      if (bias)
        for (double &value : bias->values)
          value *= biasFactor;
      else
        keepBias(facts);
      facts.bias = bias;
    }
    define(op, facts, in->interval);
    return success();
  }
  LogicalResult follow(Operation *op, double factor) { return follow(op, factor, isa<ScaleOp>(op) ? 1 / factor : 1); }

  /// A sum of `count` elements, or their mean.
  LogicalResult followSum(Operation *op, double count, bool mean) {
    return follow(op, mean ? count : 1.0, mean ? 1.0 : count);
  }

  /// Gives both the same scale; false if that would tie a scale to a multiple of itself, or two known ones.
  bool unite(const ValueFacts &a, const ValueFacts &b) {
    auto [rootA, factorA] = graph.find(a.group);
    auto [rootB, factorB] = graph.find(b.group);
    factorA *= a.factor, factorB *= b.factor;
    if (rootA == rootB)
      return std::abs(factorA - factorB) <= 1e-9 * factorA;
    if (rootB == 0)
      std::swap(rootA, rootB), std::swap(factorA, factorB);
    graph.nodes[rootB] = {rootA, factorA / factorB};
    return true;
  }

  bool isKnown(const ValueFacts &facts) { return graph.find(facts.group).first == 0; }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  LogicalResult visitNeuron(NeuronOp op) {
    if (!get(op, op.getInput()))
      return failure();
    FailureOr<SourceNeuron> neuron = SourceNeuron::get(op);
    if (failed(neuron))
      return failure();
    const ValueFacts &in = *get(op, op.getInput());
    // Parameters run along one axis only.
    const Channels &threshold = neuron->threshold;
    if (in.bias && !in.bias->isUniform() && !threshold.isUniform() && in.bias->axis != threshold.axis)
      keepBias(in);
    if (in.bias && in.bias->axis == 0)
      keepBias(in);
    graph.neurons[op] = *neuron;
    define(op, ValueFacts(), in.interval);
    return success();
  }

  LogicalResult visitSynapse(Operation *op, Value weight, Value bias, int64_t axis) {
    const ValueFacts *in = get(op, op->getOperand(0));
    if (!in)
      return failure();
    keepBias(*in);
    std::optional<Weights> weights = Weights::get(weight), biases = Weights::get(bias);
    if (!weights || (bias && !biases))
      return refuse(op) << "a synapse whose weights or biases are no constants";
    if (std::optional<size_t> bad = findNonFinite(weights->values()))
      return refuse(op) << "a synapse whose weight " << *bad << " is " << (*weights)[*bad];
    if (biases)
      if (std::optional<size_t> bad = findNonFinite(biases->values()))
        return refuse(op) << "a synapse whose bias " << *bad << " is " << (*biases)[*bad];
    Synapse synapse;
    synapse.op = op, synapse.axis = axis;
    synapse.outputs = cast<RankedTensorType>(weight.getType()).getDimSize(0);
    synapse.source.weights.assign(weights->values().begin(), weights->values().end());
    synapse.keepsBias = biases && keepers.contains(op);
    std::vector<double> added;
    if (biases)
      added.assign(biases->values().begin(), biases->values().end());
    ValueFacts facts;
    facts.group = graph.nodes.size();
    graph.nodes.push_back({facts.group, 1.0});
    if (synapse.keepsBias) {
      synapse.source.bias = added;
    } else if (biases) {
      facts.bias = Channels(added, axis);
      facts.biased.insert(op);
    }
    facts.interval = boundSynapse(synapse.source, synapse.outputs, in->interval, axis);
    if (byChannel && onlyNeuronsRead(op->getResult(0), axis))
      graph.byChannel.insert(facts.group);
    graph.values[op->getResult(0)] = facts;
    graph.synapses[op] = std::move(synapse);
    return success();
  }

  /// Whether neurons read all of a value, whose channels stay apart on the way.
  bool onlyNeuronsRead(Value value, int64_t axis) {
    return llvm::all_of(value.getUses(), [&](OpOperand &use) {
      Operation *user = use.getOwner();
      if (auto neuron = dyn_cast<NeuronOp>(user))
        return axis > 0 && neuron.getAxis().value_or(axis) == static_cast<uint64_t>(axis);
      auto pool = dyn_cast<PoolOp>(user);
      if (!isa<ReshapeOp, TransposeOp>(user) && !(pool && pool.getKind() == PoolKind::max))
        return false;
      std::optional<int64_t> moved = moveAxis(use, axis);
      return moved && onlyNeuronsRead(user->getResult(0), *moved);
    });
  }

  LogicalResult visitAdd(AddOp op) {
    for (auto [constant, other] : {std::pair(op.getLhs(), op.getRhs()), std::pair(op.getRhs(), op.getLhs())})
      if (constant.getDefiningOp<ConstantOp>() && !other.getDefiningOp<ConstantOp>())
        return addConstant(op, constant, other);
    const ValueFacts *a = get(op, op.getLhs()), *b = a ? get(op, op.getRhs()) : nullptr;
    if (!b)
      return failure();
    if (!unite(*a, *b)) {
      bool known = isKnown(*a) && isKnown(*b);
      return refuse(op) << (known ? "a sum of values whose scales differ by constant factors, "
                                  : "a sum of a value and a multiple of itself, ")
                        << a->factor << " and " << b->factor;
    }
    if (isKnown(*a) && (hasFreeSynapse(op.getLhs()) || hasFreeSynapse(op.getRhs())))
      return refuse(op) << "a sum of spikes and currents, expected spikes or currents on both sides";
    ValueFacts facts = *a;
    std::optional<Channels> left = moveBias(op->getOpOperand(0), *a), right = moveBias(op->getOpOperand(1), *b);
    facts.biased.insert(b->biased.begin(), b->biased.end());
    facts.bias = left ? left : right;
    if (left && right && !addTo(*facts.bias, *right)) {
      keepBias(*a), keepBias(*b);
      facts.bias.reset();
    }
    define(op, facts, {a->interval, b->interval});
    return success();
  }

  /// Whether a value comes from a synapse whose scale its weights decide.
  bool hasFreeSynapse(Value value) {
    unsigned root = graph.find(graph.values[value].group).first;
    return llvm::any_of(graph.synapses, [&](auto &entry) {
      return graph.find(graph.values[entry.first->getResult(0)].group).first == root;
    });
  }

  std::optional<Channels> moveBias(OpOperand &use, const ValueFacts &facts) {
    if (!facts.bias)
      return std::nullopt;
    std::optional<Channels> bias = move(use, *facts.bias);
    if (!bias)
      keepBias(facts);
    return bias;
  }

  static bool addTo(Channels &sum, const Channels &other) {
    if (!sum.isUniform() && !other.isUniform() && sum.axis != other.axis)
      return false;
    Channels result(std::vector<double>(std::max(sum.size(), other.size())), sum.isUniform() ? other.axis : sum.axis);
    for (size_t c = 0; c < result.size(); ++c)
      result.values[c] = sum[c] + other[c];
    sum = result;
    return true;
  }

  /// A constant with one number for each channel, or one in all, is a bias.
  LogicalResult addConstant(AddOp op, Value constant, Value other) {
    const ValueFacts *in = get(op, other);
    std::optional<Weights> values = Weights::get(constant);
    if (!in)
      return failure();
    ArrayRef<int64_t> shape = cast<RankedTensorType>(constant.getType()).getShape();
    int64_t axis = -1, shift = op.getType().getRank() - static_cast<int64_t>(shape.size());
    bool isVector = llvm::count_if(shape, [](int64_t size) { return size != 1; }) <= 1;
    if (!values || !isVector || findNonFinite(values->values()) || op.getType() != other.getType())
      return refuse(op) << "a sum with a constant of several axes, expected one number for each channel";
    for (auto [i, size] : llvm::enumerate(shape))
      if (size != 1)
        axis = static_cast<int64_t>(i) + shift;
    Channels bias(std::vector<double>(values->values().begin(), values->values().end()), axis);
    ValueFacts facts = *in;
    if (facts.bias && !addTo(*facts.bias, bias))
      return refuse(op) << "a sum with a constant along axis " << axis << " of currents with biases along axis "
                        << facts.bias->axis;
    if (!facts.bias)
      facts.bias = bias;
    // There is no synapse that could keep it.
    constants.insert(op);
    facts.biased.insert(op);
    facts.interval = in->interval;
    graph.values[op] = facts;
    return success();
  }

  LogicalResult visitProduct(Operation *op) {
    const ValueFacts *a = get(op, op->getOperand(0)), *b = a ? get(op, op->getOperand(1)) : nullptr;
    if (!b)
      return failure();
    if (!isKnown(*a) && !isKnown(*b))
      return refuse(op) << "a product of two currents, expected spikes or counts on one side";
    keepBias(*a), keepBias(*b);
    const ValueFacts &known = isKnown(*a) ? *a : *b, &other = isKnown(*a) ? *b : *a;
    ValueFacts facts;
    facts.group = other.group;
    facts.factor = other.factor * graph.find(known.group).second * known.factor;
    define(op, facts, {a->interval, b->interval});
    return success();
  }

  LogicalResult visitReduce(ReduceOp op) {
    if (op.getKind() == ReduceKind::nonzero || op.getKind() == ReduceKind::max)
      return refuse(op) << "a reduction to the " << stringifyReduceKind(op.getKind()) << ", expected a sum or a mean";
    double count = 1;
    for (int64_t dim : op.getDims())
      count *= static_cast<double>(op.getInput().getType().getDimSize(dim));
    return followSum(op, count, op.getKind() == ReduceKind::mean);
  }

  LogicalResult visitPool(PoolOp op) {
    if (op.getKind() == PoolKind::max)
      return follow(op, 1.0);
    bool padded = llvm::any_of(op.getPadding(), [](int64_t pad) { return pad != 0; });
    if (padded && !op.getCountIncludePad())
      return refuse(op) << "a mean whose windows have fewer elements at the border, expected count_include_pad or no "
                           "padding";
    // Windows at the border see less of a bias.
    if (padded)
      if (const ValueFacts *in = get(op, op.getInput()))
        keepBias(*in);
    return follow(op, static_cast<double>(op.getKernel()[0] * op.getKernel()[1]));
  }

  LogicalResult visitRepeat(Operation *op, Value source) {
    Value from = source;
    while (isa_and_nonnull<ReshapeOp, TransposeOp, SliceOp>(from.getDefiningOp()))
      from = from.getDefiningOp()->getOperand(0);
    if (!isa<BlockArgument>(from))
      return refuse(op) << "a repetition over time of a computed value, expected one of an input";
    ValueFacts facts = graph.values[source];
    Interval in = facts.interval;
    facts.interval = in;
    graph.values[op->getResult(0)] = facts;
    return success();
  }

  LogicalResult visitConcat(ConcatOp op) {
    SmallVector<Interval> in;
    const ValueFacts *first = nullptr;
    for (Value input : op.getInputs()) {
      const ValueFacts *facts = get(op, input);
      if (!facts)
        return failure();
      if (first && !unite(*first, *facts))
        return refuse(op) << "a concatenation of values with the scales " << first->factor << " and " << facts->factor
                          << ", expected the same";
      if (first && isKnown(*first) && (hasFreeSynapse(input) || hasFreeSynapse(op.getInputs().front())))
        return refuse(op) << "a concatenation of spikes and currents, expected one of both";
      keepBias(*facts);
      in.push_back(facts->interval);
      first = first ? first : facts;
    }
    ValueFacts facts = *first;
    facts.bias.reset();
    define(op, facts, in);
    return success();
  }

  ArrayRef<InputFormat> inputs;
  bool byChannel;
  ScaleGraph graph;
  llvm::SmallSetVector<Operation *, 8> keepers, constants;
};

} // namespace mlir::spike::quantize

FailureOr<ScaleGraph> ScaleGraph::build(func::FuncOp function, ArrayRef<InputFormat> inputs, bool byChannel) {
  return GraphBuilder(function, inputs, byChannel).run();
}
