// SPDX-License-Identifier: Apache-2.0
// Straight-line arith/math code on scalars, as neuron models and input codes emit it, run element by element.
#ifndef SPIKE_LIB_INTERPRETER_SCALARPROGRAM_H
#define SPIKE_LIB_INTERPRETER_SCALARPROGRAM_H

#include "mlir/IR/Builders.h"
#include <functional>

namespace mlir::spike {

/// An f32, or an integer in the low bits with zeros above its width.
union Scalar {
  Scalar() : integer(0) {}
  explicit Scalar(float value) : integer(0) { real = value; }
  explicit Scalar(uint64_t value) : integer(value) {}
  float real;
  uint64_t integer;
};

class ScalarProgram {
public:
  using Builder = function_ref<SmallVector<Value>(OpBuilder &, ValueRange)>;
  using Rule = std::function<Scalar(const Scalar *)>;

  /// Lets `build` emit code on arguments of the given types into a scratch block and translates it; an error of `op` if
  /// an emitted op has no rule.
  static FailureOr<ScalarProgram> create(Operation *op, TypeRange arguments, Builder build);

  /// Runs the code. `registers` holds the arguments first and is as long as `getNumRegisters`.
  void run(MutableArrayRef<Scalar> registers) const;
  size_t getNumRegisters() const { return numRegisters; }

  /// Register of result `i`.
  unsigned getResult(unsigned i) const { return results[i]; }
  Type getResultType(unsigned i) const { return resultTypes[i]; }

private:
  struct Instruction {
    Rule rule;
    SmallVector<unsigned, 3> operands;
  };
  std::vector<Instruction> instructions;
  SmallVector<unsigned> results;
  SmallVector<Type> resultTypes;
  size_t numRegisters = 0;
};

} // namespace mlir::spike

#endif // SPIKE_LIB_INTERPRETER_SCALARPROGRAM_H
