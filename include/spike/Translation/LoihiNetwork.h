// SPDX-License-Identifier: Apache-2.0
// Between the loihi dialect and the structure that mapping, image and simulator work on.
#ifndef SPIKE_TRANSLATION_LOIHINETWORK_H
#define SPIKE_TRANSLATION_LOIHINETWORK_H

#include "spike/Chip/Verify.h"
#include "spike/Dialect/Loihi/IR/Loihi.h"

namespace mlir::spike::loihi {
namespace chip = ::spike::chip;

/// The network of an op. Parts keep their order; programs get registers. An error is reported at the op that it is of.
FailureOr<chip::Network> toNetwork(NetworkOp op);

/// An op for a network, made where the builder stands. It is `unmapped` if there are no cores, else in `phase`. The
/// caller verifies the op, which is how an inconsistent network is found out; what no op can say is an error at `loc`.
FailureOr<NetworkOp> fromNetwork(OpBuilder &builder, Location loc, const chip::Network &network,
                                 Phase phase = Phase::routed);

/// Registers for the values of a program, sixteen at most.
FailureOr<chip::Program> assemble(ProgramOp op);

/// Values for the registers of a program; its jumps must nest, and registers written under a jump must not be read
/// behind it.
FailureOr<ProgramOp> disassemble(OpBuilder &builder, Location loc, const chip::Program &program);

/// The ops of a network, by the numbers that they have in the structure.
struct Parts {
  explicit Parts(NetworkOp network);

  SmallVector<ProgramOp> programs;
  SmallVector<PopulationOp> populations;
  SmallVector<ProjectionOp> projections;
  SmallVector<InputOp> inputs;
  SmallVector<OutputOp> outputs;
  SmallVector<ChipOp> chips;
  SmallVector<CoreOp> cores;

  /// Where the part stands that breaks a rule.
  Location getLoc(const chip::Fault &fault);

private:
  NetworkOp network;
};

/// Checks the rules of a phase, and those of a target if there are limits; an error stands at the part that breaks one.
LogicalResult verifyNetwork(NetworkOp op, const chip::Network &network, chip::Phase phase,
                            const chip::Limits *limits = nullptr);

/// Appends what `network` has more of than `op`, and takes over where populations start, where projections lead from,
/// and their delays: what scheduling changes.
LogicalResult updateSchedule(NetworkOp op, const chip::Network &network);

/// Replaces chips and cores by those of `network`, and the phase: what mapping changes.
LogicalResult updateCores(NetworkOp op, const chip::Network &network, Phase phase);

} // namespace mlir::spike::loihi

#endif // SPIKE_TRANSLATION_LOIHINETWORK_H
