// SPDX-License-Identifier: Apache-2.0
// Builds a ScaleGraph.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_GRAPHBUILDER_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_GRAPHBUILDER_H

#include "ScaleGraph.h"
#include "spike/Analysis/RangeAnalysis.h"

namespace mlir::spike::quantize {

/// Builds a graph. Where an op needs a bias to be part of the integers, the synapses it comes from keep it, and the
/// walk begins again.
class GraphBuilder {
public:
  GraphBuilder(func::FuncOp function, ArrayRef<InputFormat> inputs, bool byChannel, bool hostFallback)
      : inputs(inputs), byChannel(byChannel), hostFallback(hostFallback),
        ranges(function->getParentOfType<ModuleOp>()) {
    graph.function = function;
  }

  FailureOr<ScaleGraph> run();

private:
  /// One attempt; a failure leaves the op that it failed at, if there is one, in `culprit`.
  LogicalResult attempt();
  LogicalResult walk();
  // HostOps.cpp
  /// Whether an op reads real numbers of the host, and so belongs there itself.
  bool readsRealNumbers(Operation *op) const;
  void visitHost(Operation *op);
  /// The integers in which a result of the host's op lies, if it is a train of spikes or counts.
  std::optional<Interval> boundTrain(Value value) const;
  LogicalResult visit(Operation *op);

  /// Begins an error of `op`, which goes on with what it is.
  InFlightDiagnostic refuse(Operation *op);

  /// The facts of an operand; null, and an error, if it is none that the walk has seen, a constant.
  const ValueFacts *get(Operation *op, Value value);
  bool isKnown(const ValueFacts &facts) const { return graph.find(facts.group).first == 0; }

  /// The bias of a value has to be part of its integers.
  void keepBias(const ValueFacts &facts);

  /// Gives the result of `op` its facts, with an interval for operands in `in`.
  void define(Operation *op, ValueFacts facts, ArrayRef<Interval> in);

  /// The result has the scale of the first operand times `factor`; its bias moves along.
  LogicalResult follow(Operation *op, double factor, double biasFactor);

  LogicalResult follow(Operation *op, double factor);
  /// A sum of `count` elements, or their mean.
  LogicalResult followSum(Operation *op, double count, bool mean);

  double getKnownScale(const ValueFacts &facts) const;
  /// Known integers get a gain that gives them the scale of currents they are added to.
  void addShortcut(OpOperand &use, const ValueFacts &known, const ValueFacts &currents);

  /// Gives both, which are known or both are not, the same scale; false if that would tie a scale to a multiple of
  /// itself, or two known ones.
  bool unite(const ValueFacts &a, const ValueFacts &b);

  LogicalResult visitNeuron(NeuronOp op);
  LogicalResult visitSynapse(Operation *op, Value weight, Value bias, int64_t axis);
  /// Whether neurons read all of a value, whose channels stay apart on the way.
  bool onlyNeuronsRead(Value value, int64_t axis);
  LogicalResult visitAdd(AddOp op);
  /// Gains that give two known scales the same units, if there are any; and the gain of an operand, one elsewhere.
  bool alignScales(AddOp op, const ValueFacts &a, const ValueFacts &b);
  double getKnownGain(OpOperand &use) const;
  std::optional<Channels> moveBias(OpOperand &use, const ValueFacts &facts);
  /// A constant with one number for each channel, or one in all, is a bias.
  LogicalResult addConstant(AddOp op, Value constant, Value other);
  LogicalResult visitProduct(Operation *op);
  /// A constant with a factor above zero for each channel becomes part of the thresholds of neurons.
  LogicalResult visitConstantMask(MaskOp op, Value constant, Value other);
  /// Directly behind a synapse the factors, of whatever sign, become part of its weights and biases.
  void multiplyWeights(Synapse &synapse, ValueFacts &facts, const Channels &factors);
  /// The constant operand of a product or sum, and the other; nulls if both are computed.
  static std::pair<Value, Value> findConstant(Operation *op);
  /// Reads a constant along one axis at most; nothing if it is another or not finite.
  static std::optional<Channels> readVector(Value constant, RankedTensorType type);
  LogicalResult visitReduce(ReduceOp op);
  LogicalResult visitPool(PoolOp op);
  LogicalResult visitRepeat(Operation *op, Value source);
  LogicalResult visitConcat(ConcatOp op);

  ArrayRef<InputFormat> inputs;
  bool byChannel, hostFallback;
  RangeAnalysis ranges;
  ScaleGraph graph;
  llvm::SmallSetVector<Operation *, 8> keepers, constants;
  Operation *culprit = nullptr;
  /// Ops that were refused, and are the host's in the next attempt.
  llvm::MapVector<Operation *, std::string> refused;
};

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_GRAPHBUILDER_H
