// SPDX-License-Identifier: Apache-2.0
// spike-reassociate-attention: (A B) C or A (B C), whichever takes fewer multiply-adds.
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Dialect/Spike/Transforms/Reassociation.h"

namespace mlir::spike {

#define GEN_PASS_DEF_REASSOCIATEATTENTIONPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// Multiply-adds of one batch element, as f64: dimensions may be large.
double countMultiplyAdds(const ProductChain &chain, bool left) {
  double m = chain.a.rows(), k = chain.b.rows(), n = chain.b.columns(), p = chain.c.columns();
  return left ? m * k * n + m * n * p : k * n * p + m * k * p;
}

/// The order as it is stays where both cost the same.
bool isCheaperLeftFirst(const ProductChain &chain) {
  double left = countMultiplyAdds(chain, true), right = countMultiplyAdds(chain, false);
  return chain.leftFirst ? left <= right : left < right;
}

struct ReassociateAttentionPass : impl::ReassociateAttentionPassBase<ReassociateAttentionPass> {
  using ReassociateAttentionPassBase::ReassociateAttentionPassBase;

  void runOnOperation() override {
    SmallVector<MatmulOp> products;
    getOperation().walk([&](MatmulOp op) { products.push_back(op); });
    Reassociation reassociation(getOperation());
    for (MatmulOp op : products)
      reassociation.run(op, isCheaperLeftFirst);
  }
};

} // namespace
} // namespace mlir::spike
