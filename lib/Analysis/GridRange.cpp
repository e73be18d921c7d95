// SPDX-License-Identifier: Apache-2.0
// Arithmetic on fixed-point intervals.
#include "spike/Analysis/GridRange.h"

#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Support/Weights.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

GridRange GridRange::real() {
  GridRange range;
  range.kind = Kind::real;
  return range;
}

GridRange GridRange::get(Wide low, Wide high, int fractionBits) {
  if (low > high)
    return real();
  // A single value lies on coarser grids, too; zero lies on all of them.
  if (low == 0 && high == 0)
    fractionBits = -kMaxFractionBits;
  else if (low == high)
    for (; low % 2 == 0; low /= 2, high /= 2)
      --fractionBits;
  if (low < -kMaxUnits || high > kMaxUnits || std::abs(fractionBits) > kMaxFractionBits)
    return real();
  GridRange range;
  range.kind = Kind::grid;
  range.low = static_cast<int64_t>(low);
  range.high = static_cast<int64_t>(high);
  range.fractionBits = fractionBits;
  return range;
}

GridRange GridRange::of(ArrayRef<float> values) {
  if (values.empty())
    return real();
  int finest = -kMaxFractionBits, largest = -kMaxFractionBits;
  float least = values.front(), most = values.front();
  for (float value : values) {
    if (!std::isfinite(value))
      return real();
    if (value == 0.0f) {
      least = std::min(least, 0.0f);
      most = std::max(most, 0.0f);
      continue;
    }
    int exponent;
    // 24 bits hold the mantissa of any f32.
    auto mantissa = static_cast<int64_t>(std::ldexp(std::frexp(value, &exponent), 24));
    finest = std::max(finest, 24 - exponent - llvm::countr_zero(static_cast<uint64_t>(std::abs(mantissa))));
    largest = std::max(largest, exponent);
    // |value| is at least 2^(exponent - 1).
    if (finest > kMaxFractionBits || largest - 1 + finest > 24)
      return real();
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return get(static_cast<int64_t>(std::ldexp(static_cast<double>(least), finest)),
             static_cast<int64_t>(std::ldexp(static_cast<double>(most), finest)), finest);
}

GridRange GridRange::ofConstant(ElementsAttr value) {
  if (value.getElementType().isF32()) {
    if (auto splat = dyn_cast<SplatElementsAttr>(value))
      return of(splat.getSplatValue<APFloat>().convertToFloat());
    std::optional<Weights> weights = Weights::get(value);
    return weights ? of(weights->values()) : real();
  }
  auto dense = dyn_cast<DenseIntElementsAttr>(value);
  if (!dense || dense.empty())
    return ofElementType(value.getElementType());
  bool isSpike = value.getElementType().isInteger(1);
  auto toInteger = [&](const APInt &v) { return isSpike ? static_cast<int64_t>(v.getZExtValue()) : v.getSExtValue(); };
  int64_t least = std::numeric_limits<int64_t>::max(), most = std::numeric_limits<int64_t>::min();
  auto values = dense.getValues<APInt>();
  for (const APInt &v : llvm::make_range(values.begin(), dense.isSplat() ? values.begin() + 1 : values.end())) {
    least = std::min(least, toInteger(v));
    most = std::max(most, toInteger(v));
  }
  return get(least, most, 0);
}

GridRange GridRange::ofElementType(Type elementType) {
  if (std::optional<uint64_t> max = spike::getMaxCount(elementType))
    return get(0, *max, 0);
  if (elementType.isInteger(8) || elementType.isInteger(16)) {
    int64_t half = int64_t(1) << (elementType.getIntOrFloatBitWidth() - 1);
    return get(-half, half - 1, 0);
  }
  return real();
}

double GridRange::getLowValue() const { return std::ldexp(static_cast<double>(low), -fractionBits); }
double GridRange::getHighValue() const { return std::ldexp(static_cast<double>(high), -fractionBits); }

std::optional<uint64_t> GridRange::getMaxCount() const {
  if (!isGrid() || low < 0 || fractionBits > 0 || getHighValue() > static_cast<double>(kMaxUnits))
    return std::nullopt;
  return static_cast<uint64_t>(getHighValue());
}

bool GridRange::align(const GridRange &a, const GridRange &b, Wide (&bounds)[4]) {
  int finest = std::max(a.fractionBits, b.fractionBits);
  auto shift = [&](int64_t value, int from, Wide &to) {
    // Beyond 2^24 units nothing is kept anyway.
    if (value != 0 && finest - from > 48)
      return false;
    to = value == 0 ? Wide(0) : Wide(value) * (Wide(1) << (finest - from));
    return true;
  };
  return shift(a.low, a.fractionBits, bounds[0]) && shift(a.high, a.fractionBits, bounds[1]) &&
         shift(b.low, b.fractionBits, bounds[2]) && shift(b.high, b.fractionBits, bounds[3]);
}

GridRange GridRange::operator+(const GridRange &other) const {
  Wide bounds[4];
  if (!isGrid() || !other.isGrid() || !align(*this, other, bounds))
    return real();
  return get(bounds[0] + bounds[2], bounds[1] + bounds[3], std::max(fractionBits, other.fractionBits));
}

GridRange GridRange::operator-(const GridRange &other) const {
  return other.isGrid() ? *this + get(-Wide(other.high), -Wide(other.low), other.fractionBits) : real();
}

GridRange GridRange::operator*(const GridRange &other) const {
  if (!isGrid() || !other.isGrid())
    return real();
  Wide products[4] = {Wide(low) * other.low, Wide(low) * other.high, Wide(high) * other.low, Wide(high) * other.high};
  return get(*std::min_element(products, products + 4), *std::max_element(products, products + 4),
             fractionBits + other.fractionBits);
}

GridRange GridRange::operator/(const GridRange &divisor) const {
  // A single value has an odd number of units.
  if (!isGrid() || !divisor.isGrid() || !divisor.isSingle() || std::abs(divisor.low) != 1)
    return real();
  return *this * get(divisor.low, divisor.high, -divisor.fractionBits);
}

GridRange GridRange::sumOf(int64_t count) const {
  if (!isGrid())
    return real();
  return get(std::min<Wide>(0, Wide(low) * count), std::max<Wide>(0, Wide(high) * count), fractionBits);
}

GridRange GridRange::clampedTo(double least, double most) const {
  if (!isGrid())
    return *this;
  double from = std::floor(std::ldexp(least, fractionBits)), to = std::ceil(std::ldexp(most, fractionBits));
  return get(from > static_cast<double>(low) ? static_cast<int64_t>(std::min(from, 0x1p40)) : low,
             to < static_cast<double>(high) ? static_cast<int64_t>(std::max(to, -0x1p40)) : high, fractionBits);
}

bool GridRange::operator==(const GridRange &other) const {
  return kind == other.kind &&
         (kind != Kind::grid || (low == other.low && high == other.high && fractionBits == other.fractionBits));
}

GridRange GridRange::join(const GridRange &a, const GridRange &b) {
  if (a.isUnknown() || a == b)
    return b;
  if (b.isUnknown())
    return a;
  Wide bounds[4];
  if (!a.isGrid() || !b.isGrid() || !align(a, b, bounds))
    return real();
  return get(std::min(bounds[0], bounds[2]), std::max(bounds[1], bounds[3]), std::max(a.fractionBits, b.fractionBits));
}

void GridRange::print(raw_ostream &os) const {
  if (!isGrid()) {
    os << (isReal() ? "real" : "unknown");
    return;
  }
  if (low == 0 && high == 0) {
    os << "[0, 0]";
    return;
  }
  os << "[" << low << ", " << high << "]";
  if (fractionBits)
    os << " * 2^" << -fractionBits;
}
