// SPDX-License-Identifier: Apache-2.0
// Which neurons have the form of the chip's.
#include "SourceNeuron.h"

#include "../NeuronSignature.h"
#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

static constexpr double kDecayUnits = 4096;
static constexpr StringLiteral kSupported = "supported are Threshold, MultiSpike, and IF, LIF, PLIF and Leaky that "
                                            "start at their reset value and, where they subtract the "
                                            "threshold, have v_reset = 0";

std::string mlir::spike::quantize::describe(Operation *op) {
  StringRef path = getModulePath(op);
  std::string name = op->getName().getStringRef().str();
  return path.empty() ? "'" + name + "'" : "'" + name + "' of layer '" + path.str() + "'";
}

std::string mlir::spike::quantize::number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.7g", value);
  return text;
}

namespace {

class Translation {
public:
  explicit Translation(NeuronOp op) : op(op) {}

  FailureOr<SourceNeuron> run() {
    return llvm::TypeSwitch<Attribute, FailureOr<SourceNeuron>>(op.getModel())
        .Case([&](IFAttr model) { return translate(model); })
        .Case([&](LIFAttr model) {
          double leak = 1.0 / model.getTau().convertToDouble();
          return leaky(model, leak, model.getDecayInput());
        })
        .Case([&](PLIFAttr model) { return leaky(model, model.getDecay().convertToDouble(), model.getDecayInput()); })
        .Case([&](LeakyAttr model) { return translate(model); })
        .Case([&](ThresholdAttr model) { return translate(model); })
        .Case([&](MultiSpikeAttr model) { return translate(model); })
        .Default([&](Attribute model) {
          return refuse("is a " + model.getAbstractAttribute().getName().str() + ", which integers cannot express");
        });
  }

private:
  InFlightDiagnostic refuse(const Twine &why) {
    return op.emitError() << describe(op) << " cannot be quantized: it " << why << "; " << kSupported;
  }

  /// What concerns every model, once it is one of those supported.
  LogicalResult checkStates() {
    // Without state, a single step of several rows is as many steps.
    bool isSingle = op.getSingleStep() && !op.getModel().getStateNames().empty();
    if (!op.getInit().empty() || !op.getFinalState().empty() || isSingle)
      return refuse("carries its state in or out, or does a single step");
    return success();
  }

  FailureOr<SourceNeuron> translate(IFAttr model) {
    if (op.getParam("v_offset"))
      return refuse("has a v_offset for each channel");
    double offset = model.getVOffset().convertToDouble();
    if (offset != 0 && model.getReset() == ResetKind::soft)
      return refuse("subtracts the threshold and fires at another value, v_offset = " + number(offset));
    return finish(model, 1.0, 1.0, offset);
  }

  template <typename Model>
  FailureOr<SourceNeuron> leaky(Model model, double leak, bool decayInput) {
    if (op.getParam("tau") || op.getParam("decay"))
      return refuse("has a leak for each channel");
    if (decayInput && leak == 0)
      return refuse("has decay = 0 and decay_input, so no current reaches it");
    // V' = V + (X - V) * leak with U = V / leak is U' = U * (1 - leak) + X.
    return finish(model, 1.0 - leak, decayInput ? leak : 1.0, 0.0);
  }

  FailureOr<SourceNeuron> translate(LeakyAttr model) {
    double beta = model.getBeta().convertToDouble();
    if (op.getParam("beta"))
      return refuse("has a beta for each channel");
    if (model.getResetDelay() || model.getReset() != ResetKind::hard)
      return refuse(model.getResetDelay() ? "resets one step later (reset_delay)"
                                          : "subtracts the threshold in snnTorch's way");
    if (!(beta >= 0 && beta <= 1))
      return refuse("has beta = " + number(beta) + ", expected 0 to 1");
    // With a hard reset at once, no membrane is above the threshold when the next step begins.
    return withThreshold(model.getVThreshold(), Channels(0.0), beta, 1.0, 0.0, ResetKind::hard, model.getFire());
  }

  FailureOr<SourceNeuron> translate(ThresholdAttr model) {
    SourceNeuron result;
    result.keep = 0, result.fire = model.getFire();
    if (failed(readThreshold(model.getVThreshold(), result.threshold)))
      return failure();
    result.shift = result.threshold;
    for (auto [threshold, shift] : llvm::zip_equal(result.threshold.values, result.shift.values)) {
      shift = std::max(0.0, -threshold);
      threshold = std::max(0.0, threshold);
    }
    return result;
  }

