// SPDX-License-Identifier: Apache-2.0
// Walks a quantised program and builds the network that computes it. One file for each family of ops implements the
// `visit` functions.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_CONVERTER_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_CONVERTER_H

#include "NetworkBuilder.h"
#include "Programs.h"
#include "spike/Conversion/SpikeToLoihi.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::spike::onchip {

/// Converts one function, or the parts of one.
class Converter {
public:
  Converter(ArrayRef<func::FuncOp> parts, const chip::Limits &limits, int64_t mostSubsteps)
      : parts(parts), builder(limits), mostSubsteps(mostSubsteps) {}

  /// The network, or a failure after an error at the op that cannot be placed.
  FailureOr<ConvertedNetwork> run();

private:
  friend class PoolBuilder;

  LogicalResult convertPart();
  /// A part says what spike-outline-host says of it.
  LogicalResult checkPart();

  // Inputs.cpp and Outputs.cpp
  LogicalResult readTimeSteps();
  LogicalResult readArgument(BlockArgument argument);
  /// Adds the population that an argument becomes, and what `result` then is.
  LogicalResult readInput(Operation *op, BlockArgument argument, Value result, double scale, Interval range);
  LogicalResult visit(QuantizeOp op);
  LogicalResult visit(EncodeOp op);
  LogicalResult visit(RepeatTimeOp op);
  LogicalResult visit(ConstantOp op);
  LogicalResult writeResult(OpOperand &result);
  // Views.cpp
  LogicalResult visit(ReshapeOp op);
  LogicalResult visit(TransposeOp op);
  LogicalResult visit(SliceOp op);
  LogicalResult visit(ConcatOp op);
  LogicalResult visit(CastOp op);
  /// The result is the operand with other strides; parts for which `change` is false get a population first.
  LogicalResult changeView(Operation *op, function_ref<bool(Axes &)> change);
  // Synapses.cpp
  LogicalResult visit(LinearOp op);
  LogicalResult visit(ConvOp op);
  FailureOr<Synapses> readSynapses(Operation *op, Value weight);
  /// Adds a constant along `axis` of a tensor with axes as `like`.
  LogicalResult addBias(Operation *op, Value bias, int64_t axis, const Axes &like, Signal &signal);
  // Neurons.cpp
  LogicalResult visit(NeuronOp op);
  FailureOr<Part> readParameter(NeuronOp op, StringRef name, int64_t value, const Axes &like);
  FailureOr<int32_t> addNeurons(NeuronOp op, const FixedNeuron &neuron, const Numbering &numbering,
                                ArrayRef<int64_t> thresholds, ArrayRef<int64_t> biases, Interval currents);
  LogicalResult setChipNeuron(NeuronOp op, chip::Lif &lif, const FixedNeuron &neuron, ArrayRef<int64_t> thresholds,
                              ArrayRef<int64_t> biases);
  // Sums.cpp
  LogicalResult visit(AddOp op);
  LogicalResult visit(ScaleOp op);
  LogicalResult visit(ReduceOp op);
  LogicalResult visit(DecodeOp op);
  /// Stretches two operands to the shape of a result, over time too.
  void stretchOperands(Signal &lhs, Signal &rhs, ArrayRef<int64_t> shape) const;
  LogicalResult checkIntegers(Operation *op, StringRef what, ArrayRef<float> values) const;
  LogicalResult checkConstants(Operation *op, ArrayRef<Part> parts) const;
  bool readsOnlyResults(Operation *op) const;
  LogicalResult multiplyPart(Operation *op, Part &part, int64_t factor);
  LogicalResult sumOverTime(Operation *op, Signal signal, const Twine &name, bool keepAxis);
  // Pools.cpp
  LogicalResult visit(PoolOp op);
  // Attention.cpp
  LogicalResult visit(MaskOp op);
  LogicalResult visit(MatmulOp op);
  static int64_t countBroadcasts(const Axes &axes);
  // SerialProducts.cpp
  /// Where the elements of a row and a column can come one after the other: neurons that send them so take the factors'
  /// place, and it is true.
  FailureOr<bool> makeSerial(Operation *op, Part &lhs, Part &rhs);
  /// The elements of `axis` of a message one after the other, from so many neurons as there are chunks.
  FailureOr<Part> sendSerially(Operation *op, const Part &part, int64_t axis, int64_t channelAxis, int64_t chunks,
                               const Twine &name);
  /// The sums of products of two factors of one shape that are sent serially.
  FailureOr<Part> accumulate(Operation *op, const Part &lhs, const Part &rhs, const Twine &name);

