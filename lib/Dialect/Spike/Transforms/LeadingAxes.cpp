// SPDX-License-Identifier: Apache-2.0
// Ops that treat their first axis as a batch.
#include "LeadingAxes.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;

unsigned mlir::spike::getNumBatchedOperands(Operation *op) {
  if (op->getNumOperands() == 0 || op->getNumResults() != 1)
    return 0;
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || type.getRank() == 0)
    return 0;
  int64_t rank = type.getRank();
  return llvm::TypeSwitch<Operation *, unsigned>(op)
      .Case([&](LinearOp) { return rank > 1; })
      .Case([&](ConvOp conv) { return rank > conv.getSpatialRank() + 1; })
      .Case([&](PoolOp) { return rank > 3; })
      .Case([&](BatchNormOp norm) { return norm.getAxis() > 0; })
      .Case([&](ReduceOp reduce) { return reduce.getDims().front() > 0; })
      .Case([&](SliceOp slice) { return slice.getAxis() > 0; })
      .Case([&](TransposeOp transpose) { return transpose.getPermutation().front() == 0; })
      .Case<ScaleOp, QuantizeOp, CastOp>([](auto) { return 1; })
      .Case([&](MatmulOp) { return rank > 2 ? 2 : 0; })
      .Case<AddOp, MaskOp, MapOp>([](Operation *op) { return op->getNumOperands(); })
      .Case([](NeuronOp neuron) { return neuron.getModel().getStateNames().empty() && neuron.getSingleStep(); })
      .Case([](PadOp pad) { return pad.getFirstAxis() > 0; })
      .Default([](Operation *) { return 0; });
}

Value mlir::spike::cloneWithLeadingAxes(PatternRewriter &rewriter, Operation *op, ValueRange operands,
                                        ArrayRef<int64_t> leading) {
  Operation *copy = rewriter.clone(*op);
  copy->setOperands(0, operands.size(), operands);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> shape(leading);
  llvm::append_range(shape, type.getShape().drop_front());
  copy->getResult(0).setType(RankedTensorType::get(shape, type.getElementType()));

  int64_t shift = static_cast<int64_t>(leading.size()) - 1;
  auto shifted = [&](ArrayRef<int64_t> axes) {
    return llvm::map_to_vector(axes, [&](int64_t axis) { return axis + shift; });
  };
  if (auto norm = dyn_cast<BatchNormOp>(copy))
    norm.setAxis(norm.getAxis() + shift);
  else if (auto slice = dyn_cast<SliceOp>(copy))
    slice.setAxis(slice.getAxis() + shift);
  else if (auto reduce = dyn_cast<ReduceOp>(copy))
    reduce.setDims(shifted(reduce.getDims()));
  else if (auto transpose = dyn_cast<TransposeOp>(copy)) {
    SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, leading.size()));
    llvm::append_range(permutation, shifted(transpose.getPermutation().drop_front()));
    transpose.setPermutation(permutation);
  }
  return copy->getResult(0);
}
