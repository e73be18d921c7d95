// SPDX-License-Identifier: Apache-2.0
// Facts about all ways through a program, from its last instruction to its first.
#include "spike/Chip/ProgramPaths.h"

#include <algorithm>

using namespace spike::chip;

/// `step(instruction, fact)` is the fact before an instruction, given the one behind it; `join` merges two ways.
template <typename Fact, typename Step, typename Join>
static Fact findFact(const Program &program, Fact atEnd, Step step, Join join) {
  std::vector<Fact> facts(program.code.size() + 1, atEnd);
  for (size_t at = program.code.size(); at-- > 0;) {
    const Instruction &code = program.code[at];
    Fact behind = facts[at + 1];
    if (code.op == Opcode::skp_c)
      behind = join(behind, facts[at + 2]);
    else if (code.op == Opcode::jmp_c)
      behind = join(behind, facts[code.imm]);
    facts[at] = step(code, behind);
  }
  return facts[0];
}

int32_t spike::chip::countSpikes(const Program &program) {
  return findFact<int32_t>(
      program, 0, [](const Instruction &code, int32_t behind) { return behind + (code.op == Opcode::spike); },
      [](int32_t a, int32_t b) { return std::max(a, b); });
}

bool spike::chip::alwaysReads(const Program &program, int32_t port) {
  return findFact<char>(
      program, false,
      [&](const Instruction &code, char behind) { return behind || (code.op == Opcode::rdc && code.imm == port); },
      [](char a, char b) { return a && b; });
}
