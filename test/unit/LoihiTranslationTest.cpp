// SPDX-License-Identifier: Apache-2.0
// Networks to ops and back: what comes back is the same, and programs do the same with other registers.
#include "spike/Translation/LoihiNetwork.h"

#include "RandomNetwork.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "spike/Chip/Image.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::spike::loihi;
using chip::Instruction;
using chip::Opcode;

namespace {

struct Fixture {
  Fixture() { context.loadDialect<LoihiDialect>(); }

  /// A module with the network; null if there is no such op.
  OwningOpRef<ModuleOp> makeModule(const chip::Network &network) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
    OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
    if (failed(fromNetwork(builder, builder.getUnknownLoc(), network)) || failed(verify(*module)))
      return nullptr;
    return module;
  }

  NetworkOp find(ModuleOp module) { return *module.getOps<NetworkOp>().begin(); }

  MLIRContext context;
};

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

/// Two ports, one state word and one parameter; registers as a linear scan gives them.
std::vector<Instruction> makeSum() {
  return {{Opcode::rdc, 0, 0, 0, 0},   {Opcode::rdc, 1, 0, 0, 1},     {Opcode::add, 0, 0, 1, 0},
          {Opcode::par, 1, 0, 0, 0},   {Opcode::ge, 0, 0, 1, 0},      {Opcode::movi, 2, 0, 0, 0},
          {Opcode::sel, 0, 0, 2, 0},   {Opcode::mul_shr, 0, 0, 1, 4}, {Opcode::st, 0, 0, 0, 0},
          {Opcode::lt, 0, 0, 0, 0},    {Opcode::jmp_c, 0, 0, 0, 13},  {Opcode::ld, 1, 0, 0, 0},
          {Opcode::probe, 0, 1, 0, 0}, {Opcode::spike, 0, 0, 0, 0}};
}

TEST(LoihiTranslation, RandomNetworksComeBack) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Fixture fixture;
    chip::Network network = chip::RandomNetwork(seed).make();
    // That of the generator writes a register under a jump, which has no form as values.
    network.programs[0].code = makeSum();
    OwningOpRef<ModuleOp> module = fixture.makeModule(network);
    ASSERT_TRUE(module) << seed;
    FailureOr<chip::Network> back = toNetwork(fixture.find(*module));
    ASSERT_TRUE(succeeded(back)) << seed;
    // Their programs use registers as a linear scan does.
    EXPECT_EQ(llvm::cantFail(chip::writeImage(*back)), llvm::cantFail(chip::writeImage(network))) << print(*module);
  }
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

int32_t wrap(int64_t value) { return static_cast<int32_t>(static_cast<uint32_t>(value) << 8) >> 8; }

/// What one run of a program does: what it sent and looked at, and what it left.
struct NeuronRun {
  std::vector<int32_t> accumulators, states, params, messages;
  bool operator==(const NeuronRun &o) const {
    return accumulators == o.accumulators && states == o.states && messages == o.messages;
  }

  void execute(ArrayRef<Instruction> code) {
    int32_t r[16] = {};
    bool condition = false;
    for (size_t i = 0; i < code.size(); ++i) {
      const Instruction &in = code[i];
      int64_t a = r[in.ra], b = r[in.rb];
      switch (in.op) {
      case Opcode::rdc:
        r[in.rd] = wrap(accumulators[in.imm]);
        accumulators[in.imm] = 0;
        break;
      case Opcode::ld:
        r[in.rd] = states[in.imm];
        break;
      case Opcode::st:
        states[in.imm] = a;
        break;
      case Opcode::par:
        r[in.rd] = params[in.imm];
        break;
      case Opcode::mov:
        r[in.rd] = a;
        break;
      case Opcode::movi:
        r[in.rd] = in.imm;
        break;
      case Opcode::sel:
        r[in.rd] = condition ? a : b;
        break;
      case Opcode::and_:
        r[in.rd] = a & b;
        break;
      case Opcode::or_:
        r[in.rd] = a | b;
        break;
      case Opcode::shl:
        r[in.rd] = wrap(a * (int64_t(1) << in.imm));
        break;
      case Opcode::add:
        r[in.rd] = wrap(a + b);
        break;
      case Opcode::neg:
        r[in.rd] = wrap(-a);
        break;
      case Opcode::min:
        r[in.rd] = std::min(a, b);
        break;
      case Opcode::mul_shr:
        r[in.rd] = wrap(a * b / (int64_t(1) << in.imm));
        break;
      case Opcode::lt:
        condition = a < b;
        break;
      case Opcode::ge:
        condition = a >= b;
        break;
      case Opcode::eq:
        condition = a == b;
        break;
      case Opcode::skp_c:
        i += condition;
        break;
      case Opcode::jmp_c:
        i = condition ? in.imm - 1 : i;
        break;
      case Opcode::spike:
        messages.push_back(a);
        break;
      case Opcode::probe:
        messages.push_back(a ^ 0x5a5a5a);
        break;
      }
    }
  }
};

