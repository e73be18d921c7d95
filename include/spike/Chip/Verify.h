// SPDX-License-Identifier: Apache-2.0
// Whether a network keeps the rules of docs/loihi.md, and fits a chip.
#ifndef SPIKE_CHIP_VERIFY_H
#define SPIKE_CHIP_VERIFY_H

#include "spike/Chip/Limits.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace spike::chip {

/// How much must be there: populations and projections; start times; cores with slices; cores at their places.
enum class Phase { unmapped, scheduled, partitioned, placed };

/// The first rule that a network breaks, and which part of it does.
struct Fault {
  enum class Part { network, program, population, projection, input, output, chip, core };
  Part part = Part::network;
  size_t index = 0;    ///< of the part, in its list
  std::string message; ///< names the part
};

/// Never crashes, whatever the network holds, and costs time and memory in proportion to it. A network without fault
/// has only indices, strides, windows and boxes that stay inside what they refer to, programs that end, and sums that
/// stay within 32 bits. With `limits` it also keeps what they say of numbers, features, counts and places. What slices
/// take of a core's memory and axons is not looked at: that is the mapping's account (UseModel).
std::optional<Fault> findFault(const Network &network, Phase phase = Phase::placed, const Limits *limits = nullptr);

/// The same as an error.
llvm::Error verifyNetwork(const Network &network, Phase phase = Phase::placed, const Limits *limits = nullptr);

/// Neurons of a population, at most.
constexpr int64_t kMaxNeurons = int64_t(1) << 31;
/// Chip steps that a population may take for a time step.
constexpr int32_t kMaxSubsteps = 1024;

} // namespace spike::chip

#endif // SPIKE_CHIP_VERIFY_H
