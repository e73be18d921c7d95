// SPDX-License-Identifier: Apache-2.0
// Neuron programs over the published opcodes.
#include "Programs.h"

using namespace mlir::spike;
using namespace mlir::spike::onchip;
using chip::Opcode;

namespace {

/// Writes instructions; a register is taken for each result.
class Assembler {
public:
  Assembler(std::string name, int32_t ports, int32_t states = 0, int32_t params = 0) {
    program.name = std::move(name);
    program.ports = ports;
    program.states = states;
    program.params = params;
  }

  using Register = uint8_t;
  Register emit(Opcode op, Register ra = 0, Register rb = 0, int32_t imm = 0) {
    program.code.push_back({op, next, ra, rb, imm});
    return next++;
  }
  /// Into a register that has a value already.
  void update(Register rd, Opcode op, Register ra = 0, Register rb = 0, int32_t imm = 0) {
    program.code.push_back({op, rd, ra, rb, imm});
  }
  void act(Opcode op, Register ra = 0, Register rb = 0, int32_t imm = 0) { update(0, op, ra, rb, imm); }

  Register read(int32_t port) { return emit(Opcode::rdc, 0, 0, port); }
  Register constant(int32_t value) { return emit(Opcode::movi, 0, 0, value); }

  chip::Program finish(Register message) {
    act(Opcode::spike, message);
    return std::move(program);
  }

private:
  chip::Program program;
  Register next = 0;
};

constexpr int32_t maxState = (1 << 23) - 1;

} // namespace

chip::Program mlir::spike::onchip::makeRelay(bool biased) {
  Assembler code(biased ? "biased_relay" : "relay", 1, 0, biased ? 1 : 0);
  auto sum = code.read(0);
  if (biased)
    code.update(sum, Opcode::add, sum, code.emit(Opcode::par));
  return code.finish(sum);
}

chip::Program mlir::spike::onchip::makeIntegrate() {
  Assembler code("integrate", 1, 1);
  auto sum = code.read(0);
  code.update(sum, Opcode::add, sum, code.emit(Opcode::ld));
  code.act(Opcode::st, sum);
  return code.finish(sum);
}

chip::Program mlir::spike::onchip::makeMax() {
  // max(a, b) = -min(-a, -b)
  Assembler code("max", 2);
  auto a = code.read(0), b = code.read(1);
  code.update(a, Opcode::neg, a);
  code.update(b, Opcode::neg, b);
  code.update(a, Opcode::min, a, b);
  code.update(a, Opcode::neg, a);
  return code.finish(a);
}

chip::Program mlir::spike::onchip::makeProduct() {
  Assembler code("product", 2);
  auto a = code.read(0), b = code.read(1);
  code.update(a, Opcode::mul_shr, a, b);
  return code.finish(a);
}

chip::Program mlir::spike::onchip::makeAccumulate() {
  Assembler code("accumulate", 2, 2, 1);
  auto product = code.read(0), factor = code.read(1);
  code.update(product, Opcode::mul_shr, product, factor);
  auto sum = code.emit(Opcode::ld), step = code.emit(Opcode::ld, 0, 0, 1);
  code.update(sum, Opcode::add, sum, product);
  code.update(step, Opcode::add, step, code.constant(1));
  auto zero = code.constant(0);
  code.act(Opcode::eq, step, code.emit(Opcode::par));
  code.update(product, Opcode::sel, sum, zero);
  code.update(sum, Opcode::sel, zero, sum);
  code.update(step, Opcode::sel, zero, step);
  code.act(Opcode::st, sum);
  code.act(Opcode::st, step, 0, 1);
  return code.finish(product);
}

chip::Program mlir::spike::onchip::makeNeuron(const FixedNeuron &neuron) {
  std::string name = "neuron_du" + std::to_string(neuron.du) + "_dv" + std::to_string(neuron.dv) + "_align" +
                     std::to_string(neuron.align) +
                     (neuron.reset == Reset::hard   ? "_hard"
                      : neuron.reset == Reset::soft ? "_soft"
                                                    : "_none") +
                     (neuron.fireAtThreshold ? "_ge" : "_gt") +
                     (neuron.levels > 1 ? "_levels" + std::to_string(neuron.levels) : "");
  Assembler code(name, 1, 2, 2);
  auto u = code.read(0);
  code.update(u, Opcode::shl, u, 0, neuron.align);
  if (neuron.du != 4095) {
    auto kept = code.emit(Opcode::ld, 0, 0, 1);
    code.update(kept, Opcode::mul_shr, kept, code.constant(4095 - neuron.du), 12);
    code.update(u, Opcode::add, u, kept);
  }
  code.act(Opcode::st, u, 0, 1);
  code.update(u, Opcode::add, u, code.emit(Opcode::par, 0, 0, 1));
  auto v = code.emit(Opcode::ld);
  code.update(v, Opcode::mul_shr, v, code.constant(4096 - neuron.dv), 12);

  // A sum of two numbers of one sign that has the other left the 24 bits: it becomes the largest number of that sign.
  auto sum = code.emit(Opcode::add, v, u), zero = code.constant(0), minusOne = code.constant(-1);
  auto complement = [&](Assembler::Register x) {
    auto result = code.emit(Opcode::neg, x);
    code.update(result, Opcode::add, result, minusOne);
    return result;
  };
  auto above = complement(v), notU = complement(u), below = complement(sum);
  code.update(above, Opcode::and_, above, notU);
  code.update(above, Opcode::and_, above, sum);
  code.update(below, Opcode::and_, below, v);
  code.update(below, Opcode::and_, below, u);
  auto largest = code.constant(maxState);
  code.act(Opcode::lt, above, zero);
  code.update(sum, Opcode::sel, largest, sum);
  code.update(largest, Opcode::neg, largest);
  code.act(Opcode::lt, below, zero);
  code.update(sum, Opcode::sel, largest, sum);
  code.act(Opcode::lt, sum, largest);
  code.update(sum, Opcode::sel, largest, sum);

  auto threshold = code.emit(Opcode::par), fired = notU, one = u;
  code.update(one, Opcode::neg, minusOne);
  if (neuron.reset == Reset::soft)
    code.update(v, Opcode::add, sum, code.emit(Opcode::neg, threshold));
  else
    code.update(v, Opcode::mov, neuron.reset == Reset::hard ? zero : sum);
  if (neuron.fireAtThreshold)
    code.act(Opcode::ge, sum, threshold);
  else
    code.act(Opcode::lt, threshold, sum);
  code.update(fired, Opcode::sel, one, zero);
  code.update(v, Opcode::sel, v, sum);
  code.act(Opcode::st, v);
  if (neuron.levels == 1)
    return code.finish(fired);
  // What is left, at least -1 so that nothing wraps, loses the threshold again and again.
  auto rest = sum, step = above, down = below;
  code.update(down, Opcode::neg, threshold);
  for (int32_t level = 2; level <= neuron.levels; ++level) {
    code.act(Opcode::lt, rest, minusOne);
    code.update(rest, Opcode::sel, minusOne, rest);
    code.update(rest, Opcode::add, rest, down);
    if (neuron.fireAtThreshold)
      code.act(Opcode::ge, rest, threshold);
    else
      code.act(Opcode::lt, threshold, rest);
    code.update(step, Opcode::sel, one, zero);
    code.update(fired, Opcode::add, fired, step);
  }
  return code.finish(fired);
}
