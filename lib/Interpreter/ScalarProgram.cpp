// SPDX-License-Identifier: Apache-2.0
// One rule per arith/math op. Only ops with one correct result are here, and exp, for which compiled code calls the
// same function, so that both agree bit by bit.
#include "ScalarProgram.h"

#include "Frame.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

namespace {

using Rule = ScalarProgram::Rule;

Rule unary(float (*function)(float)) {
  return [function](const Scalar *in) { return Scalar(function(in[0].real)); };
}

/// A rule on integers of a width, the result cut to that width.
template <typename Function>
Rule onIntegers(Type type, Function function) {
  unsigned width = type.getIntOrFloatBitWidth();
  return [=](const Scalar *in) {
    return Scalar(function(in[0].integer, in[1].integer) & llvm::maskTrailingOnes<uint64_t>(width));
  };
}

/// The predicate's bits say for which relations it holds: equal 1, greater 2, less 4, unordered 8.
Rule compareReals(arith::CmpFPredicate predicate) {
  auto holds = static_cast<uint64_t>(predicate);
  // The unordered predicates lie one below their bits, and UNO has the number of another.
  if (predicate >= arith::CmpFPredicate::UEQ && predicate <= arith::CmpFPredicate::UNE)
    ++holds;
  else if (predicate == arith::CmpFPredicate::UNO)
    holds = 8;
  return [holds](const Scalar *in) {
    float a = in[0].real, b = in[1].real;
    uint64_t relation = a == b ? 1 : a > b ? 2 : a < b ? 4 : 8;
    return Scalar(uint64_t((holds & relation) != 0));
  };
}

Rule compareIntegers(arith::CmpIPredicate predicate, unsigned width) {
  return [=](const Scalar *in) {
    return Scalar(
        uint64_t(arith::applyCmpPredicate(predicate, APInt(width, in[0].integer), APInt(width, in[1].integer))));
  };
}

Rule constant(arith::ConstantOp op) {
  Scalar value;
  if (auto real = dyn_cast<FloatAttr>(op.getValue()))
    value = Scalar(real.getValue().convertToFloat());
  else if (auto integer = dyn_cast<IntegerAttr>(op.getValue()))
    value = Scalar(integer.getValue().getZExtValue());
  return [value](const Scalar *) { return value; };
}

Rule bitcast(arith::BitcastOp op) {
  if (op.getType().isF32())
    return [](const Scalar *in) { return Scalar(llvm::bit_cast<float>(static_cast<uint32_t>(in[0].integer))); };
  return [](const Scalar *in) { return Scalar(uint64_t(llvm::bit_cast<uint32_t>(in[0].real))); };
}

/// The rule of an op; null if it has none.
Rule getRule(Operation *op) {
  // Every rule works on f32 and on integers of at most 64 bits.
  auto known = [](Type type) { return type.isF32() || (type.isInteger() && type.getIntOrFloatBitWidth() <= 64); };
  if (op->getNumResults() != 1 || !known(op->getResult(0).getType()) || !llvm::all_of(op->getOperandTypes(), known))
    return {};
  Type type = op->getResult(0).getType();
  unsigned width = op->getNumOperands() ? op->getOperand(0).getType().getIntOrFloatBitWidth() : 0;
  auto shift = [](auto function) {
    return [=](uint64_t a, uint64_t by) { return by < 64 ? function(a, by) : uint64_t(0); };
  };
  return llvm::TypeSwitch<Operation *, Rule>(op)
      .Case([](arith::ConstantOp op) { return constant(op); })
      .Case([](arith::AddFOp) { return [](const Scalar *in) { return Scalar(in[0].real + in[1].real); }; })
      .Case([](arith::SubFOp) { return [](const Scalar *in) { return Scalar(in[0].real - in[1].real); }; })
      .Case([](arith::MulFOp) { return [](const Scalar *in) { return Scalar(in[0].real * in[1].real); }; })
      .Case([](arith::DivFOp) { return [](const Scalar *in) { return Scalar(in[0].real / in[1].real); }; })
      .Case([](arith::NegFOp) { return [](const Scalar *in) { return Scalar(-in[0].real); }; })
      .Case([](arith::MaximumFOp) { return [](const Scalar *in) { return Scalar(maximum(in[0].real, in[1].real)); }; })
      .Case(
          [](arith::MinimumFOp) { return [](const Scalar *in) { return Scalar(-maximum(-in[0].real, -in[1].real)); }; })
      .Case([](arith::CmpFOp op) { return compareReals(op.getPredicate()); })
      .Case([&](arith::CmpIOp op) { return compareIntegers(op.getPredicate(), width); })
      .Case([](arith::SelectOp) { return [](const Scalar *in) { return in[0].integer ? in[1] : in[2]; }; })
      .Case([&](arith::AddIOp) { return onIntegers(type, std::plus<uint64_t>()); })
      .Case([&](arith::SubIOp) { return onIntegers(type, std::minus<uint64_t>()); })
      .Case([&](arith::MulIOp) { return onIntegers(type, std::multiplies<uint64_t>()); })
      .Case([&](arith::AndIOp) { return onIntegers(type, std::bit_and<uint64_t>()); })
      .Case([&](arith::OrIOp) { return onIntegers(type, std::bit_or<uint64_t>()); })
      .Case([&](arith::XOrIOp) { return onIntegers(type, std::bit_xor<uint64_t>()); })
      .Case([&](arith::ShLIOp) { return onIntegers(type, shift([](uint64_t a, uint64_t by) { return a << by; })); })
      .Case([&](arith::ShRUIOp) { return onIntegers(type, shift([](uint64_t a, uint64_t by) { return a >> by; })); })
      .Case([&](arith::TruncIOp) {
        return [mask = llvm::maskTrailingOnes<uint64_t>(type.getIntOrFloatBitWidth())](const Scalar *in) {
          return Scalar(in[0].integer & mask);
        };
      })
      .Case([](arith::ExtUIOp) { return [](const Scalar *in) { return in[0]; }; })
      .Case([](arith::UIToFPOp) { return [](const Scalar *in) { return Scalar(static_cast<float>(in[0].integer)); }; })
      .Case([&](arith::SIToFPOp) {
        return
            [width](const Scalar *in) { return Scalar(static_cast<float>(llvm::SignExtend64(in[0].integer, width))); };
      })
      .Case([](arith::BitcastOp op) { return bitcast(op); })
      .Case([](math::AbsFOp) { return unary(std::fabs); })
      .Case([](math::FloorOp) { return unary(std::floor); })
      .Case([](math::CeilOp) { return unary(std::ceil); })
      .Case([](math::TruncOp) { return unary(std::trunc); })
      .Case([](math::RoundOp) { return unary(std::round); })
      .Case([](math::RoundEvenOp) { return unary(std::nearbyint); })
      // Compiled code calls the same function of the C library.
      .Case([](math::ExpOp) { return unary(::expf); })
      .Case([](math::SqrtOp) { return unary(std::sqrt); })
      .Default([](Operation *) { return Rule(); });
}

} // namespace

