// SPDX-License-Identifier: Apache-2.0
// Products of two activations: a neuron for each pair, which is a coincidence where both are spikes, else a product; or
// one for each element of the result, to which pairs come one after the other.
#include "Converter.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// What a gate of these two factors is called.
static StringRef suffixOf(const Part &lhs, const Part &rhs) {
  return lhs.range.isSpike() && rhs.range.isSpike() ? "_and" : "_product";
}

LogicalResult Converter::visit(MaskOp op) {
  FailureOr<Part> left = readMessages(op, op.getLhs());
  FailureOr<Part> right = failed(left) ? left : readMessages(op, op.getRhs());
  if (failed(right))
    return failure();
  Signal lhs{{*left}}, rhs{{*right}};
  stretchOperands(lhs, rhs, op.getType().getShape());
  // The side that is not stretched gives the order of the neurons.
  const Part *first = &lhs.parts.front(), *second = &rhs.parts.front();
  if (countBroadcasts(first->axes) > countBroadcasts(second->axes))
    std::swap(first, second);
  FailureOr<Part> product = multiply(op, *first, *second, layerOf(op) + suffixOf(*first, *second));
  if (failed(product))
    return failure();
  return define(op.getResult(), Signal(*product, get(op.getLhs()).lastStep || get(op.getRhs()).lastStep));
}

int64_t Converter::countBroadcasts(const Axes &axes) {
  return llvm::count_if(axes.atoms(), [](const Atom &atom) { return atom.place == 0; });
}

LogicalResult Converter::visit(MatmulOp op) {
  FailureOr<Part> left = readMessages(op, op.getLhs());
  FailureOr<Part> right = failed(left) ? left : readMessages(op, op.getRhs());
  if (failed(right))
    return failure();
  Part lhs = *left, rhs = *right;
  size_t rank = lhs.axes.list.size();
  if (op.getTransposeLhs())
    std::swap(lhs.axes.list[rank - 1], lhs.axes.list[rank - 2]);
  if (op.getTransposeRhs())
    std::swap(rhs.axes.list[rank - 1], rhs.axes.list[rank - 2]);
  for (const Part *part : {&lhs, &rhs})
    if (llvm::any_of(ArrayRef(part->axes.list).take_back(2),
                     [](const Axis &axis) { return llvm::any_of(axis, [](const Atom &atom) { return atom.time; }); }))
      return refuse(op) << "multiplies along the time axis; time must stay the leading axis";
  FailureOr<bool> serial = makeSerial(op, lhs, rhs);
  if (failed(serial))
    return failure();

  // Pairs [..., m, k, n]: the left side repeats over n, the right one over m.
  auto stretched = [](const Axis &axis) { return Axes::size(axis) == 1 ? Axis() : Axis{Atom{Axes::size(axis)}}; };
  Axis m = lhs.axes.list[rank - 2], n = rhs.axes.list[rank - 1];
  lhs.axes.list.push_back(stretched(n));
  rhs.axes.list.insert(rhs.axes.list.end() - 2, stretched(m));
  // One side may be constant over time, or over a leading axis.
  Signal lhsSignal(lhs), rhsSignal(rhs);
  SmallVector<int64_t> shape = lhs.axes.shape();
  stretchOperands(lhsSignal, rhsSignal, shape);
  lhs = lhsSignal.parts.front();
  rhs = rhsSignal.parts.front();

  FailureOr<Part> pairs = *serial ? accumulate(op, lhs, rhs, layerOf(op) + "_sum")
                                  : multiply(op, lhs, rhs, layerOf(op) + suffixOf(lhs, rhs));
  if (failed(pairs))
    return failure();
  Part sum = *pairs;
  for (const Atom &atom : sum.axes.list[rank - 1]) {
    sum.sums.push_back({atom.size, atom.place});
    sum.range = sum.range.times(atom.size);
  }
  sum.axes.list.erase(sum.axes.list.begin() + (rank - 1));
  return define(op.getResult(), Signal(sum, get(op.getLhs()).lastStep || get(op.getRhs()).lastStep));
}
