// SPDX-License-Identifier: Apache-2.0
// spike.pool
#include "Rules.h"
#include "spike/Support/Window.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, PoolOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();

  int64_t first = op.getFirstSpatialAxis();
  ArrayRef<int64_t> shape = in.getShape(), outShape = out->getShape();
  auto axis = [&](unsigned i) {
    return WindowAxis{shape[first + i], op.getKernel()[i], op.getStrides()[i], op.getPadding()[2 * i],
                      op.getDilation(i)};
  };
  WindowAxis vertical = axis(0), horizontal = axis(1);
  // Everything before the image is outer, and what lies behind it (the channels, if last) is inner.
  int64_t outer = countElements(shape.take_front(first)), inner = countElements(shape.drop_front(first + 2));
  int64_t height = outShape[first], width = outShape[first + 1];
  for (int64_t n = 0; n < outer; ++n)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t c = 0; c < inner; ++c) {
          int64_t to = ((n * height + y) * width + x) * inner + c, taps = 0;
          float sum = 0.0f, largest = 0.0f;
          int64_t largestInteger = 0;
          for (int64_t kh = vertical.first(y); kh < vertical.end(y); ++kh)
            for (int64_t kw = horizontal.first(x); kw < horizontal.end(x); ++kw, ++taps) {
              int64_t row = vertical.position(y, kh), column = horizontal.position(x, kw);
              int64_t from = ((n * vertical.length + row) * horizontal.length + column) * inner + c;
              sum = sum + in.real(from);
              if (in.isReal())
                largest = taps ? maximum(largest, in.reals()[from]) : in.reals()[from];
              else
                largestInteger = taps ? std::max(largestInteger, in.integer(from)) : in.integer(from);
            }
          if (op.getKind() == PoolKind::avg)
            out->reals()[to] =
                sum / static_cast<float>(op.getCountIncludePad() ? vertical.kernel * horizontal.kernel : taps);
          else if (in.isReal())
            out->reals()[to] = largest;
          else
            out->integers()[to] = largestInteger;
        }
  frame.set(op, *out);
  return success();
}
