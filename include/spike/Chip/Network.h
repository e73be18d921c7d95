// SPDX-License-Identifier: Apache-2.0
// A network as a chip holds it: populations of neurons, projections between them, and the cores they lie on. One
// structure for mapping, image and simulator; plain C++, no MLIR and no LLVM. docs/loihi.md gives the meaning of every
// field, and the equations.
#ifndef SPIKE_CHIP_NETWORK_H
#define SPIKE_CHIP_NETWORK_H

#include <cstdint>
#include <string>
#include <vector>

namespace spike::chip {

/// Where public emulators of the chip differ (docs/loihi.md, "Conventions").
struct Conventions {
  bool shiftBeforeSum = true;     ///< a negative weight exponent shifts each weight (else the sum)
  bool wrapInput = false;         ///< the aligned synaptic sum is wrapped to 22 bits
  bool lavaCurrentWrap = false;   ///< u wraps as in Lava: only beyond +-2^23, and -2^23 becomes +2^23
  bool wrapBiasedCurrent = false; ///< u + bias is wrapped to 24 bits before the decayed v is added
  bool operator==(const Conventions &o) const {
    return shiftBeforeSum == o.shiftBeforeSum && wrapInput == o.wrapInput && lavaCurrentWrap == o.lavaCurrentWrap &&
           wrapBiasedCurrent == o.wrapBiasedCurrent;
  }
};

/// One loop of a nest over neurons: `size` steps of `stride` neurons.
struct Dim {
  int64_t size = 1, stride = 0;
};

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

/// Opcodes of a neuron program: those of Intel's published list.
enum class Opcode : uint8_t {
  rdc,     ///< rd = accumulator of port `imm`, which is then cleared
  ld,      ///< rd = state word `imm` (the read of RMW)
  st,      ///< state word `imm` = ra (the write of RMW)
  par,     ///< rd = parameter `imm` of the neuron
  mov,     ///< rd = ra
  movi,    ///< rd = imm
  sel,     ///< rd = condition ? ra : rb
  and_,    ///< rd = ra & rb
  or_,     ///< rd = ra | rb
  shl,     ///< rd = ra << imm (0..23)
  add,     ///< rd = ra + rb
  neg,     ///< rd = -ra
  min,     ///< rd = min(ra, rb)
  mul_shr, ///< rd = ra * rb / 2^imm, rounded toward zero (imm 0..31)
  lt,      ///< condition = ra < rb
  ge,      ///< condition = ra >= rb
  eq,      ///< condition = ra == rb
  skp_c,   ///< skip the next instruction if the condition holds
  jmp_c,   ///< go on at instruction `imm`, which lies ahead, if the condition holds
  spike,   ///< send a message with payload ra, if that is not zero
  probe,   ///< no effect; a place to look at ra
};

struct Instruction {
  Opcode op = Opcode::mov;
  uint8_t rd = 0, ra = 0, rb = 0; ///< registers 0 to 15
  int32_t imm = 0;
};

/// Straight-line or forward-jumping code that runs once per neuron and step. Registers are signed 24-bit numbers, start
/// at zero, and wrap in two's complement; so do state words.
struct Program {
  std::string name;
  int32_t ports = 1, states = 0, params = 0;
  std::vector<Instruction> code;
};

/// CUBA LIF in fixed point.
struct Lif {
  int32_t du = 4095, dv = 0;            ///< decays, 0..4095
  int32_t duOffset = 1, dvOffset = 0;   ///< added to the decays before use
  int32_t align = 6;                    ///< bits by which synaptic sum and threshold are shifted left
  int32_t refractory = 0;               ///< steps in which v stays 0 after a spike, 0..63
  std::vector<int32_t> threshold = {1}; ///< mantissa; one value, or one per channel
  std::vector<int32_t> biasMantissa;    ///< none, one value, or one per channel
  std::vector<int32_t> biasExponent;    ///< none, one value, or one per channel
};

enum class NeuronKind : uint8_t { input, lif, program };

/// Neurons of one kind. Neuron `n` of a population with C channels has position n / C and channel n % C.
struct Population {
  std::string name;           ///< unique, an identifier
  std::string path;           ///< module of the source model; empty for neurons that the mapping added
  std::vector<int64_t> shape; ///< row-major; the last axis are channels, all others positions
  NeuronKind kind = NeuronKind::lif;
  Lif lif;
  int32_t program = -1;                     ///< index into Network::programs
  std::vector<std::vector<int32_t>> params; ///< of the program: each one value, or one per channel
  int32_t payloadBits = 1;                  ///< 1: spikes; else graded, signed
  int32_t start = 0;                        ///< first chip step of time step 0
  int32_t substeps = 1;                     ///< chip steps in a row that each time step takes
  double rate = -1;                         ///< expected messages per neuron and time step; negative: not known
  std::vector<Dim> tensor; ///< the layer's tensor in the spike dialect, row-major: neuron of each element
  int64_t channels() const { return shape.empty() ? 1 : shape.back(); }
  int64_t size() const {
    int64_t n = 1;
    for (int64_t s : shape)
      n *= s;
    return n;
  }
  int64_t positions() const { return size() / channels(); }
};

//===----------------------------------------------------------------------===//
// Synapses
//===----------------------------------------------------------------------===//

enum class Encoding : uint8_t {
  dense,   ///< each position: weights[O, I], from the view's channels to the target's
  conv,    ///< weights[O, I / groups, KH, KW] over the view's positions, an image of inH x inW
  strided, ///< one weight; the pairs that the nest of `loops` visits
  sparse   ///< pairs of positions with one weight each, channel to channel of the same number
};
enum class SignMode : uint8_t { mixed, excitatory, inhibitory };

struct Window {
  int64_t inH = 1, inW = 1, outH = 1, outW = 1, kH = 1, kW = 1, strideH = 1, strideW = 1, padH = 0, padW = 0, dilH = 1,
          dilW = 1, groups = 1;
};

/// One loop of a strided projection: the source moves by `source`, the target by `target` neurons.
struct PairDim {
  int64_t size = 1, source = 0, target = 0;
};

/// Synapses of a sparse projection, sorted by source, then target position.
struct Entry {
  int32_t source = 0, target = 0;
  int16_t weight = 0;
};

struct Projection {
  std::string name; ///< unique, an identifier
  int32_t source = 0, target = 0, port = 0;
  int32_t delay = 0;   ///< steps, 0..63, beyond the one that every synapse takes
  int32_t substep = 0; ///< of the target, in which it integrates what the source sends in its last
  Encoding encoding = Encoding::dense;

