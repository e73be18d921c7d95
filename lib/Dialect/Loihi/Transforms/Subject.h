// SPDX-License-Identifier: Apache-2.0
// What every pass of mapping works on.
#ifndef SPIKE_LIB_DIALECT_LOIHI_TRANSFORMS_SUBJECT_H
#define SPIKE_LIB_DIALECT_LOIHI_TRANSFORMS_SUBJECT_H

#include "spike/Chip/Verify.h"
#include "spike/Target/TargetModel.h"
#include "spike/Translation/LoihiNetwork.h"

namespace mlir::spike::loihi {

/// A network op, the structure that it stands for, and its target.
struct Subject {
  NetworkOp op;
  chip::Network network;
  chip::TargetModel target;
  const chip::Limits &limits() const { return target.limits(); }

  /// Reads an op that is in one of `phases` and keeps the rules of `required`; else a failure after an error at the op
  /// that does not.
  static FailureOr<Subject> read(NetworkOp op, ArrayRef<Phase> phases, chip::Phase required);

  /// Checks what has become of the network.
  LogicalResult verify(chip::Phase required) const;
  /// Emits an error of an algorithm at the op.
  LogicalResult fail(llvm::Error error);
};

/// A number of things, for a message.
std::string count(int64_t number, StringRef noun);

/// The rules that a mapped network must keep.
chip::Phase getRules(Phase phase);

} // namespace mlir::spike::loihi

#endif // SPIKE_LIB_DIALECT_LOIHI_TRANSFORMS_SUBJECT_H
