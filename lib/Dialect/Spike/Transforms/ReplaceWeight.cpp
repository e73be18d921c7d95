// SPDX-License-Identifier: Apache-2.0
// Replacement of constant weights.
#include "ReplaceWeight.h"

#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

void mlir::spike::replaceWeight(OpOperand &use, ArrayRef<float> values, StringRef suffix) {
  auto old = use.get().getDefiningOp<ConstantOp>();
  auto type = cast<RankedTensorType>(old.getType());
  std::optional<Weights> weights = Weights::get(old.getValue());
  std::string stem = !weights || weights->key().empty() ? "weight" : weights->key().str();
  OpBuilder builder(use.getOwner());
  use.set(ConstantOp::create(builder, old.getLoc(), type, makeWeights(type, values, stem + suffix.str())));
  if (old->use_empty())
    old->erase();
}
