// SPDX-License-Identifier: Apache-2.0
// spike.decode: mean, count, first spike or last value over time.
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

/// Time of the first value that is not zero, or the number of steps.
static int64_t findFirst(const Tensor &in, int64_t i, int64_t steps, int64_t size) {
  int64_t t = 0;
  while (t < steps && in.number(t * size + i) == 0.0)
    ++t;
  return t;
}

LogicalResult mlir::spike::evaluate(Frame &frame, DecodeOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  int64_t steps = in.getShape().front(), size = out->size();
  for (int64_t i = 0; i < size; ++i) {
    if (op.getKind() == DecodeKind::last || op.getKind() == DecodeKind::first_spike) {
      double value = op.getKind() == DecodeKind::last ? in.number((steps - 1) * size + i)
                                                      : static_cast<double>(findFirst(in, i, steps, size));
      if (failed(writeNumber(op, *out, i, value)))
        return failure();
    } else if (out->isReal()) {
      float sum = 0.0f;
      for (int64_t t = 0; t < steps; ++t)
        sum = sum + in.real(t * size + i);
      out->reals()[i] = op.getKind() == DecodeKind::mean ? sum / static_cast<float>(steps) : sum;
    } else {
      Wide sum = 0;
      for (int64_t t = 0; t < steps; ++t)
        sum += in.integer(t * size + i);
      if (failed(writeInteger(op, *out, i, sum)))
        return failure();
    }
  }
  frame.set(op, *out);
  return success();
}
