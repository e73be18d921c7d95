// SPDX-License-Identifier: Apache-2.0
// What the neuron models share: the arithmetic of a step on f32 scalars, checks of parameters, bounds of membranes.
#ifndef SPIKE_LIB_DIALECT_SPIKE_IR_NEURONMODELS_STEPBUILDER_H
#define SPIKE_LIB_DIALECT_SPIKE_IR_NEURONMODELS_STEPBUILDER_H

#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// Emits the arithmetic shared by all models on f32 scalars.
class StepBuilder {
public:
  StepBuilder(OpBuilder &builder, Location loc, function_ref<Value(StringRef)> param)
      : builder(builder), loc(loc), param(param) {}

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value negate(Value a);
  Value maximum(Value a, Value b);
  Value minimum(Value a, Value b);
  Value roundEven(Value a);
  Value floor(Value a);
  Value trunc(Value a);
  Value exp(Value a);
  /// `1 / (1 + exp(-a))`.
  Value sigmoid(Value a);
  Value select(Value condition, Value then, Value otherwise);
  /// A truth value as 0.0 or 1.0.
  Value toReal(Value truth);
  Value constant(double value);
  Value falsehood();

  /// Parameter `name`: the operand that replaces it, else its value rounded to f32.
  Value get(StringRef name, const llvm::APFloat &value);

  /// V charged by X with the leak applied by `leak` (a division or a product). The expression stays as the source
  /// writes it, because another one rounds differently.
  Value chargeLeaky(ChargeForm form, bool decayInput, Value v, Value x, Value vReset, function_ref<Value(Value)> leak);

  Value fire(FireRule rule, Value membrane, Value threshold);
  /// The membrane behind a spike, or the membrane itself where there was none.
  Value reset(ResetKind kind, Value spike, Value membrane, Value threshold, Value resetTo);

private:
  OpBuilder &builder;
  Location loc;
  function_ref<Value(StringRef)> param;
};

using EmitError = function_ref<InFlightDiagnostic()>;
using NamedParameter = std::pair<StringRef, const llvm::APFloat &>;

/// Every parameter is finite in f32.
LogicalResult verifyFinite(EmitError emitError, ArrayRef<NamedParameter> parameters);

/// A time constant of a leak that no step overshoots: finite, and at least one.
LogicalResult verifyTau(EmitError emitError, const llvm::APFloat &tau);

/// log2 of a leak that is a power of two not above one: dividing by it adds so many fraction digits.
std::optional<unsigned> fractionBits(double divisor);

/// Bound of V over `steps` steps of V' = V * keep + X * gain with X in [lo, hi] from `start`; a soft reset
/// subtracts at most once per step from a value that has reached the threshold.
void boundLinear(double &lo, double &hi, int64_t steps, double keep, double gain, double start, double reset,
                 double threshold, ResetKind kind);

} // namespace mlir::spike

#endif // SPIKE_LIB_DIALECT_SPIKE_IR_NEURONMODELS_STEPBUILDER_H
