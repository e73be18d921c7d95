// SPDX-License-Identifier: Apache-2.0
// spike.constant
#include "Rules.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, ConstantOp op) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue())) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return op.emitOpError() << "resource '" << resource.getRawHandle().getKey() << "' has no data";
    FailureOr<Tensor> out = frame.allocate(op, op.getType());
    if (failed(out))
      return failure();
    if (llvm::Error error = out->copyFrom(blob->getData()))
      return op.emitOpError() << llvm::toString(std::move(error));
    frame.set(op, *out);
    return success();
  }
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  auto dense = cast<DenseElementsAttr>(op.getValue());
  if (out->isReal()) {
    for (auto [to, from] : llvm::zip_equal(out->reals(), dense.getValues<APFloat>()))
      to = from.convertToFloat();
  } else {
    bool isSpike = op.getType().getElementType().isInteger(1);
    for (auto [to, from] : llvm::zip_equal(out->integers(), dense.getValues<APInt>()))
      to = isSpike ? from.getZExtValue() : from.getSExtValue();
  }
  frame.set(op, *out);
  return success();
}
