// SPDX-License-Identifier: Apache-2.0
// The chip's leaky integrate-and-fire in fixed point, on integers that f32 holds exactly.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

constexpr unsigned kStateBits = 24;
constexpr double kHalf = 0x1p23;       // beyond the largest state
constexpr uint64_t kDecayUnits = 4096; // of a decay of 12 bits
constexpr uint64_t kMaxThreshold = (1 << 17) - 1;
constexpr uint64_t kMaxAlign = 6;       // a threshold of 17 bits then fits 23
constexpr uint64_t kMaxLevels = 64;     // a neuron program is that long
constexpr int64_t kMaxBias = 4096 << 7; // a mantissa of 13 bits and an exponent of 3

/// sign(x) * floor(|x| * keep / 4096) for |x| <= 2^23. The product may need 35 bits, so x is cut into two parts of 12
/// bits with the sign of x, whose products are exact in f32.
Value decay(StepBuilder &b, Value x, uint64_t keep) {
  if (keep == kDecayUnits)
    return x;
  if (keep == 0)
    return b.constant(0.0);
  Value unit = b.constant(1.0 / kDecayUnits);
  // A shift: one product, exact.
  if (keep && (keep & (keep - 1)) == 0)
    return b.trunc(b.mul(x, b.constant(static_cast<double>(keep) / kDecayUnits)));
  Value factor = b.constant(static_cast<double>(keep));
  Value high = b.trunc(b.mul(x, unit));
  Value low = b.sub(x, b.mul(high, b.constant(kDecayUnits)));
  return b.add(b.mul(high, factor), b.trunc(b.mul(b.mul(low, factor), unit)));
}

/// x in two's complement of 24 bits: exact for any integer that f32 holds.
Value wrap(StepBuilder &b, Value x) {
  Value turns = b.floor(b.add(b.mul(x, b.constant(0.5 / kHalf)), b.constant(0.5)));
  return b.sub(x, b.mul(turns, b.constant(2 * kHalf)));
}

} // namespace

SmallVector<StringRef> FixedLIFAttr::getStateNames() const { return {"v", "u"}; }
double FixedLIFAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> FixedLIFAttr::getParamNames() const { return {"threshold", "bias"}; }
std::optional<uint64_t> FixedLIFAttr::getMaxOutput() const { return getLevels(); }
std::optional<unsigned> FixedLIFAttr::getStateBits() const { return kStateBits; }

bool FixedLIFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double aligned = std::ldexp(1.0, static_cast<int>(getAlign())), bias = static_cast<double>(getBias());
  lo = lo * aligned + bias, hi = hi * aligned + bias;
  // A wrapped or remembered current may be any.
  if (getDu() + 1 != kDecayUnits || lo - bias < -kHalf || hi - bias >= kHalf)
    return false;
  boundLinear(lo, hi, steps, 1.0 - static_cast<double>(getDv()) / kDecayUnits, 1.0, 0.0, 0.0,
              static_cast<double>(getThreshold()) * aligned, getReset());
  lo = std::max(lo, 1 - kHalf), hi = std::min(hi, kHalf - 1);
  return true;
}

Value FixedLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                              function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  auto get = [&](StringRef name, double value) {
    Value operand = param(name);
    return operand ? operand : b.constant(value);
  };
  Value aligned = b.constant(std::ldexp(1.0, static_cast<int>(getAlign())));
  Value u = wrap(b, b.mul(current, aligned));
  if (uint64_t keep = kDecayUnits - 1 - getDu())
    u = wrap(b, b.add(decay(b, states[1], keep), u));
  // |v| + |u| is 2^24 at most; a bias may take the sum beyond, where it is rounded, but not back to what is clipped.
  Value h = b.add(decay(b, states[0], kDecayUnits - getDv()), u);
  if (getBias() || param("bias"))
    h = b.add(h, get("bias", static_cast<double>(getBias())));
  h = b.minimum(b.maximum(h, b.constant(1 - kHalf)), b.constant(kHalf - 1));
  Value threshold = b.mul(get("threshold", static_cast<double>(getThreshold())), aligned);
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, b.constant(0.0));
  states[1] = u;
  if (getLevels() == 1)
    return spike;
  // Multiples of a threshold of 17 bits have 23, and a power of two: they are exact.
  Value count = b.toReal(spike);
  for (uint64_t level = 2; level <= getLevels(); ++level) {
    Value multiple = b.mul(threshold, b.constant(static_cast<double>(level)));
    count = b.add(count, b.toReal(b.fire(getFire(), h, multiple)));
  }
  return count;
}

LogicalResult FixedLIFAttr::verify(EmitError emitError, uint64_t du, uint64_t dv, uint64_t threshold, int64_t bias,
                                   ResetKind reset, FireRule, uint64_t align, uint64_t levels) {
  if (du >= kDecayUnits || dv > kDecayUnits)
    return emitError() << "expected du below " << kDecayUnits << " and dv of at most that, got " << du << " and " << dv;
  if (threshold > kMaxThreshold)
    return emitError() << "expected a threshold of at most " << kMaxThreshold << ", got " << threshold;
  if (std::abs(bias) > kMaxBias)
    return emitError() << "expected a bias within +-" << kMaxBias << ", got " << bias;
  if (align > kMaxAlign)
    return emitError() << "expected to align by at most " << kMaxAlign << " bits, got " << align;
  if (levels < 1 || levels > kMaxLevels)
    return emitError() << "expected levels between 1 and " << kMaxLevels << ", got " << levels;
  if (levels > 1 && reset != ResetKind::hard)
    return emitError() << "expected reset = hard with more than one level, got " << stringifyResetKind(reset);
  if (reset == ResetKind::none)
    return emitError() << "expected reset = hard or soft, got none";
  return success();
}
