// SPDX-License-Identifier: Apache-2.0
// Maximum pooling: of spikes an OR, of numbers a tree of two-sided maximum neurons along columns, then rows.
#include "Converter.h"
#include "spike/Support/Window.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

namespace {

/// An image of messages: pixels and channels of a population.
struct Image {
  Part messages;
  int64_t height = 1, width = 1;
  SmallVector<chip::Dim> pixels, channels;
};

/// The pixel that each pixel of a new image reads.
using PixelMap = std::vector<int32_t>;

std::vector<chip::Dim> toDims(ArrayRef<chip::Dim> loops) {
  std::vector<chip::Dim> dims(loops.begin(), loops.end());
  joinDims(dims);
  return dims;
}

int64_t countChannels(const Image &image) {
  int64_t channels = 1;
  for (const chip::Dim &dim : image.channels)
    channels *= dim.size;
  return channels;
}

/// Row-major over pixels, channels last.
Image makeImage(int64_t height, int64_t width, int64_t channels) {
  Image image;
  image.height = height;
  image.width = width;
  image.pixels = {{height * width, channels}};
  image.channels = {{channels, 1}};
  return image;
}

/// Pixels of an axis that output `o` reads at tap `k`, which is moved to the nearest tap inside the image: a maximum
/// does not mind a tap that comes twice.
int64_t readTap(const WindowAxis &axis, int64_t o, int64_t k) {
  return axis.position(o, std::clamp(k, axis.first(o), axis.end(o) - 1));
}

} // namespace

namespace mlir::spike::onchip {

/// Adds the populations of one pool.
class PoolBuilder {
public:
  PoolBuilder(Converter &converter, NetworkBuilder &builder, PoolOp op)
      : converter(converter), builder(builder), op(op), spatial(op.getFirstSpatialAxis()), name(converter.layerOf(op)) {
  }

  /// The maximum over the taps of one axis; `columns` or rows.
  FailureOr<Image> reduceAxis(const Image &image, const WindowAxis &axis, int64_t outLength, bool columns) {
    std::vector<std::pair<Image, PixelMap>> level;
    int64_t height = columns ? image.height : outLength, width = columns ? outLength : image.width;
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      PixelMap map;
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          map.push_back(columns ? y * image.width + readTap(axis, x, tap) : readTap(axis, y, tap) * image.width + x);
      level.push_back({image, std::move(map)});
    }
    if (level.size() == 1)
      level.push_back(level.front());
    while (level.size() > 1) {
      std::vector<std::pair<Image, PixelMap>> next;
      for (size_t i = 0; i + 1 < level.size(); i += 2) {
        FailureOr<Image> larger = addLarger(level[i], level[i + 1], height, width, columns ? "_columns" : "_rows");
        if (failed(larger))
          return failure();
        PixelMap identity(height * width);
        std::iota(identity.begin(), identity.end(), 0);
        next.push_back({*larger, std::move(identity)});
      }
      if (level.size() % 2)
        next.push_back(level.back());
      level = std::move(next);
    }
    return level.front().first;
  }

  /// 1 where any tap is: spikes.
  FailureOr<Image> addAny(const Image &image, const chip::Window &window) {
    int64_t channels = countChannels(image), taps = window.kH * window.kW;
    double rate = builder.rateOf(image.messages);
    FailureOr<Image> result =
        addPopulation(Converter::Gate::any, window.outH, window.outW, channels, image.messages.range,
                      rate < 0 ? -1 : 1 - std::pow(1 - std::min(rate, 1.0), static_cast<double>(taps)), "_any");
    if (failed(result))
      return failure();
    chip::Projection &projection =
        connect(image, result->messages.source, 0, chip::Encoding::conv, Converter::kAnyWeight);
    projection.window = window;
    projection.window.groups = channels;
    projection.weights.assign(channels * taps, projection.weights.front());
    return result;
  }

  Image readImage(const Part &messages) const {
    Image image;
    image.messages = messages;
    for (auto [i, axis] : llvm::enumerate(messages.axes.list))
      for (const Atom &atom : axis)
        if (!atom.time)
          (isSpatial(i) ? image.pixels : image.channels).push_back({atom.size, atom.place});
    image.height = Axes::size(messages.axes.list[spatial]);
    image.width = Axes::size(messages.axes.list[spatial + 1]);
    return image;
  }

  /// The elements of the result.
  Part writeImage(const Image &image, const Axes &inputAxes) const {
    Part part = image.messages;
    part.axes = inputAxes;
    part.axes.place = 0;
    int64_t stride = 1, channels = countChannels(image);
    for (size_t i = part.axes.list.size(); i-- > 0;)
      if (!isSpatial(i))
        for (Atom &atom : llvm::reverse(part.axes.list[i])) {
          if (atom.time)
            continue;
          atom.place = stride;
          stride *= atom.size;
        }
    part.axes.list[spatial] = Axes::axis(image.height, image.width * channels);
    part.axes.list[spatial + 1] = Axes::axis(image.width, channels);
    return part;
  }

private:
  bool isSpatial(int64_t axis) const { return axis == spatial || axis == spatial + 1; }

