// SPDX-License-Identifier: Apache-2.0
// spike-fold-border: a border of batch norm's image of zero becomes zero padding before the convolution.
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Weights.h"
#include <cmath>

namespace mlir::spike {

#define GEN_PASS_DEF_FOLDBORDERPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// An image [..., C, H, W] with zeros around it, whose border was then overwritten by one number for each channel.
struct Border {
  PadOp pad;
  SmallVector<float> values; // per channel

  /// Reads the chain of selections that ends in `last`; nothing if it is not such a border, all of it.
  static std::optional<Border> match(MapOp last) {
    RankedTensorType type = last.getType();
    int64_t rank = type.getRank();
    if (rank < 3)
      return std::nullopt;
    int64_t channels = type.getDimSize(rank - 3), height = type.getDimSize(rank - 2), width = type.getDimSize(rank - 1);
    std::vector<bool> covered(height * width, false);
    Border border;
    Value value = last;
    for (auto select = last; select; select = value.getDefiningOp<MapOp>()) {
      if (select.getKind() != MapKind::select || (select != last && !select->hasOneUse()))
        return std::nullopt;
      std::optional<Weights> chosen = Weights::get(select.getInputs()[0]);
      std::optional<Weights> numbers = Weights::get(select.getInputs()[1]);
      if (!chosen || !numbers || !cover(covered, height, width, select.getInputs()[0], *chosen) ||
          !border.take(channels, select.getInputs()[1], *numbers))
        return std::nullopt;
      value = select.getInputs()[2];
    }
    border.pad = value.getDefiningOp<PadOp>();
    if (!border.pad || !border.pad->hasOneUse() || border.pad.getPadding().size() != 4)
      return std::nullopt;
    ArrayRef<int64_t> padding = border.pad.getPadding();
    for (int64_t h = 0; h < height; ++h)
      for (int64_t w = 0; w < width; ++w) {
        bool outside = h < padding[0] || h >= height - padding[1] || w < padding[2] || w >= width - padding[3];
        if (covered[h * width + w] != outside)
          return std::nullopt;
      }
    return border;
  }

private:
  /// Marks the places of an image that a selection takes.
  static bool cover(std::vector<bool> &covered, int64_t height, int64_t width, Value mask, const Weights &chosen) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(mask.getType()).getShape();
    int64_t rank = shape.size(), rows = rank > 1 ? shape[rank - 2] : 1, columns = shape.back();
    if (rows * columns != static_cast<int64_t>(chosen.size()))
      return false; // it depends on the channel or the sample
    for (int64_t h = 0; h < height; ++h)
      for (int64_t w = 0; w < width; ++w)
        if (chosen[(rows == 1 ? 0 : h) * columns + (columns == 1 ? 0 : w)] != 0.0f)
          covered[h * width + w] = true;
    return true;
  }

  /// One number for each channel, the same in every selection.
  bool take(int64_t channels, Value vector, const Weights &numbers) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(vector.getType()).getShape();
    bool perChannel = shape.size() >= 3 && shape[shape.size() - 3] == channels;
    if (static_cast<int64_t>(numbers.size()) != (perChannel ? channels : 1))
      return false;
    SmallVector<float> given(channels);
    for (int64_t c = 0; c < channels; ++c)
      given[c] = numbers[perChannel ? c : 0];
    if (!values.empty())
      return values == given;
    values = std::move(given);
    return true;
  }
};

/// Whether the border is what `norm` makes of zero, but for the rounding of the source's own f32 expression: a handful
/// of operations on `beta` and `mean * gain`.
bool isImageOfZero(BatchNormOp norm, ArrayRef<float> border) {
  std::optional<Weights> mean = Weights::get(norm.getMean()), var = Weights::get(norm.getVar());
  std::optional<Weights> gamma = Weights::get(norm.getGamma()), beta = Weights::get(norm.getBeta());
  if (!mean || !var || (norm.getGamma() && !gamma) || (norm.getBeta() && !beta))
    return false;
  for (size_t c = 0; c < border.size(); ++c) {
    double gain = (gamma ? (*gamma)[c] : 1.0) / std::sqrt((*var)[c] + norm.getEps().convertToDouble());
    double drop = (*mean)[c] * gain, shift = (beta ? (*beta)[c] : 0.0) - drop;
    double size = (beta ? std::abs((*beta)[c]) : 0.0) + std::abs(drop);
    if (!(std::abs(border[c] - shift) <= 8 * 0x1p-24 * size))
      return false;
  }
  return true;
}

// Pattern: border(batch_norm(conv(x)), batch_norm(0))  ->  batch_norm(conv(x) with more padding), for 1x1 kernels
struct FoldBorder : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    std::optional<Border> border = Border::match(op);
    if (!border)
      return rewriter.notifyMatchFailure(op, "expected a padded image with one number per channel all around");
    auto norm = border->pad.getInput().getDefiningOp<BatchNormOp>();
    if (!norm || !norm->hasOneUse() || static_cast<int64_t>(norm.getAxis()) != norm.getType().getRank() - 3)
      return rewriter.notifyMatchFailure(op, "expected a batch normalisation that nothing else reads");
    auto conv = norm.getInput().getDefiningOp<ConvOp>();
    if (!conv || !conv->hasOneUse() || conv.getBias() || conv.getLayout() != Layout::channels_first ||
        conv.getWeight().getType().getShape().drop_front(2) != ArrayRef<int64_t>{1, 1} ||
        llvm::any_of(conv.getStrides(), [](int64_t stride) { return stride != 1; }))
      return rewriter.notifyMatchFailure(op, "expected a 1x1 convolution of stride 1 without bias");
    if (!isImageOfZero(norm, border->values))
      return rewriter.notifyMatchFailure(op, "expected the border to be the normalisation of zero");
    SmallVector<int64_t> padding;
    for (auto [own, more] : llvm::zip_equal(conv.getPadding(), border->pad.getPadding()))
      padding.push_back(own + more);
    Value wider = ConvOp::create(rewriter, conv.getLoc(), op.getType(), conv.getInput(), conv.getWeight(), Value(),
                                 conv.getStrides(), padding, conv.getDilations(), conv.getGroups(), conv.getLayout());
    rewriter.replaceOpWithNewOp<BatchNormOp>(op, op.getType(), wider, norm.getMean(), norm.getVar(), norm.getGamma(),
                                             norm.getBeta(), norm.getEps(), norm.getAxis());
    return success();
  }
};

struct FoldBorderPass : impl::FoldBorderPassBase<FoldBorderPass> {
  using FoldBorderPassBase::FoldBorderPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldBorder>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::spike
