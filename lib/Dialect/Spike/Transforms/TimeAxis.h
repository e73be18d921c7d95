// SPDX-License-Identifier: Apache-2.0
// Ops on one time step, done on all of them. Shared by spike-lift-time and spike-roll-time.
#ifndef SPIKE_LIB_TRANSFORMS_TIMEAXIS_H
#define SPIKE_LIB_TRANSFORMS_TIMEAXIS_H

#include "mlir/IR/Builders.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// `type` behind a leading axis of `size`.
RankedTensorType withLeadingAxis(RankedTensorType type, int64_t size);

/// Whether addTimeAxis knows `op`; if so, `numOperands` of its operands, from the first on, may carry time: the others
/// are weights and parameters.
bool canAddTimeAxis(Operation *op, unsigned &numOperands);

/// Gives `op`, whose operands have a leading axis of `steps` where `hasTime` says so, that axis: its results get it,
/// and the op's axis numbers move by one. Returns the value that stands for its first result, which is another one
/// where the op's own result needs a transpose behind it. Fails with an error at an op that canAddTimeAxis does not
/// know.
FailureOr<Value> addTimeAxis(OpBuilder &builder, Operation *op, int64_t steps, function_ref<bool(Value)> hasTime);

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_TIMEAXIS_H
