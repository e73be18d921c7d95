// SPDX-License-Identifier: Apache-2.0
// The inner loops of the chip simulator. One table of functions per instruction set; all of them compute with integers
// that wrap, so they give the same bits.
#ifndef SPIKE_LIB_CHIPSIM_KERNELS_KERNELS_H
#define SPIKE_LIB_CHIPSIM_KERNELS_KERNELS_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// Neurons are updated in blocks of so many.
constexpr int64_t blockSize = 64;
/// Elements that may be read behind the last row of weights.
constexpr int64_t rowPadding = 64;

/// sums[i] += (sum over rows r of payload[r] * weights[rows[r] * stride + i]) << left >> right, for i in [0, width).
template <typename Weight>
struct RowSum {
  const Weight *weights;
  int64_t stride;
  const uint32_t *rows;
  const int32_t *payloads; ///< null: all are one
  int64_t count, width;
  int left, right; ///< one of them is zero
  int32_t *sums;
};

/// What a block did: one bit per neuron.
struct BlockResult {
  uint64_t sent = 0;  ///< fired, or sent a message
  uint64_t ran = 0;   ///< had something to do
  bool awake = false; ///< a state or an accumulator is not zero afterwards
};

/// Constants of one step of LIF neurons.
struct LifStep {
  int32_t keepU, keepV; ///< 4096 less the decay
  int32_t align, refractory;
  Conventions conventions;
};

/// One block of LIF neurons: its state, and the parameters of its neurons.
struct LifBlock {
  int32_t *accumulator, *u, *v;
  int32_t *refractory; ///< steps left; null if the population has no refractory period
  const int32_t *threshold, *bias;
  const int32_t *restless; ///< not zero where a neuron acts by itself; null if none does
};

/// One block of neurons that run a program. Words of one neuron lie `stride` apart.
struct ProgramBlock {
  const Instruction *code;
  int32_t length, registers;
  bool jumps;
  int32_t *accumulators, *states;
  int64_t stride;
  int32_t ports, numStates;
  const int32_t *const *params; ///< of the block's neurons
  const int32_t *restless;      ///< as of LifBlock
  int32_t *payloads;            ///< of the messages; zero where none was sent
};

struct Kernels {
  const char *name;
  void (*addRows8)(const RowSum<int8_t> &);
  void (*addRows16)(const RowSum<int16_t> &);
  BlockResult (*stepLif)(const LifStep &, const LifBlock &);
  BlockResult (*stepProgram)(const ProgramBlock &);
};

const Kernels &getBaselineKernels();
const Kernels &getAVX2Kernels();
const Kernels &getAVX512Kernels();

/// The kernels for this machine, or those that the environment variable SPIKE_CHIP_ISA names.
const Kernels &getKernels();

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_KERNELS_KERNELS_H
