// SPDX-License-Identifier: Apache-2.0
// What is known about the elements of a value: nothing yet, real numbers, or integers of an interval in units of a
// power of two. Values of the last kind are exact in f32, and so is every operation whose result is again of that kind.
#ifndef SPIKE_ANALYSIS_GRIDRANGE_H
#define SPIKE_ANALYSIS_GRIDRANGE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>

namespace mlir::spike {

/// Elements are `n * 2^-fractionBits` with integers `n` in `[low, high]`. The arithmetic below is that of real numbers;
/// it gives `real` as soon as a result might be rounded in f32 (more than 2^24 units) or is too large or small by far.
class GridRange {
public:
  using Wide = __int128;
  static constexpr int64_t kMaxUnits = int64_t(1) << 24;
  static constexpr int kMaxFractionBits = 60;

  /// Nothing is known yet.
  GridRange() = default;
  static GridRange real();
  static GridRange get(Wide low, Wide high, int fractionBits);
  static GridRange zero() { return get(0, 0, 0); }

  /// The finest grid and the interval of some numbers.
  static GridRange of(ArrayRef<float> values);
  /// Elements of a constant.
  static GridRange ofConstant(ElementsAttr value);
  /// What an element type alone says.
  static GridRange ofElementType(Type elementType);

  bool isUnknown() const { return kind == Kind::unknown; }
  bool isReal() const { return kind == Kind::real; }
  bool isGrid() const { return kind == Kind::grid; }

  // Of a grid range.
  int64_t getLow() const { return low; }
  int64_t getHigh() const { return high; }
  int getFractionBits() const { return fractionBits; }
  double getLowValue() const;
  double getHighValue() const;
  bool isSingle() const { return low == high; }

  /// The largest element if all of them are non-negative integers of at most 2^24.
  std::optional<uint64_t> getMaxCount() const;

  GridRange operator+(const GridRange &other) const;
  GridRange operator-(const GridRange &other) const;
  GridRange operator*(const GridRange &other) const;
  /// Quotient by a single power of two, else real.
  GridRange operator/(const GridRange &divisor) const;
  /// Any sum of up to `count` elements, so that every partial sum is covered, whatever the order.
  GridRange sumOf(int64_t count) const;
  /// The part that lies in [low, high].
  GridRange clampedTo(double low, double high) const;

  bool operator==(const GridRange &other) const;
  bool operator!=(const GridRange &other) const { return !(*this == other); }

  /// The smallest range that holds both: the join of the analysis' lattice.
  static GridRange join(const GridRange &a, const GridRange &b);
  void print(raw_ostream &os) const;

private:
  enum class Kind { unknown, grid, real };
  /// Bounds of two grid ranges in units of the finer grid; false if a bound is too large.
  static bool align(const GridRange &a, const GridRange &b, Wide (&bounds)[4]);

  Kind kind = Kind::unknown;
  int64_t low = 0, high = 0;
  int fractionBits = 0;
};

} // namespace mlir::spike

#endif // SPIKE_ANALYSIS_GRIDRANGE_H