  FailureOr<Image> addPopulation(Converter::Gate gate, int64_t height, int64_t width, int64_t channels, Interval range,
                                 double rate, StringRef suffix) {
    int64_t shape[] = {height, width, channels};
    Axes axes = Axes::rowMajor(shape);
    Numbering numbering = Numbering::rowMajor(axes, 2);
    FailureOr<int32_t> population = converter.addGate(op, gate, name + suffix, numbering, range, rate);
    if (failed(population))
      return failure();
    Image image = makeImage(height, width, channels);
    image.messages = builder.read(*population, numbering);
    return image;
  }

  FailureOr<Image> addLarger(const std::pair<Image, PixelMap> &a, const std::pair<Image, PixelMap> &b, int64_t height,
                             int64_t width, StringRef suffix) {
    double rates[] = {builder.rateOf(a.first.messages), builder.rateOf(b.first.messages)};
    double rate = rates[0] < 0 || rates[1] < 0 ? -1 : 1 - (1 - std::min(rates[0], 1.0)) * (1 - std::min(rates[1], 1.0));
    FailureOr<Image> result = addPopulation(Converter::Gate::larger, height, width, countChannels(a.first),
                                            a.first.messages.range, rate, suffix);
    if (failed(result))
      return failure();
    int32_t port = 0;
    for (const auto *side : {&a, &b}) {
      chip::Projection &projection = connect(side->first, result->messages.source, port++, chip::Encoding::sparse, 1);
      int16_t weight = projection.weights.front();
      projection.weights.clear();
      for (auto [target, source] : llvm::enumerate(side->second))
        projection.entries.push_back({source, static_cast<int32_t>(target), weight});
      llvm::sort(projection.entries, [](const chip::Entry &x, const chip::Entry &y) {
        return std::pair(x.source, x.target) < std::pair(y.source, y.target);
      });
    }
    return result;
  }

  chip::Projection &connect(const Image &image, int32_t target, int32_t port, chip::Encoding encoding, int64_t weight) {
    chip::Projection &projection = builder.addProjection(image.messages.source, target, port, encoding);
    projection.viewOffset = image.messages.axes.place;
    projection.viewPositions = toDims(image.pixels);
    projection.viewChannels = toDims(image.channels);
    projection.weights.resize(1);
    builder.setWeight(projection, weight, projection.weights.front());
    return projection;
  }

  Converter &converter;
  NetworkBuilder &builder;
  PoolOp op;
  int64_t spatial;
  std::string name;
};

} // namespace mlir::spike::onchip

LogicalResult Converter::visit(PoolOp op) {
  if (op.getKind() != PoolKind::max)
    return refuse(op) << "takes a mean, which spike-quantize turns into a convolution; run it first";
  FailureOr<Part> input = readMessages(op, op.getInput());
  if (failed(input))
    return failure();
  PoolBuilder pool(*this, builder, op);
  Image image = pool.readImage(*input);
  ArrayRef<int64_t> out = op.getType().getShape();
  int64_t spatial = op.getFirstSpatialAxis();
  auto axis = [&](unsigned i, int64_t length) {
    return WindowAxis{length, op.getKernel()[i], op.getStrides()[i], op.getPadding()[2 * i], op.getDilation(i)};
  };
  WindowAxis rows = axis(0, image.height), columns = axis(1, image.width);
  FailureOr<Image> result = image;
  if (input->range.isSpike()) {
    chip::Window window{image.height,
                        image.width,
                        out[spatial],
                        out[spatial + 1],
                        rows.kernel,
                        columns.kernel,
                        rows.stride,
                        columns.stride,
                        rows.pad,
                        columns.pad,
                        rows.dilation,
                        columns.dilation,
                        1};
    result = pool.addAny(image, window);
  } else {
    // An axis of which every element is read once has no taps to compare.
    if (columns.kernel > 1 || out[spatial + 1] != image.width)
      result = pool.reduceAxis(image, columns, out[spatial + 1], /*columns=*/true);
    if (succeeded(result) && (rows.kernel > 1 || out[spatial] != image.height))
      result = pool.reduceAxis(*result, rows, out[spatial], /*columns=*/false);
  }
  if (failed(result))
    return failure();
  // A window of one tap that moves by one.
  if (result->messages.source == input->source)
    return define(op.getResult(), get(op.getInput()));
  return define(op.getResult(), Signal(pool.writeImage(*result, input->axes), get(op.getInput()).lastStep));
}