  LogicalResult visitAny(Operation *op);

  // Values (Signals.cpp)
  Signal &get(Value value) { return signals[value]; }
  /// Notes what a value is. What several ops read becomes messages of one population.
  LogicalResult define(Value value, Signal signal);
  /// The value as messages of one population, which is added if it has none.
  FailureOr<Part> readMessages(Operation *reader, Value value);

  // Populations for sums (Relays.cpp)
  /// A population that sends the sum of all parts, or the sum over time of it.
  FailureOr<Part> relay(Operation *op, const Signal &signal, const Twine &name, bool overTime = false);
  FailureOr<Part> relayInto(Operation *op, const Signal &signal, Numbering numbering, const Twine &name, bool overTime);
  /// A population for one part, in the part's own order, for a copy in that of the tensor.
  FailureOr<Part> relayAlone(Operation *op, const Part &part, const Twine &name);
  /// Connects all parts but constants to the neurons of `numbering`.
  LogicalResult feed(Operation *op, const Signal &signal, const Numbering &numbering, int32_t population,
                     int32_t port = 0, int64_t weight = 1);
  /// The numbering that suits the parts best.
  Numbering chooseNumbering(const Signal &signal) const;
  /// What constants add to each channel of `numbering`, empty if there are none; failure, without a word, if neurons of
  /// one channel get different numbers.
  FailureOr<SmallVector<int64_t>> sumConstants(const Signal &signal, const Numbering &numbering) const;

  // Neurons that the mapping adds (Gates.cpp)
  enum class Gate { any, both, larger, product };
  static constexpr int64_t kMaxNeurons = (int64_t(1) << 31) - 1;
  /// What a spike must count to make a neuron of Gate::any fire.
  static constexpr int64_t kAnyWeight = 2;
  /// A population of two-sided neurons; `any` (of spikes) and `both` (spikes) are LIF, the others programs.
  FailureOr<int32_t> addGate(Operation *op, Gate gate, const Twine &name, const Numbering &numbering, Interval range,
                             double rate);
  FailureOr<int32_t> addProgramPopulation(Operation *op, chip::Program program, const Twine &name,
                                          const Numbering &numbering, Interval range, double rate);
  LogicalResult checkSize(Operation *op, const Numbering &numbering) const;
  /// The elementwise product of two messages of one shape.
  FailureOr<Part> multiply(Operation *op, const Part &lhs, const Part &rhs, const Twine &name);

  // Names and errors
  /// The layer that an op belongs to.
  std::string layerOf(Operation *op) const;
  /// An error: this op of this layer cannot be placed.
  InFlightDiagnostic refuse(Operation *op) const;
  /// An error if messages in `range` do not fit the target's.
  LogicalResult checkRange(Operation *op, Interval range) const;

  ArrayRef<func::FuncOp> parts;
  func::FuncOp function; ///< of the parts, the one that is converted
  NetworkBuilder builder;
  /// Notes that `op` added what has been added since.
  void noteOwner(Operation *op);
  /// Checks the whole network; an error is at the op that added what breaks a rule.
  LogicalResult verify() const;

  /// Whether the function is a part that spike-outline-host made, and of which pass.
  bool isPart() const;
  int32_t getPass() const;

  int64_t timeSteps = 1;
  const int64_t mostSubsteps; ///< that a product may take
  DenseMap<Value, Signal> signals;
  std::vector<Operation *> populationOwners, projectionOwners;
};

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_CONVERTER_H
