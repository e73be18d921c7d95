// SPDX-License-Identifier: Apache-2.0
// spike.matmul
#include "Contraction.h"
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, MatmulOp op) {
  const Tensor &a = frame.get(op.getLhs()), &b = frame.get(op.getRhs());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  FailureOr<Tensor> realB = out->isReal() ? frame.getReal(op, op.getRhs()) : FailureOr<Tensor>(b);
  if (failed(realB))
    return failure();

  int64_t rank = a.getShape().size(), m = out->getShape()[rank - 2], n = out->getShape()[rank - 1];
  int64_t k = a.getShape()[op.getTransposeLhs() ? rank - 2 : rank - 1], batches = out->size() / (m * n);
  int64_t rowA = op.getTransposeLhs() ? 1 : k, columnA = op.getTransposeLhs() ? m : 1;
  int64_t rowB = op.getTransposeRhs() ? 1 : n, columnB = op.getTransposeRhs() ? k : 1;
  bool skipZeros = !out->isReal() || areFinite(realB->reals());

  std::vector<Term> terms;
  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t i = 0; i < m; ++i) {
      const int64_t startA = batch * m * k + i * rowA, startB = batch * k * n, startOut = (batch * m + i) * n;
      if (!out->isReal()) {
        for (int64_t j = 0; j < n; ++j) {
          Wide sum = 0;
          for (int64_t l = 0; l < k; ++l)
            sum += Wide(a.integer(startA + l * columnA)) * b.integer(startB + l * rowB + j * columnB);
          if (failed(writeInteger(op, *out, startOut + j, sum)))
            return failure();
        }
        continue;
      }
      terms.clear();
      for (int64_t l = 0; l < k; ++l)
        if (float value = a.real(startA + l * columnA); value != 0.0f || !skipZeros)
          terms.push_back({value, l * rowB});
      for (int64_t j = 0; j < n; ++j)
        out->reals()[startOut + j] = sumProducts(terms, realB->reals().data() + startB + j * columnB);
    }
  frame.set(op, *out);
  return success();
}
