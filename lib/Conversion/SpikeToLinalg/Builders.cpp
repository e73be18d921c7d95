// SPDX-License-Identifier: Apache-2.0
// Element conversions and loop construction for convert-spike-to-linalg.
#include "Builders.h"

using namespace mlir;
using namespace mlir::spike;

ArrayRef<int64_t> mlir::spike::shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
Type mlir::spike::elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

int64_t mlir::spike::product(ArrayRef<int64_t> values) {
  int64_t result = 1;
  for (int64_t value : values)
    result *= value;
  return result;
}

Type mlir::spike::getStorageElement(Type element) {
  std::optional<uint64_t> max = getMaxCount(element);
  if (!max)
    return element;
  return IntegerType::get(element.getContext(), *max <= 0xFF ? 8 : *max <= 0xFFFF ? 16 : 32);
}

RankedTensorType mlir::spike::getStorageType(RankedTensorType type) {
  return type.clone(getStorageElement(type.getElementType()));
}

AffineMap mlir::spike::selectLoops(MLIRContext *context, unsigned rank, ArrayRef<unsigned> dims) {
  SmallVector<AffineExpr> exprs;
  for (unsigned dim : dims)
    exprs.push_back(getAffineDimExpr(dim, context));
  return AffineMap::get(rank, 0, exprs, context);
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value LoopBuilder::constantF32(float value) { return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value)); }
Value LoopBuilder::constantI32(int32_t value) { return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(value)); }

Value LoopBuilder::toF32(Value scalar, Type element) {
  if (element.isF32())
    return scalar;
  if (getMaxCount(element))
    return arith::UIToFPOp::create(b, loc, b.getF32Type(), scalar);
  return arith::SIToFPOp::create(b, loc, b.getF32Type(), scalar);
}

Value LoopBuilder::toI32(Value scalar, Type element) {
  if (element.isF32())
    return arith::FPToSIOp::create(b, loc, b.getI32Type(), scalar);
  if (scalar.getType().isInteger(32))
    return scalar;
  if (getMaxCount(element))
    return arith::ExtUIOp::create(b, loc, b.getI32Type(), scalar);
  return arith::ExtSIOp::create(b, loc, b.getI32Type(), scalar);
}

Value LoopBuilder::fromF32(Value scalar, Type element) {
  if (element.isF32())
    return scalar;
  if (getMaxCount(element))
    return arith::FPToUIOp::create(b, loc, getStorageElement(element), scalar);
  return arith::FPToSIOp::create(b, loc, element, scalar);
}

Value LoopBuilder::fromI32(Value scalar, Type element) {
  if (element.isF32())
    return arith::SIToFPOp::create(b, loc, element, scalar);
  Type storage = getStorageElement(element);
  return storage.isInteger(32) ? scalar : arith::TruncIOp::create(b, loc, storage, scalar).getResult();
}

Value LoopBuilder::fromBool(Value truth, Type element) {
  if (element.isF32())
    return arith::UIToFPOp::create(b, loc, element, truth);
  return arith::ExtUIOp::create(b, loc, getStorageElement(element), truth);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value LoopBuilder::empty(ArrayRef<int64_t> shape, Type element) {
  return tensor::EmptyOp::create(b, loc, shape, element);
}

Value LoopBuilder::filled(ArrayRef<int64_t> shape, Value scalar) {
  return linalg::FillOp::create(b, loc, scalar, empty(shape, scalar.getType())).getResult(0);
}

Value LoopBuilder::reshape(Value tensor, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getShape() == shape)
    return tensor;
  auto allInOne = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups;
    if (rank)
      groups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(0, rank)));
    return groups;
  };
  Value flat = tensor;
  RankedTensorType flatType = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  if (type.getRank() == 0)
    flat = tensor::ExpandShapeOp::create(b, loc, flatType, tensor, ArrayRef<ReassociationIndices>{});
  else if (type.getRank() != 1)
    flat = tensor::CollapseShapeOp::create(b, loc, flatType, tensor, allInOne(type.getRank()));
  if (shape.size() == 1)
    return flat;
  auto result = RankedTensorType::get(shape, type.getElementType());
  if (shape.empty())
    return tensor::CollapseShapeOp::create(b, loc, result, flat, ArrayRef<ReassociationIndices>{});
  return tensor::ExpandShapeOp::create(b, loc, result, flat, allInOne(shape.size()));
}

