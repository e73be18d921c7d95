// SPDX-License-Identifier: Apache-2.0
// From registers to the values of a program.
#include "spike/Translation/LoihiNetwork.h"

#include "spike/Support/Nesting.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::loihi;
using chip::Opcode;

namespace {

class Disassembler {
public:
  Disassembler(OpBuilder &builder, Location loc, const chip::Program &program)
      : builder(builder), loc(loc), program(program), registers(numRegisters) {}

  FailureOr<ProgramOp> run() {
    auto op = ProgramOp::create(builder, loc, program.name, program.ports, program.states, program.params);
    OpBuilder::InsertionGuard guard(builder);
    body = &op.getBody().emplaceBlock();
    builder.setInsertionPointToStart(body);
    if (succeeded(range(0, program.code.size(), 0)))
      return op;
    op.erase();
    return failure();
  }

private:
  static constexpr unsigned numRegisters = 16;

  /// What a register or the condition holds: a value; zero if nothing was written; unknown where a skipped body wrote.
  struct Content {
    Value value;
    bool unknown = false;
    bool operator==(const Content &o) const { return value == o.value && unknown == o.unknown; }
  };

  InFlightDiagnostic error(size_t index) {
    return emitError(loc) << "program '" << program.name << "', instruction " << index << ": ";
  }

  FailureOr<Value> read(unsigned number, size_t index) {
    if (number >= numRegisters)
      return error(index) << "expected registers 0 to " << numRegisters - 1 << ", got " << number;
    Content &content = registers[number];
    if (content.unknown)
      return error(index) << "register " << number << " is read behind a jump over the instruction that writes it, "
                          << "which values cannot express: write it on both ways or select";
    return content.value ? content.value : readZero();
  }

  /// What a register holds that nothing has written: one constant at the start of the program.
  Value readZero() {
    if (!zero) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(body);
      zero = ConstOp::create(builder, loc, 0);
    }
    return zero;
  }

  LogicalResult write(unsigned number, Value value, size_t index) {
    if (number >= numRegisters)
      return error(index) << "expected registers 0 to " << numRegisters - 1 << ", got " << number;
    registers[number] = {value};
    return success();
  }

  FailureOr<Value> readCondition(size_t index) {
    if (condition.unknown || !condition.value)
      return error(index) << "the condition is read where no comparison surely came before: compare before it";
    return condition.value;
  }

  LogicalResult jump(size_t &index, size_t end, unsigned depth) {
    const chip::Instruction &code = program.code[index];
    int64_t target = code.op == Opcode::skp_c ? int64_t(index) + 2 : code.imm;
    FailureOr<Value> taken = readCondition(index);
    if (failed(taken))
      return failure();
    if (target <= int64_t(index) || target > int64_t(end))
      return error(index) << "a jump to instruction " << target << " does not nest within instructions " << index + 1
                          << " to " << end
                          << ": jumps must lead forward and end where the jumps around them end, or before";
    if (depth >= kMaxNesting)
      return error(index) << "jumps nest deeper than " << kMaxNesting << " levels";
    if (target == int64_t(index) + 1)
      return success();
    auto skip = SkipIfOp::create(builder, loc, *taken);
    std::vector<Content> before = registers;
    Content conditionBefore = condition;
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&skip.getBody().emplaceBlock());
      if (failed(range(index + 1, target, depth + 1)))
        return failure();
    }
    if (skip.getBody().front().empty()) // of moves
      skip.erase();
    for (auto [now, then] : llvm::zip_equal(registers, before))
      if (!(now == then))
        now = {{}, true};
    if (!(condition == conditionBefore))
      condition = {{}, true};
    index = target - 1;
    return success();
  }

  LogicalResult range(size_t begin, size_t end, unsigned depth) {
    for (size_t i = begin; i < end; ++i) {
      Opcode op = program.code[i].op;
      if (failed(op == Opcode::skp_c || op == Opcode::jmp_c ? jump(i, end, depth) : instruction(i)))
        return failure();
    }
    return success();
  }

  LogicalResult instruction(size_t index);

  OpBuilder &builder;
  Location loc;
  const chip::Program &program;
  std::vector<Content> registers;
  Content condition;
  Block *body = nullptr;
  Value zero;
};

LogicalResult Disassembler::instruction(size_t index) {
  const chip::Instruction &code = program.code[index];
  auto make = [&](auto op, auto... operands) {
    return write(code.rd, decltype(op)::create(builder, loc, operands...), index);
  };
  auto unary = [&](auto op, auto... immediates) -> LogicalResult {
    FailureOr<Value> input = read(code.ra, index);
    return failed(input) ? failure() : make(op, *input, immediates...);
  };
  auto binary = [&](auto op, auto... immediates) -> LogicalResult {
    FailureOr<Value> lhs = read(code.ra, index), rhs = failed(lhs) ? lhs : read(code.rb, index);
    return failed(rhs) ? failure() : make(op, *lhs, *rhs, immediates...);
  };
  auto compare = [&](auto op) -> LogicalResult {
    FailureOr<Value> lhs = read(code.ra, index), rhs = failed(lhs) ? lhs : read(code.rb, index);
    if (failed(rhs))
      return failure();
    condition = {decltype(op)::create(builder, loc, *lhs, *rhs)};
    return success();
  };
  auto consume = [&](auto op, auto... immediates) -> LogicalResult {
    FailureOr<Value> input = read(code.ra, index);
    if (failed(input))
      return failure();
    decltype(op)::create(builder, loc, *input, immediates...);
    return success();
  };
  switch (code.op) {
  case Opcode::rdc:
    return make(RdcOp(), code.imm);
  case Opcode::ld:
    return make(LdOp(), code.imm);
  case Opcode::st:
    return consume(StOp(), code.imm);
  case Opcode::par:
    return make(ParOp(), code.imm);
  case Opcode::mov: {
    FailureOr<Value> value = read(code.ra, index);
    return failed(value) ? failure() : write(code.rd, *value, index);
  }
  case Opcode::movi:
    return make(ConstOp(), code.imm);
  case Opcode::sel: {
    FailureOr<Value> taken = readCondition(index), ifTrue = failed(taken) ? taken : read(code.ra, index),
                     ifFalse = failed(ifTrue) ? ifTrue : read(code.rb, index);
    return failed(ifFalse) ? failure() : make(SelOp(), *taken, *ifTrue, *ifFalse);
  }
  case Opcode::and_:
    return binary(AndOp());
  case Opcode::or_:
    return binary(OrOp());
  case Opcode::shl:
    return unary(ShlOp(), code.imm);
  case Opcode::add:
    return binary(AddOp());
  case Opcode::neg:
    return unary(NegOp());
  case Opcode::min:
    return binary(MinOp());
  case Opcode::mul_shr:
    return binary(MulShrOp(), code.imm);
  case Opcode::lt:
    return compare(LtOp());
  case Opcode::ge:
    return compare(GeOp());
  case Opcode::eq:
    return compare(EqOp());
  case Opcode::spike:
    return consume(SpikeOp());
  case Opcode::probe:
    return consume(ProbeOp());
  case Opcode::skp_c:
  case Opcode::jmp_c:
    break;
  }
  return error(index) << "unknown opcode " << static_cast<int>(code.op);
}

} // namespace

FailureOr<ProgramOp> mlir::spike::loihi::disassemble(OpBuilder &builder, Location loc, const chip::Program &program) {
  return Disassembler(builder, loc, program).run();
}
