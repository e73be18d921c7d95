// SPDX-License-Identifier: Apache-2.0
// What each op does to scales, biases and intervals.
#include "GraphBuilder.h"

#include "ChipNumbers.h"
#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

LogicalResult GraphBuilder::visitNeuron(NeuronOp op) {
  if (!get(op, op.getInput()))
    return failure();
  FailureOr<SourceNeuron> neuron = SourceNeuron::get(op);
  if (failed(neuron))
    return failure();
  const ValueFacts &in = *get(op, op.getInput());
  if (in.factors) {
    // A current of f times as much is a threshold of one f-th.
    Channels inverse = *in.factors;
    for (double &factor : inverse.values)
      factor = 1 / factor;
    if (!multiplyBy(neuron->threshold, inverse) || !multiplyBy(neuron->shift, inverse))
      return refuse(op) << "a neuron with parameters along axis " << neuron->threshold.axis
                        << " of currents that are multiplied along axis " << inverse.axis << ", expected the same";
  }
  // Parameters run along one axis only.
  const Channels &threshold = neuron->threshold;
  if (in.bias && !in.bias->isUniform() && !threshold.isUniform() && in.bias->axis != threshold.axis)
    keepBias(in);
  if (in.bias && in.bias->axis == 0)
    keepBias(in);
  neuron->isExact = ranges.isExact(op);
  graph.neurons[op] = *neuron;
  define(op, ValueFacts(), in.interval);
  return success();
}

LogicalResult GraphBuilder::visitSynapse(Operation *op, Value weight, Value bias, int64_t axis) {
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

bool GraphBuilder::onlyNeuronsRead(Value value, int64_t axis) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (refused.contains(user))
      return false;
    if (auto neuron = dyn_cast<NeuronOp>(user))
      return axis > 0 && neuron.getAxis().value_or(axis) == static_cast<uint64_t>(axis);
    auto pool = dyn_cast<PoolOp>(user);
    if (!isa<ReshapeOp, TransposeOp>(user) && !(pool && pool.getKind() == PoolKind::max))
      return false;
    std::optional<int64_t> moved = moveAxis(use, axis);
    return moved && onlyNeuronsRead(user->getResult(0), *moved);
  });
}

LogicalResult GraphBuilder::visitAdd(AddOp op) {
  if (auto [constant, other] = findConstant(op); constant)
    return addConstant(op, constant, other);
  const ValueFacts *a = get(op, op.getLhs()), *b = a ? get(op, op.getRhs()) : nullptr;
  if (!b)
    return failure();
  if (isKnown(*a) != isKnown(*b)) {
    addShortcut(op->getOpOperand(isKnown(*a) ? 0 : 1), isKnown(*a) ? *a : *b, isKnown(*a) ? *b : *a);
  } else if (!unite(*a, *b) && !(isKnown(*a) && alignScales(op, *a, *b))) {
    return refuse(op) << (isKnown(*a) ? "a sum of values whose scales differ by constant factors, "
                                      : "a sum of a value and a multiple of itself, ")
                      << number(a->factor) << " and " << number(b->factor);
  }
  ValueFacts facts = isKnown(*a) ? *b : *a;
  if (isKnown(*a) && isKnown(*b))
    facts.factor *= getKnownGain(op->getOpOperand(1));
  std::optional<Channels> left = moveBias(op->getOpOperand(0), *a), right = moveBias(op->getOpOperand(1), *b);
  for (const ValueFacts *side : {a, b})
    facts.biased.insert(side->biased.begin(), side->biased.end());
  facts.bias = left ? left : right;
  if (left && right && !addTo(*facts.bias, *right)) {
    keepBias(*a), keepBias(*b);
    facts.bias.reset();
  }
  define(op, facts, {a->interval, b->interval});
  return success();
}

bool GraphBuilder::alignScales(AddOp op, const ValueFacts &a, const ValueFacts &b) {
  double ratio = b.factor / a.factor;
  for (double gain = 1; gain <= 127; ++gain) {
    double other = roundGain(gain * ratio);
    // As near as f32 tells constant factors apart.
    if (other < 1 || std::abs(other - gain * ratio) > 1e-6 * other)
      continue;
    graph.shortcuts[&op->getOpOperand(0)] = {0, other};
    graph.shortcuts[&op->getOpOperand(1)] = {0, gain};
    return true;
  }
  return false;
}

double GraphBuilder::getKnownGain(OpOperand &use) const {
  auto found = graph.shortcuts.find(&use);
  return found == graph.shortcuts.end() ? 1.0 : found->second.factor;
}

std::optional<Channels> GraphBuilder::moveBias(OpOperand &use, const ValueFacts &facts) {
  if (!facts.bias)
    return std::nullopt;
  std::optional<Channels> bias = move(use, *facts.bias);
  if (!bias)
    keepBias(facts);
  return bias;
}

std::pair<Value, Value> GraphBuilder::findConstant(Operation *op) {
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  if (isConstant(lhs))
    std::swap(lhs, rhs);
  return isConstant(rhs) && !isConstant(lhs) ? std::pair(rhs, lhs) : std::pair<Value, Value>();
}

