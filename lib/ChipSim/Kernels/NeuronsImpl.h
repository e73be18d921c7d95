// SPDX-License-Identifier: Apache-2.0
// One step of a block of neurons, a lane each. Source of all instruction sets. Compiled with integers that wrap.
#ifndef SPIKE_LIB_CHIPSIM_KERNELS_NEURONSIMPL_H
#define SPIKE_LIB_CHIPSIM_KERNELS_NEURONSIMPL_H

#include "Kernels.h"

namespace {

using spike::chip::BlockResult;
using spike::chip::blockSize;

/// LIF neurons are taken in parts whose values stay in registers.
constexpr int64_t partSize = 16;
typedef int32_t Part __attribute__((vector_size(4 * partSize)));
typedef int32_t Block __attribute__((vector_size(4 * blockSize)));
typedef int64_t WideBlock __attribute__((vector_size(8 * blockSize)));
template <typename Vector>
struct Unaligned {
  typedef int32_t type __attribute__((vector_size(sizeof(Vector)), aligned(4)));
};

template <typename Vector>
Vector load(const int32_t *from) {
  return *reinterpret_cast<const typename Unaligned<Vector>::type *>(from);
}
template <typename Vector>
void store(int32_t *to, Vector value) {
  *reinterpret_cast<typename Unaligned<Vector>::type *>(to) = value;
}

/// One bit per lane that is not zero.
template <typename Vector>
uint64_t nonzero(Vector value) {
  constexpr int count = sizeof(Vector) / sizeof(int32_t);
  typedef bool Bits __attribute__((ext_vector_type(count)));
  Bits bits = __builtin_convertvector(value != 0, Bits);
  if constexpr (count == 64)
    return __builtin_bit_cast(uint64_t, bits);
  else
    return __builtin_bit_cast(uint16_t, bits);
}

/// The lowest `bits` bits in two's complement.
template <typename Vector>
Vector wrap(Vector x, int bits) {
  return (x << (32 - bits)) >> (32 - bits);
}

/// sign(x) * floor(|x| * keep / 4096) for |x| <= 2^23 and keep <= 4096: high and low half apart, so that 32 bits do.
inline Part decay(Part x, int32_t keep) {
  Part sign = x >> 31, size = (x ^ sign) - sign;
  Part kept = (size >> 12) * keep + (((size & 4095) * keep) >> 12);
  return (kept ^ sign) - sign;
}

BlockResult stepLif(const spike::chip::LifStep &step, const spike::chip::LifBlock &block) {
  constexpr int32_t limit = (1 << 23) - 1;
  const spike::chip::Conventions &conventions = step.conventions;
  BlockResult result;
  Part awake = {};
  for (int64_t at = 0; at < blockSize; at += partSize) {
    Part a = load<Part>(block.accumulator + at), u = load<Part>(block.u + at), v = load<Part>(block.v + at);
    Part busy = a | u | v, left = {};
    if (block.refractory) {
      left = load<Part>(block.refractory + at);
      busy |= left;
    }
    if (block.restless)
      busy |= load<Part>(block.restless + at);
    a = a << step.align;
    if (conventions.wrapInput)
      a = wrap(a, 22);
    u = decay(u, step.keepU) + a;
    // Into (-2^23, 2^23] is into [-2^23, 2^23) mirrored.
    u = conventions.lavaCurrentWrap ? -wrap(-u, 24) : wrap(u, 24);
    Part drive = u + load<Part>(block.bias + at);
    if (conventions.wrapBiasedCurrent)
      drive = wrap(drive, 24);
    v = decay(v, step.keepV) + drive;
    v = v > limit ? Part{} + limit : v;
    v = v < -limit ? Part{} - limit : v;
    Part fired = v > load<Part>(block.threshold + at);
    if (block.refractory) {
      Part resting = left != 0;
      fired &= ~resting;
      v &= ~resting;
      left = (left + resting) | (fired & step.refractory);
      store(block.refractory + at, left);
      awake |= left;
    }
    v &= ~fired;
    awake |= u | v;
    store(block.accumulator + at, Part{});
    store(block.u + at, u);
    store(block.v + at, v);
    result.sent |= nonzero(fired) << at;
    result.ran |= nonzero(busy) << at;
  }
  result.awake = nonzero(awake) != 0;
  return result;
}

/// a * b / 2^shift, rounded toward zero, in 24 bits.
inline Block multiplyShift(Block a, Block b, int shift) {
  if (shift == 0)
    return wrap(a * b, 24); // its low bits are all that counts
  WideBlock product = __builtin_convertvector(a, WideBlock) * __builtin_convertvector(b, WideBlock);
  product += (product >> 63) & ((int64_t(1) << shift) - 1);
  return wrap(__builtin_convertvector(product >> shift, Block), 24);
}

/// Runs the program; `jumps` says whether lanes can part. A lane is at work once its `resume` is reached.
template <bool jumps>
void interpret(const spike::chip::ProgramBlock &block, Block &payload) {
  using spike::chip::Opcode;
  Block registers[16];
  for (int r = 0; r < block.registers; ++r)
    registers[r] = Block{};
  Block condition = {}, resume = {};
  for (int32_t at = 0; at < block.length; ++at) {
    const spike::chip::Instruction &code = block.code[at];
    Block active = jumps ? Block(resume <= at) : Block{};
    const Block &a = registers[code.ra], &b = registers[code.rb];
    auto keep = [&](Block value, Block before) { return jumps ? (active ? value : before) : value; };
    auto give = [&](Block value) { registers[code.rd] = keep(value, registers[code.rd]); };
    switch (code.op) {
    case Opcode::rdc: {
      int32_t *accumulator = block.accumulators + code.imm * block.stride;
      Block sum = load<Block>(accumulator);
      give(wrap(sum, 24));
      store(accumulator, keep(Block{}, sum));
      break;
    }
    case Opcode::ld:
      give(load<Block>(block.states + code.imm * block.stride));
      break;
    case Opcode::st: {
      int32_t *state = block.states + code.imm * block.stride;
      store(state, keep(a, load<Block>(state)));
      break;
    }
    case Opcode::par:
      give(wrap(load<Block>(block.params[code.imm]), 24));
      break;
    case Opcode::mov:
      give(a);
      break;
    case Opcode::movi:
      give(wrap(Block{} + code.imm, 24));
      break;
    case Opcode::sel:
      give(condition ? a : b);
      break;
    case Opcode::and_:
      give(a & b);
      break;
    case Opcode::or_:
      give(a | b);
      break;
    case Opcode::shl:
      give(wrap(a << code.imm, 24));
      break;
    case Opcode::add:
      give(wrap(a + b, 24));
      break;
    case Opcode::neg:
      give(wrap(-a, 24));
      break;
    case Opcode::min:
      give(a < b ? a : b);
      break;
    case Opcode::mul_shr:
      give(multiplyShift(a, b, code.imm));
      break;
    case Opcode::lt:
      condition = keep(a < b, condition);
      break;
    case Opcode::ge:
      condition = keep(a >= b, condition);
      break;
    case Opcode::eq:
      condition = keep(a == b, condition);
      break;
    case Opcode::skp_c:
      resume = active & condition ? Block{} + (at + 2) : resume;
      break;
    case Opcode::jmp_c:
      resume = active & condition ? Block{} + code.imm : resume;
      break;
    case Opcode::spike:
      payload = keep(a != 0 ? a : payload, payload);
      break;
    case Opcode::probe:
      break;
    }
  }
}

BlockResult stepProgram(const spike::chip::ProgramBlock &block) {
  Block busy = {}, payload = {};
  if (block.restless)
    busy |= load<Block>(block.restless);
  auto gather = [&](Block &into) {
    for (int32_t port = 0; port < block.ports; ++port)
      into |= load<Block>(block.accumulators + port * block.stride);
    for (int32_t state = 0; state < block.numStates; ++state)
      into |= load<Block>(block.states + state * block.stride);
  };
  gather(busy);
  if (block.jumps)
    interpret<true>(block, payload);
  else
    interpret<false>(block, payload);
  Block awake = {};
  gather(awake);
  store(block.payloads, payload);
  BlockResult result;
  result.sent = nonzero(payload);
  result.ran = nonzero(busy);
  result.awake = nonzero(awake) != 0;
  return result;
}

} // namespace

#endif // SPIKE_LIB_CHIPSIM_KERNELS_NEURONSIMPL_H
