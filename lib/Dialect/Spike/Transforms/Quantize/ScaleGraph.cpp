// SPDX-License-Identifier: Apache-2.0
// The walk that ties scales together, moves biases and refuses what integers cannot express.
#include "GraphBuilder.h"

#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

bool mlir::spike::quantize::isConstant(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

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

std::pair<unsigned, double> ScaleGraph::resolve(const Shortcut &shortcut) const {
  auto [root, factor] = find(shortcut.group);
  return {root, factor * shortcut.factor};
}

bool ScaleGraph::hasShortcut(Value value) const {
  return llvm::any_of(shortcuts, [&](auto &entry) { return resolve(entry.second).first == resolve(value).first; });
}

/// What an error says of an op: what it is, without its name and without what would be supported.
static std::string getReason(StringRef message) {
  return message.split(" cannot be quantized: ").second.split(';').first.split(", expected").first.str();
}

FailureOr<ScaleGraph> GraphBuilder::run() {
  while (true) {
    std::optional<Diagnostic> error;
    {
      ScopedDiagnosticHandler handler(graph.function.getContext(), [&](Diagnostic &diagnostic) {
        error = std::move(diagnostic);
        return success();
      });
      if (succeeded(attempt()))
        return std::move(graph);
    }
    if (!hostFallback || !culprit || refused.contains(culprit)) {
      if (culprit && !hostFallback)
        *error << "; or let the host compute it: host_fallback=True, --host-fallback";
      graph.function.getContext()->getDiagEngine().emit(std::move(*error));
      return failure();
    }
    refused[culprit] = getReason(error->str());
    keepers.clear(), constants.clear();
  }
}

LogicalResult GraphBuilder::attempt() {
  for (size_t kept = keepers.size() + 1; kept != keepers.size();) {
    kept = keepers.size();
    if (failed(walk()))
      return failure();
  }
  for (Operation *constant : constants)
    if (keepers.contains(constant)) {
      culprit = constant;
      return refuse(constant) << "a constant added to what is no current of a neuron, expected a bias of a synapse";
    }
  return success();
}

LogicalResult GraphBuilder::walk() {
  graph.nodes.assign(1, {0, 1.0});
  graph.values.clear(), graph.synapses.clear(), graph.neurons.clear(), graph.inputs.clear();
  graph.byChannel.clear(), graph.shortcuts.clear(), graph.hosts.clear();
  culprit = nullptr;
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
      return graph.function.emitError() << "input " << argument.getArgNumber() << " has no scale, expected as many of "
                                        << "input-scales, input-lows and input-highs as real inputs, got "
                                        << inputs.size();
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
    if (!(op.getNumResults() == 1 && isConstant(op.getResult(0))) && failed(visit(&op))) {
      culprit = &op;
      return failure();
    }
  for (Value output : graph.function.front().getTerminator()->getOperands())
    if (auto found = graph.values.find(output); found != graph.values.end() && found->second.factors) {
      culprit = output.getDefiningOp();
      return refuse(culprit) << "an output multiplied by a constant for each channel, expected neurons "
                                "behind such a product";
    }
  return success();
}

LogicalResult GraphBuilder::visit(Operation *op) {
  if (refused.contains(op) || readsRealNumbers(op)) {
    visitHost(op);
    return success();
  }
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
          return refuse(op) << "a factor of " << number(factor) << ", expected one above zero";
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

InFlightDiagnostic GraphBuilder::refuse(Operation *op) {
  return op->emitError() << describe(op) << " cannot be quantized: it is ";
}

//===--------------------------------------------------------------------===//
// Values
//===--------------------------------------------------------------------===//

const ValueFacts *GraphBuilder::get(Operation *op, Value value) {
  auto found = graph.values.find(value);
  if (found != graph.values.end()) {
    if (!found->second.factors || isa<NeuronOp, ReshapeOp, TransposeOp, SliceOp, ScaleOp, MaskOp>(op))
      return &found->second;
    refuse(op) << "an op on a product with a constant for each channel, expected neurons behind such a product";
    return nullptr;
  }
  refuse(op) << "an op on a constant, expected a constant as weight, bias or parameter only";
  return nullptr;
}

void GraphBuilder::keepBias(const ValueFacts &facts) {
  for (Operation *synapse : facts.biased)
    keepers.insert(synapse);
}

void GraphBuilder::define(Operation *op, ValueFacts facts, ArrayRef<Interval> in) {
  facts.interval = boundOp(op, in, Numbers::real);
  graph.values[op->getResult(0)] = std::move(facts);
}

LogicalResult GraphBuilder::follow(Operation *op, double factor, double biasFactor) {
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
  if (facts.factors) {
    facts.factors = moveJoined(op->getOpOperand(0), *facts.factors);
    if (!facts.factors)
      return refuse(op)
             << "an op that mixes the channels of a product with a constant for each, expected neurons behind "
                "such a product";
  }
  define(op, facts, in->interval);
  return success();
}

LogicalResult GraphBuilder::follow(Operation *op, double factor) {
  return follow(op, factor, isa<ScaleOp>(op) ? 1 / factor : 1);
}

LogicalResult GraphBuilder::followSum(Operation *op, double count, bool mean) {
  return follow(op, mean ? count : 1.0, mean ? 1.0 : count);
}

double GraphBuilder::getKnownScale(const ValueFacts &facts) const {
  return graph.find(facts.group).second * facts.factor;
}

void GraphBuilder::addShortcut(OpOperand &use, const ValueFacts &known, const ValueFacts &currents) {
  graph.shortcuts[&use] = {currents.group, currents.factor / getKnownScale(known)};
}

bool GraphBuilder::unite(const ValueFacts &a, const ValueFacts &b) {
  auto [rootA, factorA] = graph.find(a.group);
  auto [rootB, factorB] = graph.find(b.group);
  factorA *= a.factor, factorB *= b.factor;
  if (rootA == rootB)
    return std::abs(factorA - factorB) <= 1e-9 * factorA;
  graph.nodes[rootB] = {rootA, factorA / factorB};
  return true;
}

FailureOr<ScaleGraph> ScaleGraph::build(func::FuncOp function, ArrayRef<InputFormat> inputs, bool byChannel,
                                        bool hostFallback) {
  return GraphBuilder(function, inputs, byChannel, hostFallback).run();
}
