// SPDX-License-Identifier: Apache-2.0
// spike.batch_norm: gain and shift in f64, rounded once (batch_norm_c3).
#include "Rules.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, BatchNormOp op) {
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  const Tensor &in = frame.get(op.getInput()), &mean = frame.get(op.getMean()), &var = frame.get(op.getVar());
  ArrayRef<int64_t> shape = in.getShape();
  int64_t channels = shape[op.getAxis()], inner = countElements(shape.drop_front(op.getAxis() + 1));
  SmallVector<float> gains, shifts;
  for (int64_t c = 0; c < channels; ++c) {
    double gamma = op.getGamma() ? frame.get(op.getGamma()).real(c) : 1.0;
    double beta = op.getBeta() ? frame.get(op.getBeta()).real(c) : 0.0;
    double gain = gamma / std::sqrt(static_cast<double>(var.real(c)) + op.getEps().convertToDouble());
    gains.push_back(static_cast<float>(gain));
    shifts.push_back(static_cast<float>(beta - static_cast<double>(mean.real(c)) * gain));
  }
  for (int64_t i = 0; i < in.size(); ++i) {
    int64_t c = (i / inner) % channels;
    float product = in.real(i) * gains[c];
    out->reals()[i] = product + shifts[c];
  }
  frame.set(op, *out);
  return success();
}