  FailureOr<SourceNeuron> translate(MultiSpikeAttr model) {
    constexpr uint64_t maxLevels = 64;
    if (model.getLevels() > maxLevels)
      return refuse("counts to " + Twine(model.getLevels()) + ", expected at most " + Twine(maxLevels));
    if (failed(checkStates()))
      return failure();
    // Rounding to the nearest is rounding down of one half more.
    SourceNeuron result;
    result.keep = 0, result.levels = model.getLevels();
    result.threshold = Channels(1.0), result.shift = Channels(0.5);
    return result;
  }

  template <typename Model>
  FailureOr<SourceNeuron> finish(Model model, double keep, double gain, double offset) {
    Channels resetTo(model.getVReset().convertToDouble());
    if (failed(read("v_reset", resetTo)))
      return refuse("has parameters that are no constants");
    bool atZero = resetTo.least() == 0 && resetTo.most() == 0;
    if (model.getReset() == ResetKind::none)
      return refuse("is never reset");
    if (model.getReset() == ResetKind::soft && !atZero)
      return refuse("subtracts the threshold and has v_reset = " + number(resetTo[0]));
    if (std::optional<llvm::APFloat> start = model.getVInit())
      if (start->convertToDouble() != resetTo.least() || start->convertToDouble() != resetTo.most())
        return refuse("starts at v_init = " + number(start->convertToDouble()) + ", v_reset = " + number(resetTo[0]));
    return withThreshold(model.getVThreshold(), resetTo, keep, gain, offset, model.getReset(), model.getFire());
  }

  FailureOr<SourceNeuron> withThreshold(const llvm::APFloat &own, const Channels &resetTo, double keep, double gain,
                                        double offset, ResetKind reset, FireRule fire) {
    Channels threshold;
    if (failed(readThreshold(own, threshold)))
      return failure();
    SourceNeuron result;
    result.keep = keep, result.reset = reset, result.fire = fire;
    size_t count = std::max(threshold.size(), resetTo.size());
    result.threshold = Channels(std::vector<double>(count), threshold.isUniform() ? resetTo.axis : threshold.axis);
    for (size_t c = 0; c < count; ++c) {
      double above = (threshold[c] - offset - resetTo[c]) / gain;
      if (!(above > 0) || !std::isfinite(above))
        return refuse("fires at " + number(threshold[c]) + ", not above its reset value " + number(resetTo[c]));
      result.threshold.values[c] = above;
    }
    return result;
  }

  LogicalResult readThreshold(const llvm::APFloat &own, Channels &threshold) {
    // The source holds its parameters in f32.
    threshold = Channels(static_cast<double>(static_cast<float>(own.convertToDouble())));
    if (failed(read("v_threshold", threshold)))
      return refuse("has parameters that are no constants");
    return checkStates();
  }

  /// The constant operand that replaces a parameter, if there is one.
  LogicalResult read(StringRef name, Channels &channels) {
    Value param = op.getParam(name);
    if (!param)
      return success();
    std::optional<Weights> values = Weights::get(param);
    if (!values || findNonFinite(values->values()))
      return failure();
    channels = Channels(std::vector<double>(values->values().begin(), values->values().end()),
                        static_cast<int64_t>(*op.getAxis()));
    return success();
  }

  NeuronOp op;
};

} // namespace

FailureOr<SourceNeuron> SourceNeuron::get(NeuronOp op) { return Translation(op).run(); }

uint64_t SourceNeuron::getDecay() const {
  return static_cast<uint64_t>(std::clamp(std::rint((1.0 - keep) * kDecayUnits), 0.0, kDecayUnits));
}

std::optional<unsigned> SourceNeuron::getFractionBits() const {
  double kept = kDecayUnits - static_cast<double>(getDecay());
  if (kept / kDecayUnits != keep)
    return std::nullopt;
  unsigned bits = 0;
  for (; std::rint(std::ldexp(keep, static_cast<int>(bits))) != std::ldexp(keep, static_cast<int>(bits)); ++bits)
    ;
  return bits;
}

double SourceNeuron::boundMembrane(double low, double high, double threshold, int64_t steps) const {
  double least = 0, most = 0, reached = 0;
  for (int64_t t = 0; t < steps; ++t) {
    double charged = most * keep + high;
    least = least * keep + low;
    reached = std::max({reached, charged, -least});
    // What stays has not reached the threshold, or what was above it by less than a step.
    most = std::max(0.0, reset == ResetKind::hard ? std::min(charged, threshold)
                                                  : std::max(std::min(charged, threshold), charged - threshold));
    least = std::min(least, 0.0);
  }
  return reached;
}
