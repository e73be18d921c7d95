// SPDX-License-Identifier: Apache-2.0
// From the values of a program to registers.
#include "spike/Translation/LoihiNetwork.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike::loihi;
using chip::Opcode;

namespace {

constexpr unsigned numRegisters = 16;

/// An instruction whose registers are values still.
struct Draft {
  chip::Instruction code;
  Value rd, ra, rb;
};

/// Writes instructions in their order. The chip has one condition: a comparison is written again where another one, or
/// a body that may be skipped, has come between it and its use.
class Drafter {
public:
  void draft(Block &block) {
    for (Operation &op : block)
      draft(&op);
  }
  ArrayRef<Draft> get() const { return drafts; }

private:
  void add(Opcode op, Value rd, Value ra = {}, Value rb = {}, int32_t imm = 0) {
    drafts.push_back({{op, 0, 0, 0, imm}, rd, ra, rb});
  }

  void compare(Operation *op) {
    Opcode code = isa<LtOp>(op) ? Opcode::lt : isa<GeOp>(op) ? Opcode::ge : Opcode::eq;
    add(code, {}, op->getOperand(0), op->getOperand(1));
    condition = op->getResult(0);
  }

  void need(Value wanted) {
    if (condition != wanted)
      compare(wanted.getDefiningOp());
  }

  void skip(SkipIfOp op) {
    need(op.getCondition());
    size_t jump = drafts.size();
    add(Opcode::jmp_c, {});
    draft(op.getBody().front());
    size_t length = drafts.size() - jump - 1;
    if (condition != op.getCondition())
      condition = {};
    if (length == 0)
      drafts.pop_back();
    else if (length == 1)
      drafts[jump].code.op = Opcode::skp_c;
    else
      drafts[jump].code.imm = drafts.size();
  }

  void draft(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<LtOp, GeOp, EqOp>([&](auto op) { compare(op); })
        .Case([&](SkipIfOp op) { skip(op); })
        .Case([&](SelOp op) {
          need(op.getCondition());
          add(Opcode::sel, op, op.getIfTrue(), op.getIfFalse());
        })
        .Case([&](RdcOp op) { add(Opcode::rdc, op, {}, {}, op.getPort()); })
        .Case([&](LdOp op) { add(Opcode::ld, op, {}, {}, op.getState()); })
        .Case([&](StOp op) { add(Opcode::st, {}, op.getValue(), {}, op.getState()); })
        .Case([&](ParOp op) { add(Opcode::par, op, {}, {}, op.getParam()); })
        .Case([&](ConstOp op) { add(Opcode::movi, op, {}, {}, op.getValue()); })
        .Case([&](AndOp op) { add(Opcode::and_, op, op.getLhs(), op.getRhs()); })
        .Case([&](OrOp op) { add(Opcode::or_, op, op.getLhs(), op.getRhs()); })
        .Case([&](AddOp op) { add(Opcode::add, op, op.getLhs(), op.getRhs()); })
        .Case([&](MinOp op) { add(Opcode::min, op, op.getLhs(), op.getRhs()); })
        .Case([&](NegOp op) { add(Opcode::neg, op, op.getInput()); })
        .Case([&](ShlOp op) { add(Opcode::shl, op, op.getInput(), {}, op.getBits()); })
        .Case([&](MulShrOp op) { add(Opcode::mul_shr, op, op.getLhs(), op.getRhs(), op.getBits()); })
        .Case([&](SpikeOp op) { add(Opcode::spike, {}, op.getPayload()); })
        .Case([&](ProbeOp op) { add(Opcode::probe, {}, op.getValue()); });
  }

  SmallVector<Draft> drafts;
  Value condition; ///< which the chip's condition is now
};

/// Linear scan: jumps lead forward only, so a value lives from its definition to its last use in the order of the code.
/// A value gets the first register that is free.
class Allocator {
public:
  explicit Allocator(ArrayRef<Draft> drafts) {
    for (auto [i, draft] : llvm::enumerate(drafts))
      for (Value value : {draft.rd, draft.ra, draft.rb})
        if (value)
          lastUse[value] = i;
  }

  /// The instruction at `index`, or nothing if there are too few registers.
  std::optional<chip::Instruction> assign(const Draft &draft, size_t index) {
    chip::Instruction code = draft.code;
    if (draft.ra)
      code.ra = registerOf(draft.ra);
    if (draft.rb)
      code.rb = registerOf(draft.rb);
    for (Value &value : registers)
      if (value && lastUse.lookup(value) <= index)
        value = {};
    if (!draft.rd)
      return code;
    auto *free = llvm::find(registers, Value());
    if (free == std::end(registers))
      return std::nullopt;
    code.rd = free - registers;
    if (lastUse.lookup(draft.rd) > index)
      *free = draft.rd;
    return code;
  }

private:
  uint8_t registerOf(Value value) const { return llvm::find(registers, value) - registers; }

  Value registers[numRegisters];
  DenseMap<Value, size_t> lastUse;
};

} // namespace

FailureOr<chip::Program> mlir::spike::loihi::assemble(ProgramOp op) {
  chip::Program program;
  program.name = op.getSymName();
  program.ports = op.getPorts();
  program.states = op.getStates();
  program.params = op.getParams();
  Drafter drafter;
  drafter.draft(op.getBody().front());
  Allocator allocator(drafter.get());
  for (auto [i, draft] : llvm::enumerate(drafter.get())) {
    std::optional<chip::Instruction> code = allocator.assign(draft, i);
    if (!code)
      return op.emitOpError() << "needs more than " << numRegisters << " registers at instruction " << i
                              << ": use values sooner after they are made";
    program.code.push_back(*code);
  }
  return program;
}
