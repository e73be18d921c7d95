// SPDX-License-Identifier: Apache-2.0
// Lists of the nonzero elements of activation rows.
#ifndef SPIKE_LIB_RUNTIME_ACTIVELISTS_H
#define SPIKE_LIB_RUNTIME_ACTIVELISTS_H

#include "spike/Runtime/Runtime.h"

#include <cstring>
#include <vector>

namespace spike_rt {

inline int64_t sizeOf(int64_t type) {
  return type == SPIKE_RT_U8 ? 1 : type == SPIKE_RT_U16 ? 2 : 4;
}

/// Calls visit(pointer of the element type) for a type code.
template <typename Visit> void visitType(int64_t type, const void *data, Visit &&visit) {
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

/// Nonzero elements of rows, row after row, as index and value. Zeros add nothing to a sum that starts at +0.
class ActiveLists {
public:
  void clear() {
    used = 0;
    starts.assign(1, 0);
  }

  /// Appends a row of `length` elements, `stride` elements apart.
  template <typename T> void append(const T *row, int64_t length, int64_t stride = 1) {
    if (used + length > static_cast<int64_t>(indices.size())) {
      indices.resize(2 * (used + length));
      values.resize(2 * (used + length));
    }
    uint32_t *index = indices.data();
    float *value = values.data();
    int64_t count = used;
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
    used = count;
    starts.push_back(used);
  }

  const uint32_t *getIndices(int64_t row) const { return indices.data() + starts[row]; }
  const float *getValues(int64_t row) const { return values.data() + starts[row]; }
  int64_t getCount(int64_t row) const { return starts[row + 1] - starts[row]; }

private:
  std::vector<uint32_t> indices;
  std::vector<float> values;
  std::vector<int64_t> starts;
  int64_t used = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_ACTIVELISTS_H
