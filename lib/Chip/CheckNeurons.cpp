// SPDX-License-Identifier: Apache-2.0
// Programs and populations by themselves.
#include "Checker.h"

#include "spike/Chip/ProgramPaths.h"
#include <cmath>

using namespace spike::chip;
using llvm::Twine;

namespace {

constexpr int32_t kMaxWords = 256, kMaxCode = 1 << 16;
constexpr int32_t kLow24 = -(1 << 23), kHigh24 = (1 << 23) - 1;

} // namespace

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

bool Checker::checkInstruction(size_t program, size_t at) {
  const Program &owner = network.programs[program];
  const Instruction &code = owner.code[at];
  std::string where = ("instruction " + Twine(at)).str();
  auto inRange = [&](const char *what, int64_t value, int64_t low, int64_t high) {
    return (low <= value && value <= high) ||
           fail(Part::program, program,
                where + ": " + what + " must be " + Twine(low) + " to " + Twine(high) + ", got " + Twine(value));
  };
  auto exists = [&](const char *what, int32_t count) {
    return (code.imm >= 0 && code.imm < count) ||
           fail(Part::program, program,
                where + ": " + what + " " + Twine(code.imm) + " does not exist, the program has " + Twine(count));
  };
  if (code.op > Opcode::probe)
    return fail(Part::program, program, where + ": there is no opcode " + Twine(int(code.op)));
  for (int32_t reg : {code.rd, code.ra, code.rb})
    if (!inRange("a register", reg, 0, 15))
      return false;
  switch (code.op) {
  case Opcode::rdc:
    return exists("port", owner.ports);
  case Opcode::ld:
  case Opcode::st:
    return exists("state word", owner.states);
  case Opcode::par:
    return exists("parameter", owner.params);
  case Opcode::movi:
    return inRange("the number", code.imm, kLow24, kHigh24);
  case Opcode::shl:
    return inRange("the shift", code.imm, 0, 23);
  case Opcode::mul_shr:
    return inRange("the shift", code.imm, 0, 31);
  case Opcode::skp_c:
    return at + 1 < owner.code.size() || fail(Part::program, program, where + ": there is nothing behind it to skip");
  case Opcode::jmp_c:
    return inRange("the jump", code.imm, at + 1, owner.code.size());
  default:
    return true;
  }
}

bool Checker::checkProgram(size_t index) {
  const Program &program = network.programs[index];
  if (!checkName(Part::program, index, program.name) ||
      !checkRange(Part::program, index, "number of ports", program.ports, 1, kMaxWords) ||
      !checkRange(Part::program, index, "number of state words", program.states, 0, kMaxWords) ||
      !checkRange(Part::program, index, "number of parameters", program.params, 0, kMaxWords) ||
      !checkRange(Part::program, index, "number of instructions", program.code.size(), 0, kMaxCode))
    return false;
  for (size_t at = 0; at < program.code.size(); ++at)
    if (!checkInstruction(index, at))
      return false;
  int32_t spikes = countSpikes(program);
  return spikes <= 1 || fail(Part::program, index,
                             "a neuron sends one message in a step at most, a way through the "
                             "program passes " +
                                 Twine(spikes) + " spikes");
}

//===----------------------------------------------------------------------===//
// Populations
//===----------------------------------------------------------------------===//

bool Checker::checkShape(size_t index) {
  const Population &population = network.populations[index];
  if (!checkRange(Part::population, index, "number of axes", population.shape.size(), 0, 32))
    return false;
  int64_t neurons = 1;
  for (int64_t size : population.shape) {
    if (size < 1)
      return fail(Part::population, index, "each axis must have a size of at least 1, got " + Twine(size));
    if (size > kMaxNeurons / neurons)
      return fail(Part::population, index,
                  "it has more than the " + Twine(kMaxNeurons) + " neurons that a population may have; split it");
    neurons *= size;
  }
  return true;
}

bool Checker::checkPerChannel(size_t index, const char *what, const std::vector<int32_t> &values, bool optional,
                              int64_t low, int64_t high) {
  int64_t channels = network.populations[index].channels();
  if (values.empty() && optional)
    return true;
  if (values.size() != 1 && static_cast<int64_t>(values.size()) != channels)
    return fail(Part::population, index,
                Twine(what) + " must be one number, or one for each of " + Twine(channels) + " channels, got " +
                    Twine(values.size()));
  for (int32_t value : values)
    if (!checkRange(Part::population, index, what, value, low, high))
      return false;
  return true;
}

bool Checker::checkLif(size_t index) {
  const Lif &lif = network.populations[index].lif;
  auto inRange = [&](const char *what, int64_t value, int64_t low, int64_t high) {
    return checkRange(Part::population, index, what, value, low, high);
  };
  return inRange("du", lif.du, 0, 4095) && inRange("dv", lif.dv, 0, 4095) &&
         inRange("duOffset", lif.duOffset, -4096, 4096) && inRange("dvOffset", lif.dvOffset, -4096, 4096) &&
         inRange("du + duOffset", lif.du + lif.duOffset, 0, 4096) &&
         inRange("dv + dvOffset", lif.dv + lif.dvOffset, 0, 4096) && inRange("align", lif.align, 0, 23) &&
         inRange("refractory", lif.refractory, 0, 63) &&
         checkPerChannel(index, "threshold", lif.threshold, false, kLow24, kHigh24) &&
         checkPerChannel(index, "biasMantissa", lif.biasMantissa, true, kLow24, kHigh24) &&
         checkPerChannel(index, "biasExponent", lif.biasExponent, true, -24, 24);
}

bool Checker::checkPopulation(size_t index) {
  const Population &population = network.populations[index];
  if (!checkName(Part::population, index, population.name) || !checkShape(index) ||
      !checkRange(Part::population, index, "payloadBits", population.payloadBits, 1, 24) ||
      !checkRange(Part::population, index, "substeps", population.substeps, 1,
                  population.kind == NeuronKind::input ? 1 : kMaxSubsteps))
    return false;
  if (!std::isfinite(population.rate))
    return fail(Part::population, index, "rate must be a finite number, negative if it is not known");
  if (!population.tensor.empty() &&
      !checkNest(Part::population, index, "tensor", 0, population.tensor, population.size()))
    return false;
  switch (population.kind) {
  case NeuronKind::input:
    return true;
  case NeuronKind::lif:
    if (population.payloadBits != 1)
      return fail(Part::population, index,
                  "a lif neuron sends spikes: payloadBits must be 1, got " + Twine(population.payloadBits));
    return checkLif(index);
  case NeuronKind::program: {
    if (!checkIndex(Part::population, index, "program", population.program, network.programs.size()))
      return false;
    int32_t params = network.programs[population.program].params;
    if (static_cast<int64_t>(population.params.size()) != params)
      return fail(Part::population, index,
                  "its program has " + Twine(params) + " parameters, got " + Twine(population.params.size()));
    for (const std::vector<int32_t> &values : population.params)
      if (!checkPerChannel(index, "a parameter", values, false, kLow24, kHigh24))
        return false;
    return true;
  }
  }
  return fail(Part::population, index, "there is no kind of neuron " + Twine(int(population.kind)));
}
