// SPDX-License-Identifier: Apache-2.0
// Layers of spiking transformers as populations and projections.
#include "LayeredNetwork.h"

#include <algorithm>

using namespace spike::chip;

Limits spike::chip::makeLimits(int64_t chips) {
  Limits limits;
  limits.name = "test";
  limits.chips = chips;
  limits.chipColumns = 4;
  limits.coresPerChip = 120;
  limits.meshWidth = 16;
  limits.meshHeight = 8;
  limits.neuronsPerCore = 8192;
  limits.synapseBytesPerCore = 128 << 10;
  limits.memoryBytesPerCore = 192 << 10;
  return limits;
}

LayeredNetwork::LayeredNetwork() {
  network.name = "layered";
  network.timeSteps = 4;
  network.programs = {{"relay", 1, 0, 0, {{Opcode::rdc, 0, 0, 0, 0}, {Opcode::spike, 0, 0, 0, 0}}},
                      {"product",
                       2,
                       0,
                       0,
                       {{Opcode::rdc, 0, 0, 0, 0},
                        {Opcode::rdc, 1, 0, 0, 1},
                        {Opcode::mul_shr, 0, 0, 1, 0},
                        {Opcode::spike, 0, 0, 0, 0}}}};
}

int32_t LayeredNetwork::add(Population population) {
  population.path = population.name;
  network.populations.push_back(std::move(population));
  return static_cast<int32_t>(network.populations.size() - 1);
}

int32_t LayeredNetwork::addInput(std::vector<int64_t> shape) {
  Population population;
  population.name = "input";
  population.shape = std::move(shape);
  population.kind = NeuronKind::input;
  population.payloadBits = 8;
  population.rate = 1;
  population.tensor = {{population.size(), 1}};
  Input input;
  input.name = "x";
  input.high = 127;
  input.population = static_cast<int32_t>(network.populations.size());
  input.shape = {population.size()};
  network.inputs.push_back(input);
  return add(population);
}

int32_t LayeredNetwork::addLif(const std::string &name, std::vector<int64_t> shape, double rate) {
  Population population;
  population.name = name;
  population.shape = std::move(shape);
  population.rate = rate;
  return add(population);
}

int32_t LayeredNetwork::addProgram(const std::string &name, std::vector<int64_t> shape, int32_t ports, double rate) {
  Population population;
  population.name = name;
  population.shape = std::move(shape);
  population.kind = NeuronKind::program;
  population.program = ports - 1;
  population.payloadBits = 24;
  population.rate = rate;
  return add(population);
}

Projection &LayeredNetwork::addProjection(int32_t source, int32_t target, Encoding encoding) {
  Projection &projection = network.projections.emplace_back();
  projection.name = at(source).name + "_" + at(target).name + "_" + std::to_string(network.projections.size());
  projection.source = source;
  projection.target = target;
  projection.encoding = encoding;
  projection.graded = at(source).payloadBits > 1;
  if (encoding != Encoding::strided) {
    projection.viewPositions = {{at(source).positions(), at(source).channels()}};
    projection.viewChannels = {{at(source).channels(), 1}};
  }
  return projection;
}

void LayeredNetwork::connectDense(int32_t source, int32_t target) {
  addProjection(source, target, Encoding::dense).weights.assign(at(source).channels() * at(target).channels(), 1);
}

void LayeredNetwork::connectConv(int32_t source, int32_t target, int64_t kernel, int64_t groups) {
  Projection &projection = addProjection(source, target, Encoding::conv);
  Window &w = projection.window;
  w.inH = at(source).shape[0], w.inW = at(source).shape[1];
  w.outH = at(target).shape[0], w.outW = at(target).shape[1];
  w.kH = w.kW = kernel;
  w.padH = w.padW = kernel / 2;
  w.groups = groups;
  projection.weights.assign(at(source).channels() / groups * at(target).channels() * kernel * kernel, 1);
}

void LayeredNetwork::connectPool(int32_t source, int32_t target) {
  Projection &projection = addProjection(source, target, Encoding::sparse);
  int64_t height = at(source).shape[0], width = at(source).shape[1];
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      projection.entries.push_back(
          {static_cast<int32_t>(y * width + x), static_cast<int32_t>(y / 2 * (width / 2) + x / 2), 1});
}

void LayeredNetwork::connectPairs(int32_t source, int32_t target, std::vector<PairDim> loops, int32_t port) {
  Projection &projection = addProjection(source, target, Encoding::strided);
  projection.loops = std::move(loops);
  projection.port = port;
  projection.weights = {1};
}

void LayeredNetwork::connectEach(int32_t source, int32_t target) {
  connectPairs(source, target, {{at(source).size(), 1, 1}});
}

int32_t LayeredNetwork::addAttention(const std::string &name, int32_t q, int32_t k, int32_t v, int64_t tokens,
                                     int64_t heads, int64_t width) {
  int64_t channels = heads * width, square = width * width;
  // k[n, h, a] and v[n, h, b] meet at [n, h, a, b], whose sum over n is [h, a, b].
  int32_t both = addLif(name + "_kv", {tokens, heads, width, width}, 0.02);
  connectPairs(k, both, {{tokens, channels, heads * square}, {heads, width, square}, {width, 1, width}, {width, 0, 1}});
  connectPairs(v, both, {{tokens, channels, heads * square}, {heads, width, square}, {width, 0, width}, {width, 1, 1}});
  int32_t sum = addProgram(name + "_sum", {heads, width, width}, 1, 0.5);
  connectPairs(both, sum, {{tokens, heads * square, 0}, {heads * square, 1, 1}});
  // q[n, h, a] times that is [n, h, a, b], and its sum over a is what the target reads at [n, h, b].
  int32_t products = addProgram(name + "_product", {tokens, heads, width, width}, 2, 0.08);
  connectPairs(q, products,
               {{tokens, channels, heads * square}, {heads, width, square}, {width, 1, width}, {width, 0, 1}});
  connectPairs(sum, products, {{tokens, 0, heads * square}, {heads * square, 1, 1}}, 1);
  int32_t result = addLif(name, {tokens, channels}, 0.2);
  connectPairs(products, result,
               {{tokens, heads * square, channels}, {heads, square, width}, {width, width, 0}, {width, 1, 1}});
  return result;
}

