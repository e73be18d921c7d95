// SPDX-License-Identifier: Apache-2.0
// spike.cast: every value is kept, or is an error (cast_c2).
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, CastOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  for (int64_t i = 0; i < in.size(); ++i)
    if (failed(writeNumber(op, *out, i, in.number(i))))
      return failure();
  frame.set(op, *out);
  return success();
}