class RandomProgram {
public:
  explicit RandomProgram(uint32_t seed) : random(seed) {}

  chip::Program make() {
    chip::Program program{"p", 2, 3, 2, {}};
    fill(program.code, pick(1, 40), 0);
    return program;
  }
  NeuronRun makeRun() {
    NeuronRun run;
    for (auto [list, count] : {std::pair(&run.accumulators, 2), std::pair(&run.states, 3), std::pair(&run.params, 2)})
      for (int i = 0; i < count; ++i)
        list->push_back(pick(0, 2) ? pick(-9, 9) : pick(-(1 << 23), (1 << 23) - 1));
    return run;
  }

private:
  int32_t pick(int32_t low, int32_t high) { return std::uniform_int_distribution<int32_t>(low, high)(random); }

  void fill(std::vector<Instruction> &code, int count, int depth) {
    for (int i = 0; i < count; ++i) {
      auto reg = [&] { return static_cast<uint8_t>(pick(0, 7)); };
      Instruction in{static_cast<Opcode>(pick(0, static_cast<int>(Opcode::probe))), reg(), reg(), reg(), 0};
      if (in.op == Opcode::skp_c || in.op == Opcode::jmp_c || in.op == Opcode::sel)
        code.push_back({static_cast<Opcode>(pick(int(Opcode::lt), int(Opcode::eq))), 0, reg(), reg(), 0});
      if (in.op == Opcode::skp_c || in.op == Opcode::jmp_c) {
        if (depth == 3)
          continue;
        std::vector<Instruction> body;
        size_t at = code.size();
        code.push_back(in);
        fill(code, in.op == Opcode::skp_c ? 1 : pick(0, 5), in.op == Opcode::skp_c ? 3 : depth + 1);
        code[at].op = code.size() == at + 2 && in.op == Opcode::skp_c ? Opcode::skp_c : Opcode::jmp_c;
        code[at].imm = code[at].op == Opcode::jmp_c ? static_cast<int32_t>(code.size()) : 0;
        continue;
      }
      in.imm = in.op == Opcode::rdc || in.op == Opcode::par       ? pick(0, 1)
               : in.op == Opcode::ld || in.op == Opcode::st       ? pick(0, 2)
               : in.op == Opcode::movi                            ? pick(-(1 << 23), (1 << 23) - 1)
               : in.op == Opcode::shl || in.op == Opcode::mul_shr ? pick(0, 23)
                                                                  : 0;
      code.push_back(in);
    }
  }

  std::mt19937 random;
};

TEST(LoihiTranslation, RandomProgramsDoTheSame) {
  int kept = 0, refused = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Fixture fixture;
    std::string message;
    ScopedDiagnosticHandler handler(&fixture.context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
    RandomProgram random(seed);
    chip::Network network;
    network.name = "n";
    network.programs.push_back(random.make());
    OwningOpRef<ModuleOp> module = fixture.makeModule(network);
    if (!module) {
      EXPECT_NE(message.find("is read behind a jump"), std::string::npos) << message;
      ++refused;
      continue;
    }
    ++kept;
    FailureOr<chip::Network> back = toNetwork(fixture.find(*module));
    ASSERT_TRUE(succeeded(back)) << seed;
    for (int i = 0; i < 8; ++i) {
      NeuronRun before = random.makeRun(), after = before;
      before.execute(network.programs[0].code);
      after.execute(back->programs[0].code);
      ASSERT_TRUE(before == after) << "seed " << seed << "\n" << print(*module);
    }
    // Once the scan has given registers, everything stays as it is.
    OwningOpRef<ModuleOp> again = fixture.makeModule(*back);
    ASSERT_TRUE(again) << seed;
    EXPECT_EQ(print(*again), print(*module)) << seed;
  }
  EXPECT_GT(kept, 1000);
  EXPECT_GT(refused, 100);
}