std::optional<Channels> GraphBuilder::readVector(Value constant, RankedTensorType type) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(constant.getType()).getShape();
  while (auto reshape = constant.getDefiningOp<ReshapeOp>())
    constant = reshape.getInput();
  std::optional<Weights> values = Weights::get(constant);
  int64_t axis = -1, shift = type.getRank() - static_cast<int64_t>(shape.size());
  bool isVector = llvm::count_if(shape, [](int64_t size) { return size != 1; }) <= 1;
  if (!values || !isVector || findNonFinite(values->values()))
    return std::nullopt;
  for (auto [i, size] : llvm::enumerate(shape))
    if (size != 1)
      axis = static_cast<int64_t>(i) + shift;
  return Channels(std::vector<double>(values->values().begin(), values->values().end()), axis);
}

LogicalResult GraphBuilder::addConstant(AddOp op, Value constant, Value other) {
  const ValueFacts *in = get(op, other);
  if (!in)
    return failure();
  std::optional<Channels> bias = readVector(constant, op.getType());
  if (!bias || op.getType() != other.getType())
    return refuse(op) << "a sum with a constant of several axes, expected one number for each channel";
  ValueFacts facts = *in;
  if (facts.bias && !addTo(*facts.bias, *bias))
    return refuse(op) << "a sum with a constant along axis " << bias->axis << " of currents with biases along axis "
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

void GraphBuilder::multiplyWeights(Synapse &synapse, ValueFacts &facts, const Channels &factors) {
  size_t depth = synapse.source.weights.size() / synapse.outputs;
  for (auto [i, weight] : llvm::enumerate(synapse.source.weights))
    weight *= factors[i / depth];
  for (auto [o, bias] : llvm::enumerate(synapse.source.bias))
    bias *= factors[o];
  if (facts.bias)
    multiplyBy(*facts.bias, factors);
  facts.interval = boundSynapse(synapse.source, synapse.outputs, graph.values[synapse.input()].interval, synapse.axis);
}

LogicalResult GraphBuilder::visitConstantMask(MaskOp op, Value constant, Value other) {
  const ValueFacts *in = get(op, other);
  if (!in)
    return failure();
  std::optional<Channels> factors = readVector(constant, op.getType());
  if (!factors || op.getType() != other.getType())
    return refuse(op) << "a product with a constant of several axes, expected one factor for each channel";
  auto synapse = graph.synapses.find(other.getDefiningOp());
  if (synapse != graph.synapses.end() && other.hasOneUse() &&
      (factors->isUniform() || factors->axis == synapse->second.axis)) {
    multiplyWeights(synapse->second, graph.values[other], *factors);
    ValueFacts facts = graph.values[other];
    graph.values[op] = facts;
    return success();
  }
  if (!(factors->least() > 0))
    return refuse(op) << "a product with a constant of " << number(factors->least()) << ", expected factors above zero";
  ValueFacts facts = *in;
  if (facts.factors && !multiplyBy(*facts.factors, *factors))
    return refuse(op) << "a product with a constant along axis " << factors->axis << ", after one along axis "
                      << facts.factors->axis;
  if (!facts.factors)
    facts.factors = factors;
  graph.values[op] = facts;
  return success();
}

LogicalResult GraphBuilder::visitProduct(Operation *op) {
  if (auto mask = dyn_cast<MaskOp>(op))
    if (auto [constant, other] = findConstant(op); constant)
      return visitConstantMask(mask, constant, other);
  const ValueFacts *a = get(op, op->getOperand(0)), *b = a ? get(op, op->getOperand(1)) : nullptr;
  if (!b)
    return failure();
  if (a->factors || b->factors)
    return refuse(op) << "a product of a product with a constant for each channel, expected neurons behind the first";
  if (!isKnown(*a) && !isKnown(*b))
    return refuse(op) << "a product of two currents, expected spikes or counts on one side";
  keepBias(*a), keepBias(*b);
  const ValueFacts &known = isKnown(*a) ? *a : *b, &other = isKnown(*a) ? *b : *a;
  ValueFacts facts;
  facts.group = other.group;
  facts.factor = other.factor * getKnownScale(known);
  define(op, facts, {a->interval, b->interval});
  return success();
}

LogicalResult GraphBuilder::visitReduce(ReduceOp op) {
  if (op.getKind() == ReduceKind::nonzero || op.getKind() == ReduceKind::max)
    return refuse(op) << "a reduction to the " << stringifyReduceKind(op.getKind()) << ", expected a sum or a mean";
  double count = 1;
  for (int64_t dim : op.getDims())
    count *= static_cast<double>(op.getInput().getType().getDimSize(dim));
  return followSum(op, count, op.getKind() == ReduceKind::mean);
}

LogicalResult GraphBuilder::visitPool(PoolOp op) {
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

LogicalResult GraphBuilder::visitRepeat(Operation *op, Value source) {
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

LogicalResult GraphBuilder::visitConcat(ConcatOp op) {
  SmallVector<Interval> in;
  const ValueFacts *first = nullptr; // of currents, if there are any
  for (Value input : op.getInputs()) {
    const ValueFacts *facts = get(op, input);
    if (!facts)
      return failure();
    keepBias(*facts);
    in.push_back(facts->interval);
    if (!first || (isKnown(*first) && !isKnown(*facts)))
      first = facts;
  }
  for (OpOperand &input : op->getOpOperands()) {
    const ValueFacts &part = graph.values[input.get()];
    if (isKnown(part) && !isKnown(*first))
      addShortcut(input, part, *first);
    else if (!unite(*first, part))
      return refuse(op) << "a concatenation of values with the scales " << number(first->factor) << " and "
                        << number(part.factor) << ", expected the same";
  }
  ValueFacts facts = *first;
  facts.bias.reset();
  define(op, facts, in);
  return success();
}
