// SPDX-License-Identifier: Apache-2.0
// verify-spike-quantized: what a program of integers may hold.
#include "ChipNumbers.h"
#include "SourceNeuron.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"

#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Weights.h"

namespace mlir::spike {

#define GEN_PASS_DEF_VERIFYSPIKEQUANTIZEDPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

using quantize::describe;

constexpr int64_t kLargestWeight = 128, kMaxThreshold = (1 << 17) - 1, kBiasMantissa = 4096;
constexpr int kBiasExponents = 8;

struct VerifySpikeQuantizedPass : impl::VerifySpikeQuantizedPassBase<VerifySpikeQuantizedPass> {
  using VerifySpikeQuantizedPassBase::VerifySpikeQuantizedPassBase;

  void runOnOperation() override {
    RangeAnalysis analysis(getOperation());
    ranges = &analysis;
    bool valid = true;
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody())
        for (Operation &op : block.without_terminator())
          valid &= succeeded(verify(&op));
    if (!valid)
      signalPassFailure();
  }

private:
  LogicalResult verify(Operation *op) {
    if (isa<ConstantOp>(op) || isOnHost(op))
      return success();
    if (!isa<QuantizeOp>(op))
      for (Value operand : op->getOperands())
        if (isOnHost(operand.getDefiningOp()))
          return refuse(op) << "reads what the host computes, expected a 'spike.quantize' in between";
    if (auto neuron = dyn_cast<NeuronOp>(op))
      return verifyNeuron(neuron);
    if (auto linear = dyn_cast<LinearOp>(op))
      return verifySynapse(op, linear.getWeight(), linear.getBias());
    if (auto conv = dyn_cast<ConvOp>(op))
      return verifySynapse(op, conv.getWeight(), conv.getBias());
    if (isOutput(op))
      return success();
    auto pool = dyn_cast<PoolOp>(op);
    auto reduce = dyn_cast<ReduceOp>(op);
    bool known =
        isa<QuantizeOp, RepeatTimeOp, AddOp, MatmulOp, MaskOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp>(op) ||
        (pool && pool.getKind() == PoolKind::max) || (reduce && reduce.getKind() == ReduceKind::sum) || isGain(op);
    if (!known)
      return refuse(op) << "is no op of integers; see the table of docs/loihi.md, \"Quantised programs\"";
    return verifyInteger(op);
  }

  static InFlightDiagnostic refuse(Operation *op) { return op->emitError() << describe(op) << " "; }

  /// Whether an op turns an output's integers into real numbers: a factor, then perhaps a constant sum.
  static bool isOutput(Operation *op) {
    auto add = dyn_cast<AddOp>(op);
    bool adds = add && (add.getLhs().getDefiningOp<ConstantOp>() || add.getRhs().getDefiningOp<ConstantOp>());
    if (!adds && !isa<ScaleOp>(op))
      return false;
    return llvm::all_of(op->getUsers(), [&](Operation *user) {
      return isa<func::ReturnOp>(user) || (isa<ScaleOp>(op) && isa<AddOp>(user) && isOutput(user));
    });
  }

  /// Whether an op multiplies by what one weight holds.
  static bool isGain(Operation *op) {
    auto scale = dyn_cast<ScaleOp>(op);
    return scale && !scale.getDivide() && scale.getFactor().convertToFloat() >= 1 &&
           quantize::roundGain(scale.getFactor().convertToFloat()) == scale.getFactor().convertToFloat();
  }

  LogicalResult verifyInteger(Operation *op) {
    GridRange range = ranges->getRange(op->getResult(0));
    if (range.isGrid() && range.getFractionBits() <= 0)
      return success();
    return refuse(op) << "gives values that are not proved to be integers of at most 2^24";
  }

  LogicalResult verifySynapse(Operation *op, Value weight, Value bias) {
    std::optional<Weights> weights = Weights::get(weight), biases = Weights::get(bias);
    if (!weights || (bias && !biases))
      return refuse(op) << "has weights or biases that are no constants";
    uint64_t bits = 0;
    double largest = 0;
    for (float value : weights->values()) {
      if (value != std::rint(value) || std::abs(value) > 0x1p24f)
        return refuse(op) << "has the weight " << value << ", expected an integer";
      bits |= static_cast<uint64_t>(std::abs(value));
      largest = std::max(largest, static_cast<double>(std::abs(value)));
    }
    double unit = bits ? static_cast<double>(bits & (~bits + 1)) : 1;
    if (largest / unit > kLargestWeight)
      return refuse(op) << "has weights up to " << largest / unit << " times their common power of two " << unit
                        << ", expected at most " << kLargestWeight;
    if (biases)
      for (float value : biases->values())
        if (value != std::rint(value))
          return refuse(op) << "has the bias " << value << ", expected an integer";
    return verifyInteger(op);
  }

  LogicalResult verifyNeuron(NeuronOp op) {
    auto model = dyn_cast<FixedLIFAttr>(static_cast<Attribute>(op.getModel()));
    if (!model)
      return refuse(op) << "is no #spike.fixed_lif; run spike-quantize";
    if (!op.getInit().empty())
      return refuse(op) << "starts from a given state, expected zero";
    GridRange current = ranges->getRange(op.getInput());
    if (!current.isGrid() || current.getFractionBits() > 0)
      return refuse(op) << "has a current that is not proved to be an integer of at most 2^24";
    double largest = std::max(std::abs(current.getLowValue()), std::abs(current.getHighValue()));
    double limit = std::ldexp(1.0, 23 - static_cast<int>(model.getAlign()));
    if (largest >= limit)
      return refuse(op) << "has currents up to " << largest << ", expected less than " << limit << " so that they fit "
                        << "24 bits when they are aligned by " << model.getAlign();
    for (auto [param, name] : llvm::zip_equal(op.getParams(), op.getParamNamesAttr() ? op.getParamNamesAttr().getValue()
                                                                                     : ArrayRef<Attribute>())) {
      std::optional<Weights> values = Weights::get(param);
      if (!values)
        return refuse(op) << "has parameters that are no constants";
      bool isThreshold = cast<StringAttr>(name).getValue() == "threshold";
      for (float value : values->values())
        if (!(isThreshold ? value >= 0 && value <= kMaxThreshold && value == std::rint(value) : isBias(value)))
          return refuse(op) << "has the " << cast<StringAttr>(name).getValue() << " " << value << ", expected "
                            << (isThreshold ? "an integer of 17 bits" : "13 bits times a power of two up to 2^7");
    }
    if (!isBias(static_cast<double>(model.getBias())))
      return refuse(op) << "has the bias " << model.getBias() << ", expected 13 bits times a power of two up to 2^7";
    return success();
  }

  static bool isBias(double value) {
    for (int exponent = 0; exponent < kBiasExponents; ++exponent) {
      double mantissa = std::ldexp(value, -exponent);
      if (mantissa == std::rint(mantissa) && mantissa >= -kBiasMantissa && mantissa < kBiasMantissa)
        return true;
    }
    return false;
  }

  const RangeAnalysis *ranges = nullptr;
};

} // namespace
} // namespace mlir::spike
