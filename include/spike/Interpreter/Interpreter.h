// SPDX-License-Identifier: Apache-2.0
// The reference interpreter: the executable meaning of the spike dialect (docs/spec.md), obvious rather than fast.
#ifndef SPIKE_INTERPRETER_INTERPRETER_H
#define SPIKE_INTERPRETER_INTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Interpreter/Tensor.h"

namespace mlir::spike {

struct InterpreterOptions {
  /// Most bytes of tensors alive at one time.
  int64_t maxBytes = int64_t(4) << 30;
  /// Most multiply-adds and element updates in one run; zero is no limit.
  double maxWork = 0;
};

/// Runs a function of spike and check ops on one tensor per argument. Whatever is wrong (a value out of the range of
/// its type, a failing check, an op without a rule, a limit) is an error diagnostic of the op at fault.
FailureOr<SmallVector<Tensor>> interpret(func::FuncOp function, ArrayRef<Tensor> inputs,
                                         const InterpreterOptions &options = {});

} // namespace mlir::spike

#endif // SPIKE_INTERPRETER_INTERPRETER_H