FailureOr<ScalarProgram> ScalarProgram::create(Operation *op, TypeRange arguments, Builder build) {
  Block block;
  block.addArguments(arguments, SmallVector<Location>(arguments.size(), op->getLoc()));
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToStart(&block);
  SmallVector<Value> results = build(builder, block.getArguments());

  ScalarProgram program;
  llvm::DenseMap<Value, unsigned> registers;
  for (Value argument : block.getArguments())
    registers[argument] = program.numRegisters++;
  for (Operation &step : block) {
    Instruction &instruction = program.instructions.emplace_back();
    instruction.rule = getRule(&step);
    if (!instruction.rule || step.getNumOperands() > 3)
      return op->emitOpError() << "emits '" << step.getName() << "', for which the interpreter has no rule";
    for (Value operand : step.getOperands())
      instruction.operands.push_back(registers.lookup(operand));
    registers[step.getResult(0)] = program.numRegisters++;
  }
  for (Value result : results) {
    program.results.push_back(registers.lookup(result));
    program.resultTypes.push_back(result.getType());
  }
  return program;
}

void ScalarProgram::run(MutableArrayRef<Scalar> registers) const {
  size_t target = registers.size() - instructions.size();
  for (const Instruction &instruction : instructions) {
    Scalar in[3];
    for (auto [i, operand] : llvm::enumerate(instruction.operands))
      in[i] = registers[operand];
    registers[target++] = instruction.rule(in);
  }
}