int32_t LayeredNetwork::addBlock(const std::string &name, int32_t input, int64_t tokens, int64_t heads, int64_t width) {
  int64_t channels = heads * width;
  int32_t parts[3];
  const char *names[] = {"_q", "_k", "_v"};
  for (int i = 0; i < 3; ++i) {
    parts[i] = addLif(name + names[i], {tokens, channels}, 0.15);
    connectDense(input, parts[i]);
  }
  int32_t attention = addAttention(name + "_attn", parts[0], parts[1], parts[2], tokens, heads, width);
  int32_t projected = addLif(name + "_proj", {tokens, channels}, 0.15);
  connectDense(attention, projected);
  int32_t sum = addProgram(name + "_add1", {tokens, channels}, 1, 0.4);
  connectEach(input, sum);
  connectEach(projected, sum);
  int32_t wide = addLif(name + "_fc1", {tokens, 4 * channels}, 0.1);
  connectDense(sum, wide);
  int32_t narrow = addLif(name + "_fc2", {tokens, channels}, 0.15);
  connectDense(wide, narrow);
  int32_t result = addProgram(name + "_add2", {tokens, channels}, 1, 0.5);
  connectEach(sum, result);
  connectEach(narrow, result);
  return result;
}

Network LayeredNetwork::take() {
  // Projections lead from populations into later ones.
  for (size_t i = 0; i < network.populations.size(); ++i)
    for (const Projection &projection : network.projections)
      if (projection.target == static_cast<int32_t>(i))
        network.populations[i].start = std::max(network.populations[i].start, at(projection.source).start + 1);
  for (Projection &projection : network.projections)
    projection.delay = at(projection.target).start - at(projection.source).start - 1;
  return std::move(network);
}

Network spike::chip::makeConvStack(int64_t size, int64_t channels) {
  LayeredNetwork layers;
  int32_t input = layers.addInput({size, size, 3});
  int32_t first = layers.addLif("conv0", {size, size, channels / 4}, 0.2);
  layers.connectConv(input, first, 3);
  int32_t second = layers.addLif("conv1", {size, size, channels / 2}, 0.15);
  layers.connectConv(first, second, 3);
  int32_t pool = layers.addLif("pool1", {size / 2, size / 2, channels / 2}, 0.3);
  layers.connectPool(second, pool);
  int32_t third = layers.addLif("conv2", {size / 2, size / 2, channels}, 0.15);
  layers.connectConv(pool, third, 3);
  int32_t last = layers.addLif("pool2", {size / 4, size / 4, channels}, 0.3);
  layers.connectPool(third, last);
  return layers.take();
}

Network spike::chip::makeTokenMlp(int64_t tokens, int64_t channels, int64_t depth) {
  LayeredNetwork layers;
  int32_t last = layers.addInput({tokens, channels});
  for (int64_t i = 0; i < depth; ++i) {
    int32_t wide = layers.addLif("wide" + std::to_string(i), {tokens, 4 * channels}, 0.1);
    layers.connectDense(last, wide);
    last = layers.addLif("narrow" + std::to_string(i), {tokens, channels}, 0.15);
    layers.connectDense(wide, last);
  }
  return layers.take();
}

Network spike::chip::makeSpikformer(int64_t size, int64_t heads, int64_t width, int64_t blocks) {
  LayeredNetwork layers;
  int64_t channels = heads * width, tokens = size * size / 16;
  int32_t last = layers.addInput({size, size, 3});
  int64_t stages[] = {channels / 8, channels / 4, channels / 2, channels};
  for (int i = 0; i < 4; ++i) {
    int32_t conv = layers.addLif("conv" + std::to_string(i), {size, size, stages[i]}, 0.15);
    layers.connectConv(last, conv, 3);
    last = conv;
    if (i < 2)
      continue;
    size /= 2;
    last = layers.addLif("pool" + std::to_string(i), {size, size, stages[i]}, 0.3);
    layers.connectPool(conv, last);
  }
  int32_t position = layers.addLif("rpe", {size, size, channels}, 0.15);
  layers.connectConv(last, position, 3);
  int32_t sum = layers.addProgram("embedded", {tokens, channels}, 1, 0.4);
  layers.connectEach(last, sum);
  layers.connectEach(position, sum);
  for (int64_t i = 0; i < blocks; ++i)
    sum = layers.addBlock("block" + std::to_string(i), sum, tokens, heads, width);
  int32_t mean = layers.addProgram("mean", {channels}, 1, 1);
  layers.connectPairs(sum, mean, {{tokens, channels, 0}, {channels, 1, 1}});
  int32_t head = layers.addProgram("head", {10}, 1, 1);
  layers.connectDense(mean, head);
  return layers.take();
}
