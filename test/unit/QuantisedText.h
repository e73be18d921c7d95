// SPDX-License-Identifier: Apache-2.0
// Pieces of the text of a program.
#ifndef SPIKE_TEST_UNIT_QUANTISEDTEXT_H
#define SPIKE_TEST_UNIT_QUANTISEDTEXT_H

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

using Shape = std::vector<int64_t>;

inline int64_t product(const Shape &shape, size_t first = 0) {
  return std::accumulate(shape.begin() + first, shape.end(), int64_t(1), std::multiplies<>());
}

inline std::string list(const Shape &numbers) {
  std::string text;
  for (int64_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

inline std::string type(const Shape &shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

/// A value and bounds of its elements.
struct Value {
  std::string name;
  Shape shape; ///< with time
  int64_t low = 0, high = 0;
  bool used = false;

  int64_t most() const { return std::max(-low, high); }
};

/// Numbers in the nested brackets of a shape.
inline std::string nested(const Shape &shape, const std::vector<int64_t> &numbers) {
  std::string text;
  int64_t inner = static_cast<int64_t>(numbers.size());
  std::vector<int64_t> sizes; // elements below each axis
  for (int64_t size : shape)
    sizes.push_back(inner /= size);
  sizes.insert(sizes.begin(), static_cast<int64_t>(numbers.size()));
  sizes.pop_back();
  for (size_t i = 0; i < numbers.size(); ++i) {
    text += i ? ", " : "";
    for (int64_t size : sizes)
      text += i % size == 0 ? "[" : "";
    text += std::to_string(numbers[i]) + ".0";
    for (int64_t size : sizes)
      text += (i + 1) % size == 0 ? "]" : "";
  }
  return text;
}

#endif // SPIKE_TEST_UNIT_QUANTISEDTEXT_H