  /// Of dense, conv and sparse: which source neuron stands at each position and channel. Position p and channel c are
  /// running numbers of the two nests; the neuron is viewOffset plus what both add up.
  int64_t viewOffset = 0;
  std::vector<Dim> viewPositions, viewChannels;

  Window window;                              ///< of conv
  std::vector<PairDim> loops;                 ///< of strided
  int64_t sourceOffset = 0, targetOffset = 0; ///< of strided

  /// A stored weight m counts m << (8 - weightBits + (mixed ? 1 : 0)), then << exponent, or >> -exponent (Conventions).
  int32_t weightBits = 8;
  SignMode sign = SignMode::mixed;
  int32_t exponent = 0;
  bool graded = false;          ///< the payload of a message multiplies the weight; else every message counts once
  std::vector<int16_t> weights; ///< m of dense, conv, and one of strided
  std::vector<Entry> entries;   ///< of sparse
};

//===----------------------------------------------------------------------===//
// Host, cores
//===----------------------------------------------------------------------===//

/// What the host sends. The value of element i at time step t becomes the payload of the message of neuron
/// `population.tensor` maps it to: clamp(round_half_even(x * scale), low, high), NaN being 0; zero sends nothing. The
/// scale and the product are rounded to f32, as those of spike.quantize are.
struct Input {
  std::string name;
  int32_t population = 0;
  double scale = 1;
  int32_t low = 0, high = 1;
  bool everyStep = true;      ///< one array serves all time steps; else it has a leading time axis
  std::vector<int64_t> shape; ///< of the array, without time
  int32_t pass = 0;           ///< of the inference, in which it is sent
};

/// What the host reads: payloads of the messages of a population at each time step, or at the last one only; the value
/// is payload * scale + offset (one offset, or one per element). The product is formed in f64; it and the sum are
/// rounded to f32. So a scale of 1 / s gives what a division by an f32 s gives in f32.
struct Output {
  std::string name;
  int32_t population = 0;
  bool lastStep = false;
  double scale = 1;
  std::vector<float> offset;
  std::vector<int64_t> shape; ///< of the array, without time
  int32_t pass = 0;           ///< of the inference, in which it is read
};

/// A box of a population: positions [p0, p1), channels [c0, c1).
struct Slice {
  int32_t population = 0;
  int64_t p0 = 0, p1 = 0, c0 = 0, c1 = 0;
  int64_t size() const { return (p1 - p0) * (c1 - c0); }
};

/// A neurocore and what lies on it. `x` and `y` count cores of the chip's mesh. Slices of all cores together cover
/// every population but inputs exactly once.
struct Core {
  int32_t chip = 0, x = 0, y = 0;
  std::vector<Slice> slices;
};

/// Where chips lie to each other.
struct Chip {
  int32_t x = 0, y = 0;
};

/// How the chips of a board are linked: as one mesh, as a mesh whose ends meet, or in groups.
struct Interconnect {
  enum Kind : uint8_t { mesh, torus, hierarchical } kind = mesh;
  int32_t chipsPerGroup = 0; ///< hierarchical: chips that follow each other, a mesh, of which the first is the gateway
  bool operator==(const Interconnect &o) const { return kind == o.kind && chipsPerGroup == o.chipsPerGroup; }
};

/// "mesh", "torus" or "groups of 4".
inline std::string getName(const Interconnect &links) {
  if (links.kind == Interconnect::hierarchical)
    return "groups of " + std::to_string(links.chipsPerGroup);
  return links.kind == Interconnect::torus ? "torus" : "mesh";
}

struct Network {
  std::string name, target;
  Conventions conventions;
  int32_t timeSteps = 1;
  std::vector<Program> programs;
  std::vector<Population> populations;
  std::vector<Projection> projections;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  Interconnect interconnect;     ///< of the chips; their places are in `chips`
  std::vector<std::string> host; ///< layers of the source model that the host computes between passes
  std::vector<Chip> chips;
  std::vector<Core> cores;
  /// Chip steps from one time step to the next: the most that a population takes for one.
  int32_t period() const {
    int32_t most = 1;
    for (const Population &population : populations)
      most = population.substeps > most ? population.substeps : most;
    return most;
  }
  /// Chip steps of one inference.
  int64_t chipSteps() const {
    int64_t last = 1;
    for (const Population &population : populations) {
      int64_t end = int64_t(population.start) + population.substeps;
      last = end > last ? end : last;
    }
    return last + int64_t(timeSteps - 1) * period();
  }
};

} // namespace spike::chip

#endif // SPIKE_CHIP_NETWORK_H