/// A comparison is made again where another came between it and its use.
TEST(LoihiTranslation, ConditionsAreMadeAgain) {
  Fixture fixture;
  OpBuilder builder(&fixture.context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToStart(module->getBody());
  auto program = ProgramOp::create(builder, loc, "p", 2, 0, 0);
  builder.setInsertionPointToStart(&program.getBody().emplaceBlock());
  Value a = RdcOp::create(builder, loc, 0), b = RdcOp::create(builder, loc, 1);
  Value less = LtOp::create(builder, loc, a, b), same = EqOp::create(builder, loc, a, b);
  Value first = SelOp::create(builder, loc, less, a, b), second = SelOp::create(builder, loc, same, a, b);
  SpikeOp::create(builder, loc, first);
  SpikeOp::create(builder, loc, second);
  FailureOr<chip::Program> assembled = assemble(program);
  ASSERT_TRUE(succeeded(assembled));
  std::vector<Opcode> opcodes;
  for (const Instruction &in : assembled->code)
    opcodes.push_back(in.op);
  EXPECT_EQ(opcodes, (std::vector<Opcode>{Opcode::rdc, Opcode::rdc, Opcode::lt, Opcode::eq, Opcode::lt, Opcode::sel,
                                          Opcode::eq, Opcode::sel, Opcode::spike, Opcode::spike}));
  NeuronRun run{{3, 5}, {}, {}, {}};
  run.execute(assembled->code);
  EXPECT_EQ(run.messages, (std::vector<int32_t>{3, 5}));
}

/// What values cannot say is refused by the program's name.
std::string refusalOf(std::vector<Instruction> code) {
  Fixture fixture;
  std::string message;
  ScopedDiagnosticHandler handler(&fixture.context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  chip::Network network;
  network.name = "n";
  network.programs.push_back({"p", 1, 0, 0, std::move(code)});
  EXPECT_FALSE(fixture.makeModule(network));
  return message;
}

TEST(LoihiTranslation, RefusesPrograms) {
  Instruction compare{Opcode::lt, 0, 0, 1, 0};
  EXPECT_EQ(refusalOf({compare, {Opcode::jmp_c, 0, 0, 0, 4}, compare, {Opcode::jmp_c, 0, 0, 0, 5}, compare}),
            "program 'p', instruction 3: a jump to instruction 5 does not nest within instructions 4 to 4: jumps must "
            "lead forward and end where the jumps around them end, or before");
  EXPECT_EQ(refusalOf({compare, {Opcode::jmp_c, 0, 0, 0, 0}}),
            "program 'p', instruction 1: a jump to instruction 0 does not nest within instructions 2 to 2: jumps must "
            "lead forward and end where the jumps around them end, or before");
  EXPECT_EQ(refusalOf({{Opcode::skp_c, 0, 0, 0, 0}, {Opcode::spike, 0, 0, 0, 0}}),
            "program 'p', instruction 0: the condition is read where no comparison surely came before: compare before "
            "it");
  EXPECT_EQ(refusalOf({compare, {Opcode::skp_c, 0, 0, 0, 0}, {Opcode::movi, 3, 0, 0, 1}, {Opcode::spike, 0, 3, 0, 0}}),
            "program 'p', instruction 3: register 3 is read behind a jump over the instruction that writes it, which "
            "values cannot express: write it on both ways or select");
  EXPECT_EQ(refusalOf({{Opcode::spike, 0, 16, 0, 0}}),
            "program 'p', instruction 0: expected registers 0 to 15, got 16");
  EXPECT_EQ(refusalOf({{static_cast<Opcode>(99), 0, 0, 0, 0}}), "program 'p', instruction 0: unknown opcode 99");
  std::vector<Instruction> deep;
  for (int i = 0; i < 600; ++i)
    deep.push_back(i % 2 ? Instruction{Opcode::jmp_c, 0, 0, 0, 600} : compare);
  EXPECT_EQ(refusalOf(deep), "program 'p', instruction 513: jumps nest deeper than 256 levels");
}

} // namespace