Value LoopBuilder::transpose(Value tensor, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(shapeOf(tensor)[axis]);
  return linalg::TransposeOp::create(b, loc, tensor, empty(shape, elementOf(tensor)), permutation).getResult()[0];
}

Value LoopBuilder::pad(Value tensor, ArrayRef<int64_t> low, ArrayRef<int64_t> high, Value scalar) {
  if (llvm::all_of(low, [](int64_t p) { return p == 0; }) && llvm::all_of(high, [](int64_t p) { return p == 0; }))
    return tensor;
  SmallVector<int64_t> shape(shapeOf(tensor));
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (auto [i, size] : llvm::enumerate(shape)) {
    offsets.push_back(b.getIndexAttr(low[i]));
    sizes.push_back(b.getIndexAttr(size));
    strides.push_back(b.getIndexAttr(1));
    size += low[i] + high[i];
  }
  return tensor::InsertSliceOp::create(b, loc, tensor, filled(shape, scalar), offsets, sizes, strides);
}

SmallVector<Value> LoopBuilder::generic(ValueRange inputs, ValueRange inits, ArrayRef<AffineMap> maps,
                                        ArrayRef<bool> reductions, Body body) {
  SmallVector<utils::IteratorType> iterators;
  for (bool reduction : reductions)
    iterators.push_back(reduction ? utils::IteratorType::reduction : utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(b, loc, inits.getTypes(), inputs, inits, maps, iterators,
                                      [&](OpBuilder &nested, Location nestedLoc, ValueRange scalars) {
                                        LoopBuilder inner(nested, nestedLoc);
                                        linalg::YieldOp::create(nested, nestedLoc, body(inner, scalars));
                                      });
  return SmallVector<Value>(op.getResults());
}

Value LoopBuilder::elementwise(ValueRange inputs, ArrayRef<int64_t> shape, Type element, Body body) {
  MLIRContext *context = b.getContext();
  SmallVector<int64_t> loops(shape);
  SmallVector<Value> operands(inputs);
  // One long loop where nothing is stretched.
  if (llvm::all_of(inputs, [&](Value input) { return shapeOf(input) == shape; })) {
    loops = {product(shape)};
    for (Value &operand : operands)
      operand = reshape(operand, loops);
  }
  unsigned rank = loops.size();
  SmallVector<AffineMap> maps;
  for (Value operand : operands) {
    ArrayRef<int64_t> operandShape = shapeOf(operand);
    SmallVector<AffineExpr> exprs;
    unsigned offset = rank - operandShape.size();
    for (auto [i, size] : llvm::enumerate(operandShape))
      exprs.push_back(size == 1 && loops[offset + i] != 1 ? getAffineConstantExpr(0, context)
                                                          : getAffineDimExpr(offset + i, context));
    maps.push_back(AffineMap::get(rank, 0, exprs, context));
  }
  maps.push_back(AffineMap::getMultiDimIdentityMap(rank, context));
  Value result = generic(operands, empty(loops, element), maps, SmallVector<bool>(rank, false),
                         [&](LoopBuilder &inner, ValueRange scalars) { return body(inner, scalars.drop_back()); })[0];
  return reshape(result, shape);
}

Value LoopBuilder::castElements(Value tensor, Type from, Type to) {
  if (from == to || (getStorageElement(from) == getStorageElement(to) && getMaxCount(from) && getMaxCount(to)))
    return tensor;
  return elementwise(tensor, shapeOf(tensor), getStorageElement(to),
                     [&](LoopBuilder &inner, ValueRange scalars) -> SmallVector<Value> {
                       if (from.isF32() || to.isF32())
                         return {inner.fromF32(inner.toF32(scalars[0], from), to)};
                       return {inner.fromI32(inner.toI32(scalars[0], from), to)};
                     });
}
