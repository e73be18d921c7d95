// SPDX-License-Identifier: Apache-2.0
// spike.conv in both layouts; one spatial axis is a convolution over an image of height one.
#include "Contraction.h"
#include "Rules.h"
#include "spike/Support/Window.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Strides of an image [..., C, H, W] or [..., H, W, C].
struct ImageStrides {
  int64_t image, channel, row, column;

  ImageStrides(bool channelsLast, int64_t c, int64_t h, int64_t w)
      : image(c * h * w), channel(channelsLast ? 1 : h * w), row(channelsLast ? w * c : w),
        column(channelsLast ? c : 1) {}
  int64_t at(int64_t n, int64_t c, int64_t h, int64_t w) const {
    return n * image + c * channel + h * row + w * column;
  }
};

} // namespace

LogicalResult mlir::spike::evaluate(Frame &frame, ConvOp op) {
  const Tensor &in = frame.get(op.getInput()), &weight = frame.get(op.getWeight());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();

  bool flat = op.getSpatialRank() == 1, last = op.getLayout() == Layout::channels_last;
  ArrayRef<int64_t> spatial = op.getInput().getType().getShape().slice(op.getFirstSpatialAxis());
  ArrayRef<int64_t> outSpatial = op.getType().getShape().slice(op.getFirstSpatialAxis());
  ArrayRef<int64_t> filter = weight.getShape();
  auto axis = [&](unsigned i) {
    return WindowAxis{spatial[i], filter[2 + i], op.getStrides()[i], op.getPadding()[2 * i], op.getDilation(i)};
  };
  WindowAxis vertical = flat ? WindowAxis{1, 1, 1, 0, 1} : axis(0), horizontal = axis(flat ? 0 : 1);
  int64_t height = flat ? 1 : outSpatial[0], width = outSpatial[flat ? 0 : 1];
  int64_t channels = op.getInput().getType().getDimSize(op.getChannelAxis()), outChannels = filter[0];
  int64_t groups = op.getGroups(), perGroup = channels / groups, outPerGroup = outChannels / groups;
  ImageStrides from(last, channels, vertical.length, horizontal.length), to(last, outChannels, height, width);
  int64_t images = in.size() / from.image, filterSize = weight.size() / outChannels;
  bool skipZeros = areFinite(weight.reals());

  const float *bias = op.getBias() ? frame.get(op.getBias()).reals().data() : nullptr;
  std::vector<Term> terms;
  for (int64_t n = 0; n < images; ++n)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t g = 0; g < groups; ++g) {
          terms.clear();
          for (int64_t kh = vertical.first(y); kh < vertical.end(y); ++kh)
            for (int64_t kw = horizontal.first(x); kw < horizontal.end(x); ++kw)
              for (int64_t c = 0; c < perGroup; ++c) {
                float value =
                    in.real(from.at(n, g * perGroup + c, vertical.position(y, kh), horizontal.position(x, kw)));
                if (value != 0.0f || !skipZeros)
                  terms.push_back({value, (c * vertical.kernel + kh) * horizontal.kernel + kw});
              }
          for (int64_t o = g * outPerGroup; o < (g + 1) * outPerGroup; ++o)
            out->reals()[to.at(n, o, y, x)] =
                sumSynapses(terms, weight.reals().data() + o * filterSize, bias ? bias + o : nullptr, op.getExact());
        }
  frame.set(op, *out);
  return success();
}
