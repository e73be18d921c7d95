// SPDX-License-Identifier: Apache-2.0
// Lists of the nonzero elements of activation rows.
#ifndef SPIKE_LIB_RUNTIME_ACTIVELISTS_H
#define SPIKE_LIB_RUNTIME_ACTIVELISTS_H

#include "Kernels/Rows.h"

#include <cstring>
#include <memory>

namespace spike_rt {

inline int64_t sizeOf(int64_t type) { return type == SPIKE_RT_U8 ? 1 : type == SPIKE_RT_U16 ? 2 : 4; }

/// Calls visit(pointer of the element type) for a type code.
template <typename Visit>
void visitType(int64_t type, const void *data, Visit &&visit) {
  switch (type) {
  case SPIKE_RT_U8:
    return visit(static_cast<const uint8_t *>(data));
  case SPIKE_RT_U16:
    return visit(static_cast<const uint16_t *>(data));
  case SPIKE_RT_U32:
    return visit(static_cast<const uint32_t *>(data));
  default:
    return visit(static_cast<const float *>(data));
  }
}

/// Writes index and value of the nonzero elements of a row whose elements are `stride` apart; returns their number.
/// Zeros add nothing to a sum that starts at +0.
template <typename T>
int32_t listActive(const T *row, int64_t length, int64_t stride, uint32_t *index, float *value) {
  int32_t count = 0;
  int64_t i = 0;
  if constexpr (sizeof(T) == 1) {
    if (stride == 1)
      for (; i + 8 <= length; i += 8) {
        uint64_t word;
        std::memcpy(&word, row + i, 8);
        while (word) {
          int byte = __builtin_ctzll(word) / 8;
          index[count] = static_cast<uint32_t>(i + byte);
          value[count++] = static_cast<float>(row[i + byte]);
          word &= ~(uint64_t(0xFF) << (8 * byte));
        }
      }
  }
  for (; i < length; ++i) {
    T x = row[i * stride];
    index[count] = static_cast<uint32_t>(i);
    value[count] = static_cast<float>(x);
    count += x != T(0);
  }
  return count;
}

/// Memory for the lists of many rows. It only grows, so that a run allocates nothing once warm.
class ActiveLists {
public:
  /// Room for `rows` rows of `length` elements.
  void resize(int64_t rows, int64_t newLength) {
    length = newLength;
    // One element more, because the branch-free listing writes behind the last one.
    if (rows * length + 1 > elements) {
      elements = rows * length + 1;
      indices.reset(new uint32_t[elements]);
      values.reset(new float[elements]);
    }
    if (rows > capacity) {
      capacity = rows;
      counts.reset(new int32_t[capacity]);
    }
  }

  template <typename T>
  void list(int64_t row, const T *data, int64_t stride = 1) {
    counts[row] = listActive(data, length, stride, indices.get() + row * length, values.get() + row * length);
  }

  ActiveRows get() const { return {indices.get(), values.get(), counts.get(), length}; }

private:
  std::unique_ptr<uint32_t[]> indices;
  std::unique_ptr<float[]> values;
  std::unique_ptr<int32_t[]> counts;
  int64_t length = 0, elements = 0, capacity = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_ACTIVELISTS_H
