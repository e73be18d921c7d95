// SPDX-License-Identifier: Apache-2.0
#include "QuantisedPrograms.h"
#include "QuantisedText.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace {

class Generator {
public:
  explicit Generator(uint64_t seed) : engine(seed) {}

  QuantisedProgram run(int ops) {
    steps = 1 + below(4);
    Shape image = {1, 1 + below(3), 2 + below(5), 2 + below(5)};
    if (below(4) == 0)
      image = {1, 2 + below(6), 1 + below(5)};
    program.inputShape = image;
    int64_t low = below(3) ? 0 : -8, high = below(3) ? 15 : 1;
    Value quantised = emit("spike.quantize %x by 8.0 in [" + std::to_string(low) + ", " + std::to_string(high) +
                               "] : " + type(image) + " -> " + type(image),
                           image, low, high);
    Shape shape = image;
    shape.insert(shape.begin(), steps);
    values.push_back(
        emit("spike.repeat_time " + quantised.name + " : " + type(image) + " -> " + type(shape), shape, low, high));
    for (int i = 0; i < ops; ++i)
      addOp();
    finish();
    return std::move(program);
  }

private:
  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(engine); }
  bool flip() { return below(2); }

  Value emit(const std::string &op, const Shape &shape, int64_t low, int64_t high) {
    Value value{"%" + std::to_string(next++), shape, low, high, false};
    both("    " + value.name + " = " + op + "\n");
    return value;
  }
  void both(const std::string &line) {
    body += line;
    traced += line;
  }

  /// A recent value more often than an old one.
  Value &pick() {
    size_t i = flip() ? values.size() - 1 : below(values.size());
    values[i].used = true;
    return values[i];
  }

  /// A value of the shape of `x`, or with axes of one element that are stretched to it; perhaps `x` itself.
  Value partner(const Value &x, bool stretches) {
    for (Value &other : values) {
      bool fits = other.shape.size() == x.shape.size();
      for (size_t i = 0; fits && i < x.shape.size(); ++i)
        fits = other.shape[i] == x.shape[i] || (stretches && other.shape[i] == 1);
      if (!fits || flip())
        continue;
      other.used = true;
      return other;
    }
    return x;
  }

  void push(Value value) {
    if (product(value.shape) <= 4096 && value.most() < int64_t(1) << 16)
      values.push_back(std::move(value));
  }

  std::string constant(const Shape &shape, int64_t low, int64_t high, int64_t unit = 1) {
    std::string name = "%" + std::to_string(next++);
    std::vector<int64_t> numbers(product(shape));
    for (int64_t &number : numbers)
      number = (low + below(high - low + 1)) * unit;
    both("    " + name + " = spike.constant dense<" + nested(shape, numbers) + "> : " + type(shape) + "\n");
    return name;
  }

  void addOp() {
    switch (below(14)) {
    case 0:
    case 1:
      return addConv();
    case 2:
    case 3:
      return addLinear();
    case 4:
    case 5:
    case 6:
      return addNeuron();
    case 7:
      return addSum();
    case 8:
      return addPool();
    case 9:
      return addReduce();
    case 10:
      return addMatmul();
    case 11:
      return addMask();
    case 12:
      return addView();
    case 13:
      return flip() ? addConcat() : addScale();
    }
  }

  void addConv() {
    Value &x = pick();
    size_t rank = x.shape.size();
    bool flat = flip();
    size_t spatial = flat ? 1 : 2;
    if (rank < spatial + 2)
      return;
    bool last = flip();
    size_t channelAxis = last ? rank - 1 : rank - 1 - spatial, first = last ? rank - 1 - spatial : rank - spatial;
    int64_t channels = x.shape[channelAxis], groups = channels > 1 && below(4) == 0 ? channels : 1;
    int64_t outputs = groups * (1 + below(3));
    Shape weight = {outputs, channels / groups}, strides, padding, dilations, shape = x.shape;
    for (size_t i = 0; i < spatial; ++i) {
      int64_t length = x.shape[first + i], kernel = 1 + below(std::min<int64_t>(3, length));
      int64_t stride = 1 + below(2), dilation = 1 + below(2), low = below(2), high = below(2);
      if (kernel == 1 && flip())
        low = high = 0;
      if (length + low + high < dilation * (kernel - 1) + 1)
        dilation = 1;
      weight.push_back(kernel);
      strides.push_back(stride);
      padding.push_back(low);
      padding.push_back(high);
      dilations.push_back(dilation);
      shape[first + i] = (length + low + high - dilation * (kernel - 1) - 1) / stride + 1;
    }
    shape[channelAxis] = outputs;
    int64_t unit = below(4) ? 1 : 4, bound = unit * 7 * x.most() * (product(weight) / outputs);
    std::string w = constant(weight, -7, 7, unit), operands = x.name + ", " + w,
                types = type(x.shape) + ", " + type(weight);
    if (below(3) == 0) {
      std::string bias = constant({outputs}, -20, 20);
      operands += ", " + bias;
      types += ", " + type({outputs});
      bound += 20;
    }
    push(emit("spike.conv " + operands + " strides " + list(strides) + " padding " + list(padding) + " dilations " +
                  list(dilations) + " groups " + std::to_string(groups) +
                  (last ? " channels_last" : " channels_first") + " : (" + types + ") -> " + type(shape),
              shape, -bound, bound));
  }

  void addLinear() {
    Value &x = pick();
    int64_t inputs = x.shape.back(), outputs = 1 + below(6), unit = below(4) ? 1 : 2;
    if (x.shape.size() < 2)
      return;
    Shape shape = x.shape;
    shape.back() = outputs;
    int64_t bound = inputs * x.most() * 100 * unit;
    std::string w = constant({outputs, inputs}, -100, 100, unit);
    std::string operands = x.name + ", " + w, types = type(x.shape) + ", " + type({outputs, inputs});
    if (below(3) == 0) {
      operands += ", " + constant({outputs}, -50, 50);
      types += ", " + type({outputs});
      bound += 50;
    }
    push(emit("spike.linear " + operands + " : (" + types + ") -> " + type(shape), shape, -bound, bound));
  }

  void addNeuron() {
    Value &x = pick();
    if (x.shape.size() < 3)
      return;
    int64_t typical = std::max<int64_t>(1, x.most() / (2 + below(6)));
    static const int64_t decays[] = {0, 2048, 1024, 4095, 100};
    std::string model = "#spike.fixed_lif<dv = " + std::to_string(decays[below(5)]);
    if (below(4) == 0)
      model += ", du = " + std::to_string(decays[below(5)]);
    model += ", threshold = " + std::to_string(typical % 100000);
    if (below(4) == 0)
      model += ", bias = " + std::to_string(below(400) - 200);
    if (below(5) == 0)
      model += ", reset = soft";
    if (below(5) == 0)
      model += ", fire = ge";
    if (below(8) == 0)
      model += ", align = 3";
    model += ">";
    std::string params, types = type(x.shape);
    if (below(3) == 0) {
      int64_t axis = 1 + below(x.shape.size() - 1);
      std::string threshold = constant({x.shape[axis]}, typical / 2, 2 * typical);
      std::string bias = constant({x.shape[axis]}, -100, 100);
      params = " params(threshold = " + threshold + ", bias = " + bias + ") axis " + std::to_string(axis);
      types += ", " + type({x.shape[axis]}) + ", " + type({x.shape[axis]});
    }
    int64_t number = program.neurons++;
    std::string name = "%s" + std::to_string(number), path = " path \"n" + std::to_string(number) + "\" ",
                shape = type(x.shape);
    body += "    " + name + " = spike.neuron " + model + path + "(" + x.name + ")" + params + " : (" + types + ") -> " +
            shape + "\n";
    traced += "    " + name + ", " + name + "v, " + name + "u = spike.neuron " + model + path + "trace (" + x.name +
              ")" + params + " : (" + types + ") -> (" + shape + ", " + shape + ", " + shape + ")\n";
    states += ", " + name + "v, " + name + "u";
    stateTypes += ", " + shape + ", " + shape;
    push(Value{name, x.shape, 0, 1, false});
  }

  void addSum() {
    Value a = pick(), b = partner(a, /*stretches=*/true);
    if (flip())
      std::swap(a, b);
    Shape shape = product(a.shape) >= product(b.shape) ? a.shape : b.shape;
    push(emit("spike.add " + a.name + ", " + b.name + " : (" + type(a.shape) + ", " + type(b.shape) + ") -> " +
                  type(shape),
              shape, a.low + b.low, a.high + b.high));
  }

  void addPool() {
    Value &x = pick();
    size_t rank = x.shape.size();
    if (rank < 4)
      return;
    bool last = flip();
    size_t first = last ? rank - 3 : rank - 2;
    Shape kernel, strides, padding, shape = x.shape;
    for (size_t i = 0; i < 2; ++i) {
      int64_t length = x.shape[first + i], k = 1 + below(std::min<int64_t>(3, length)), stride = 1 + below(2);
      int64_t low = below(std::min<int64_t>(k, 2)), high = below(std::min<int64_t>(k, 2));
      kernel.push_back(k);
      strides.push_back(stride);
      padding.push_back(low);
      padding.push_back(high);
      shape[first + i] = (length + low + high - k) / stride + 1;
    }
    push(emit("spike.pool max " + x.name + " kernel " + list(kernel) + " strides " + list(strides) + " padding " +
                  list(padding) + (last ? " channels_last" : " channels_first") + " : " + type(x.shape) + " -> " +
                  type(shape),
              shape, x.low, x.high));
  }

  void addReduce() {
    Value &x = pick();
    if (x.shape.size() < 4)
      return;
    int64_t axis = 2 + below(x.shape.size() - 2);
    bool keep = flip();
    Shape shape = x.shape;
    if (keep)
      shape[axis] = 1;
    else
      shape.erase(shape.begin() + axis);
    int64_t n = x.shape[axis];
    push(emit("spike.reduce sum " + x.name + " dims [" + std::to_string(axis) + "]" + (keep ? " keep_dims" : "") +
                  " : " + type(x.shape) + " -> " + type(shape),
              shape, x.low * n, x.high * n));
  }

  void addMatmul() {
    Value x = pick();
    size_t rank = x.shape.size();
    if (rank < 4 || x.most() > 64)
      return;
    bool left = flip();
    Value y = partner(x, /*stretches=*/false);
    if (y.most() > 64)
      return;
    // x x^T or x^T x.
    Shape shape = x.shape;
    int64_t k = left ? x.shape[rank - 2] : x.shape[rank - 1];
    shape[rank - 1] = shape[rank - 2] = left ? x.shape[rank - 1] : x.shape[rank - 2];
    int64_t bound = k * x.most() * y.most();
    push(emit("spike.matmul " + x.name + ", " + y.name + (left ? " transpose_lhs" : " transpose_rhs") + " : (" +
                  type(x.shape) + ", " + type(y.shape) + ") -> " + type(shape),
              shape, x.low >= 0 && y.low >= 0 ? 0 : -bound, bound));
  }

  void addMask() {
    Value x = pick(), y = partner(x, /*stretches=*/true);
    if (x.most() * y.most() > 1 << 15)
      return;
    int64_t bound = x.most() * y.most();
    push(emit("spike.mask " + x.name + ", " + y.name + " : (" + type(x.shape) + ", " + type(y.shape) + ") -> " +
                  type(x.shape),
              x.shape, x.low >= 0 && y.low >= 0 ? 0 : -bound, bound));
  }

  void addView() {
    Value x = pick();
    size_t rank = x.shape.size();
    Shape shape = x.shape;
    switch (below(3)) {
    case 0: { // merge or split an axis behind time and batch
      if (rank > 3 && flip()) {
        size_t axis = 2 + below(rank - 3);
        shape[axis] *= shape[axis + 1];
        shape.erase(shape.begin() + axis + 1);
      } else {
        size_t axis = 2 + below(rank - 2);
        for (int64_t factor : {2, 3})
          if (rank < 6 && shape[axis] % factor == 0) {
            shape[axis] /= factor;
            shape.insert(shape.begin() + axis + (flip() ? 1 : 0), factor);
            break;
          }
      }
      if (product(shape) == product(x.shape))
        push(emit("spike.reshape " + x.name + " : " + type(x.shape) + " -> " + type(shape), shape, x.low, x.high));
      return;
    }
    case 1: {
      Shape permutation(rank);
      std::iota(permutation.begin(), permutation.end(), 0);
      std::shuffle(permutation.begin() + 2, permutation.end(), engine);
      for (size_t i = 0; i < rank; ++i)
        shape[i] = x.shape[permutation[i]];
      push(emit("spike.transpose " + x.name + " " + list(permutation) + " : " + type(x.shape) + " -> " + type(shape),
                shape, x.low, x.high));
      return;
    }
    case 2: {
      size_t axis = 2 + below(rank - 2);
      int64_t offset = below(x.shape[axis]);
      shape[axis] = 1 + below(x.shape[axis] - offset);
      push(emit("spike.slice " + x.name + " axis " + std::to_string(axis) + " offset " + std::to_string(offset) +
                    " : " + type(x.shape) + " -> " + type(shape),
                shape, x.low, x.high));
      return;
    }
    }
  }

  void addConcat() {
    Value x = pick(), y = partner(x, /*stretches=*/false);
    size_t axis = 2 + below(x.shape.size() - 2);
    Shape shape = x.shape;
    shape[axis] *= 2;
    push(emit("spike.concat " + x.name + ", " + y.name + " axis " + std::to_string(axis) + " : (" + type(x.shape) +
                  ", " + type(y.shape) + ") -> " + type(shape),
              shape, std::min(x.low, y.low), std::max(x.high, y.high)));
  }

  void addScale() {
    Value x = pick();
    int64_t factor = flip() ? 8 : 3;
    push(emit("spike.scale " + x.name + " by " + std::to_string(factor) + ".0 : " + type(x.shape) + " -> " +
                  type(x.shape),
              x.shape, x.low * factor, x.high * factor));
  }

  void finish() {
    std::string results, types;
    int count = 0;
    for (Value x : std::vector<Value>(values.begin() + 1, values.end())) {
      // Every neuron is read, whatever else reads it.
      if (x.used && x.name[1] != 's')
        continue;
      if (flip() && x.name[1] != 's') {
        Shape shape(x.shape.begin() + 1, x.shape.end());
        x = emit("spike.reduce sum " + x.name + " dims [0] : " + type(x.shape) + " -> " + type(shape), shape,
                 x.low * steps, x.high * steps);
        x = emit("spike.scale " + x.name + (flip() ? " by 0.3 : " : " by 0.7 divide : ") + type(shape) + " -> " +
                     type(shape),
                 shape, 0, 0);
        if (flip()) {
          // Along any axis: the host adds it.
          std::string offset = constant({shape.back()}, -5, 5);
          x = emit("spike.add " + x.name + ", " + offset + " : (" + type(shape) + ", " + type({shape.back()}) +
                       ") -> " + type(shape),
                   shape, 0, 0);
        }
      }
      results += (count ? ", " : "") + x.name;
      types += (count++ ? ", " : "") + type(x.shape);
    }
    std::string head = "func.func @forward(%x: " + type(program.inputShape) + ") -> (";
    program.text = count ? head + types + ") {\n" + body + "    return " + results + " : " + types + "\n}\n" : "";
    program.traced = head + types + stateTypes + ") {\n" + traced + "    return " + results + states + " : " + types +
                     stateTypes + "\n}\n";
  }

  std::mt19937_64 engine;
  int64_t steps = 1;
  int next = 0;
  std::vector<Value> values;
  std::string body, traced, states, stateTypes;
  QuantisedProgram program;
};

} // namespace

QuantisedProgram makeQuantisedProgram(uint64_t seed, int ops) { return Generator(seed).run(ops); }
