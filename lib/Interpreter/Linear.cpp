// SPDX-License-Identifier: Apache-2.0
// spike.linear
#include "Contraction.h"
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, LinearOp op) {
  const Tensor &in = frame.get(op.getInput()), &weight = frame.get(op.getWeight());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  int64_t n = weight.getShape()[0], k = weight.getShape()[1];
  bool skipZeros = areFinite(weight.reals());
  const float *bias = op.getBias() ? frame.get(op.getBias()).reals().data() : nullptr;
  std::vector<Term> terms;
  for (int64_t row = 0; row < in.size() / k; ++row) {
    terms.clear();
    for (int64_t i = 0; i < k; ++i)
      if (float x = in.real(row * k + i); x != 0.0f || !skipZeros)
        terms.push_back({x, i});
    for (int64_t j = 0; j < n; ++j)
      out->reals()[row * n + j] =
          sumSynapses(terms, weight.reals().data() + j * k, bias ? bias + j : nullptr, op.getExact());
  }
  frame.set(op, *out);
  return success();
}
