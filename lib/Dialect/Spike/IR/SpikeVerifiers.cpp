// SPDX-License-Identifier: Apache-2.0
// Verifiers of the spike ops. Each check names its constraint of docs/spec.md.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

bool isReal(Type element) { return element.isF32(); }

/// The result has exactly the given shape.
LogicalResult verifyShape(Operation *op, StringRef constraint, Value result, ArrayRef<int64_t> expected) {
  if (shapeOf(result) == expected)
    return success();
  InFlightDiagnostic diag = op->emitOpError() << constraint << ": expected result shape [";
  llvm::interleaveComma(expected, diag);
  diag << "], got [";
  llvm::interleaveComma(shapeOf(result), diag);
  return diag << "]";
}

/// A result computed from real values is real: only integers may be held in an integer type.
LogicalResult verifyElement(Operation *op, StringRef constraint, ValueRange inputs, Value result) {
  Type out = elementOf(result);
  for (Value input : inputs)
    if (isReal(elementOf(input)) && !isReal(out))
      return op->emitOpError() << constraint << ": expected an f32 result from f32 operands, got " << out;
  return success();
}

LogicalResult verifySameElement(Operation *op, StringRef constraint, Value input, Value result) {
  if (elementOf(input) == elementOf(result))
    return success();
  return op->emitOpError() << constraint << ": expected element type " << elementOf(input) << ", got "
                           << elementOf(result);
}

LogicalResult verifyVector(Operation *op, StringRef constraint, StringRef name, Value vector, int64_t length) {
  if (!vector || (shapeOf(vector).size() == 1 && shapeOf(vector)[0] == length))
    return success();
  InFlightDiagnostic diag = op->emitOpError()
                            << constraint << ": expected " << name << " of shape [" << length << "], got [";
  llvm::interleaveComma(shapeOf(vector), diag);
  return diag << "]";
}

/// Output sizes of the windowed axes of a convolution or a pool, checked against the result shape.
LogicalResult verifyWindow(Operation *op, StringRef constraint, Value input, Value result, int64_t firstAxis,
                           ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides, ArrayRef<int64_t> padding,
                           ArrayRef<int64_t> dilations, SmallVectorImpl<int64_t> &expected) {
  size_t rank = kernel.size();
  if (strides.size() != rank)
    return op->emitOpError() << constraint << ": expected " << rank << " strides, got " << strides.size();
  if (padding.size() != 2 * rank)
    return op->emitOpError() << constraint << ": expected " << 2 * rank << " padding values, got " << padding.size();
  if (!dilations.empty() && dilations.size() != rank)
    return op->emitOpError() << constraint << ": expected " << rank << " dilations, got " << dilations.size();
  for (size_t i = 0; i < rank; ++i) {
    int64_t length = shapeOf(input)[firstAxis + i];
    std::optional<int64_t> out = getWindowedLength(length, kernel[i], strides[i], padding[2 * i], padding[2 * i + 1],
                                                   dilations.empty() ? 1 : dilations[i]);
    if (!out)
      return op->emitOpError() << constraint << ": a window of " << kernel[i]
                               << " does not fit a padded axis of length " << length
                               << ", or its stride, padding or dilation is out of range";
    expected[firstAxis + i] = *out;
  }
  return success();
}

} // namespace

/// A resource that has arrived holds one aligned storage element for each element of the type.
static LogicalResult verifyResource(ConstantOp op, DenseResourceElementsAttr value) {
  const AsmResourceBlob *blob = value.getRawHandle().getBlob();
  if (!blob)
    return success();
  size_t width = value.getType().getElementType().getIntOrFloatBitWidth() / 8;
  size_t expected = std::max<size_t>(width, 1) * value.getType().getNumElements();
  if (blob->getData().size() != expected)
    return op.emitOpError() << "constant_c3: expected resource '" << value.getRawHandle().getKey() << "' to hold "
                            << expected << " bytes, got " << blob->getData().size();
  if (width > 1 && reinterpret_cast<uintptr_t>(blob->getData().data()) % width)
    return op.emitOpError() << "constant_c3: expected resource '" << value.getRawHandle().getKey()
                            << "' to be aligned to " << width << " bytes";
  return success();
}

LogicalResult ConstantOp::verify() {
  auto stored = dyn_cast<RankedTensorType>(getValue().getShapedType());
  if (!stored || stored.getShape() != getType().getShape())
    return emitOpError() << "constant_c1: expected a value of type " << getType() << ", got "
                         << getValue().getShapedType();
  if (auto count = dyn_cast<CountType>(getType().getElementType())) {
    auto dense = dyn_cast<DenseIntElementsAttr>(getValue());
    if (!dense || !stored.getElementType().isInteger(32))
      return emitOpError() << "constant_c2: expected counts to be stored as dense i32 values, got " << stored;
    auto values = dense.getValues<APInt>();
    for (const APInt &value : llvm::make_range(values.begin(), dense.isSplat() ? values.begin() + 1 : values.end()))
      if (value.isNegative() || value.getZExtValue() > count.getMax())
        return emitOpError() << "constant_c2: value " << value.getSExtValue() << " does not fit " << count;
    return success();
  }
  if (stored.getElementType() != getType().getElementType())
    return emitOpError() << "constant_c1: expected a value of type " << getType() << ", got " << stored;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(getValue()))
    return verifyResource(*this, resource);
  if (!isa<DenseElementsAttr>(getValue()))
    return emitOpError() << "constant_c3: expected dense<...> or dense_resource<...>, got " << getValue();
  return success();
}

LogicalResult CastOp::verify() { return verifyShape(*this, "cast_c1", getResult(), shapeOf(getInput())); }

LogicalResult NeuronOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (!getSingleStep() && shape.size() < 2)
    return emitOpError() << "neuron_c1: expected a time axis and at least one more, got rank " << shape.size();
  if (failed(verifyShape(*this, "neuron_c2", getOutput(), shape)))
    return failure();
  size_t states = getModel().getStateNames().size();
  if (!getInit().empty() && getInit().size() != states)
    return emitOpError() << "neuron_c3: expected " << states << " initial states, got " << getInit().size();
  if (!getFinalState().empty() && getFinalState().size() != states)
    return emitOpError() << "neuron_c3: expected " << states << " final states, got " << getFinalState().size();
  if (getTrace() && (getSingleStep() || getFinalState().empty()))
    return emitOpError() << "neuron_c8: expected a trace of several steps with the states as results";
  auto verifyState = [&](Value state, ArrayRef<int64_t> expected) -> LogicalResult {
    if (shapeOf(state) == expected)
      return success();
    InFlightDiagnostic diag = emitOpError() << "neuron_c3: expected a state of shape [";
    llvm::interleaveComma(expected, diag);
    diag << "], got [";
    llvm::interleaveComma(shapeOf(state), diag);
    return diag << "]";
  };
  for (Value state : getInit())
    if (failed(verifyState(state, getStateShape())))
      return failure();
  for (Value state : getFinalState())
    if (failed(verifyState(state, getTrace() ? shape : getStateShape())))
      return failure();
  size_t names = getParamNamesAttr() ? getParamNamesAttr().size() : 0;
  if (names != getParams().size())
    return emitOpError() << "neuron_c4: expected one name per parameter operand, got " << names << " names and "
                         << getParams().size() << " operands";
  if (getParams().empty() != !getAxis().has_value())
    return emitOpError() << "neuron_c4: expected parameter operands together with an axis";
  if (names) {
    int64_t axis = *getAxis();
    if (axis >= static_cast<int64_t>(shape.size()) || (axis == 0 && !getSingleStep()))
      return emitOpError() << "neuron_c4: expected an axis of the population, got " << axis << " of rank "
                           << shape.size();
    llvm::SmallSet<StringRef, 4> seen;
    SmallVector<StringRef> known = getModel().getParamNames();
    for (auto [param, name] : llvm::zip_equal(getParams(), getParamNamesAttr().getAsValueRange<StringAttr>())) {
      if (!llvm::is_contained(known, name))
        return emitOpError() << "neuron_c4: the model has no parameter '" << name << "'";
      if (!seen.insert(name).second)
        return emitOpError() << "neuron_c4: parameter '" << name << "' is given twice";
      if (failed(verifyVector(*this, "neuron_c4", name, param, shape[axis])))
        return failure();
    }
  }
  std::optional<uint64_t> max = getModel().getMaxOutput();
  std::optional<uint64_t> held = getMaxCount(elementOf(getOutput()));
  if (!max && !isReal(elementOf(getOutput())))
    return emitOpError() << "neuron_c5: expected an f32 output of a model that does not fire, got "
                         << elementOf(getOutput());
  if (max && getModel().getMinOutput() < 0 && (held || elementOf(getOutput()).isInteger(1)))
    return emitOpError() << "neuron_c5: expected a signed element type or f32 for outputs from "
                         << getModel().getMinOutput() << " to " << *max << ", got " << elementOf(getOutput());
  if (max && held && *held < *max)
    return emitOpError() << "neuron_c5: expected an element type that holds " << *max << ", got "
                         << elementOf(getOutput());
  return success();
}

LogicalResult EncodeOp::verify() {
  SmallVector<int64_t> expected(shapeOf(getInput()));
  int64_t steps = getSteps();
  if (!getEncoding().readsTime())
    expected.insert(expected.begin(), steps);
  else if (expected.size() < 2 || expected.front() != steps)
    return emitOpError() << "encode_c1: expected an input with a time axis of " << steps << " steps";
  if (failed(verifyShape(*this, "encode_c1", getResult(), expected)))
    return failure();
  if (!getEncoding().isBinary() && !isReal(elementOf(getResult())))
    return emitOpError() << "encode_c2: expected an f32 result of a real code, got " << elementOf(getResult());
  if (isa<PhaseAttr>(getEncoding()) && steps > 126)
    return emitOpError() << "encode_c3: expected at most 126 steps of the phase code, got " << steps;
  return success();
}

LogicalResult DecodeOp::verify() {
  if (shapeOf(getInput()).size() < 2)
    return emitOpError() << "decode_c1: expected a time axis and at least one more, got rank "
                         << shapeOf(getInput()).size();
  if (failed(verifyShape(*this, "decode_c1", getResult(), shapeOf(getInput()).drop_front())))
    return failure();
  if (getKind() == DecodeKind::mean && !isReal(elementOf(getResult())))
    return emitOpError() << "decode_c2: expected an f32 mean, got " << elementOf(getResult());
  if (getKind() == DecodeKind::last)
    return verifySameElement(*this, "decode_c2", getInput(), getResult());
  if (getKind() == DecodeKind::count)
    return verifyElement(*this, "decode_c2", getInput(), getResult());
  return success();
}

LogicalResult RepeatTimeOp::verify() {
  if (shapeOf(getResult()).empty() || shapeOf(getResult()).drop_front() != shapeOf(getInput()))
    return emitOpError() << "repeat_time_c1: expected the input's shape behind a leading time axis";
  return verifySameElement(*this, "repeat_time_c2", getInput(), getResult());
}

LogicalResult LinearOp::verify() {
  ArrayRef<int64_t> x = shapeOf(getInput()), w = shapeOf(getWeight());
  if (x.empty() || w.size() != 2)
    return emitOpError() << "linear_c1: expected an input of rank 1 or more and a weight of rank 2, got ranks "
                         << x.size() << " and " << w.size();
  if (x.back() != w[1])
    return emitOpError() << "linear_c2: expected " << w[1] << " input features as in the weight, got " << x.back();
  SmallVector<int64_t> expected(x);
  expected.back() = w[0];
  if (failed(verifyShape(*this, "linear_c3", getResult(), expected)) ||
      failed(verifyVector(*this, "linear_c3", "bias", getBias(), w[0])))
    return failure();
  return verifyElement(*this, "linear_c3", getWeight(), getResult());
}

LogicalResult ConvOp::verify() {
  ArrayRef<int64_t> x = shapeOf(getInput()), w = shapeOf(getWeight());
  if (w.size() != 3 && w.size() != 4)
    return emitOpError() << "conv_c1: expected a weight of rank 3 or 4, got " << w.size();
  if (static_cast<int64_t>(x.size()) < getSpatialRank() + 1)
    return emitOpError() << "conv_c1: expected an input of rank " << getSpatialRank() + 1 << " or more, got "
                         << x.size();
  int64_t groups = getGroups(), channels = x[getChannelAxis()];
  if (channels % groups || w[0] % groups)
    return emitOpError() << "conv_c2: expected " << channels << " input and " << w[0]
                         << " output channels to be multiples of " << groups << " groups";
  if (channels / groups != w[1])
    return emitOpError() << "conv_c3: expected " << w[1] * groups << " input channels as in the weight, got "
                         << channels;
  SmallVector<int64_t> expected(x);
  expected[getChannelAxis()] = w[0];
  if (failed(verifyWindow(*this, "conv_c4", getInput(), getResult(), getFirstSpatialAxis(), w.drop_front(2),
                          getStrides(), getPadding(), getDilations(), expected)) ||
      failed(verifyShape(*this, "conv_c5", getResult(), expected)) ||
      failed(verifyVector(*this, "conv_c6", "bias", getBias(), w[0])))
    return failure();
  return verifyElement(*this, "conv_c6", getWeight(), getResult());
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> a = shapeOf(getLhs()), b = shapeOf(getRhs());
  if (a.size() < 2 || a.size() != b.size())
    return emitOpError() << "matmul_c1: expected operands of one rank, at least 2, got " << a.size() << " and "
                         << b.size();
  if (a.drop_back(2) != b.drop_back(2))
    return emitOpError() << "matmul_c2: expected equal leading axes of both operands";
  size_t last = a.size() - 1;
  int64_t m = a[getTransposeLhs() ? last : last - 1], k = a[getTransposeLhs() ? last - 1 : last];
  int64_t kRhs = b[getTransposeRhs() ? last : last - 1], n = b[getTransposeRhs() ? last - 1 : last];
  if (k != kRhs)
    return emitOpError() << "matmul_c3: expected equal inner dimensions, got " << k << " and " << kRhs;
  SmallVector<int64_t> expected(a);
  expected[last - 1] = m;
  expected[last] = n;
  if (failed(verifyShape(*this, "matmul_c4", getResult(), expected)))
    return failure();
  return verifyElement(*this, "matmul_c4", getOperands(), getResult());
}

static LogicalResult verifyBinary(Operation *op, StringRef name) {
  std::string shapes = (name + "_c1").str(), types = (name + "_c2").str();
  auto expected = broadcastShapes(shapeOf(op->getOperand(0)), shapeOf(op->getOperand(1)));
  if (!expected)
    return op->emitOpError() << shapes << ": the operands' shapes do not align";
  if (failed(verifyShape(op, shapes, op->getResult(0), *expected)))
    return failure();
  return verifyElement(op, types, op->getOperands(), op->getResult(0));
}

LogicalResult AddOp::verify() { return verifyBinary(*this, "add"); }
LogicalResult MaskOp::verify() { return verifyBinary(*this, "mask"); }

LogicalResult ScaleOp::verify() {
  if (!getFactor().isFinite() || (getDivide() && getFactor().isZero()))
    return emitOpError() << "scale_c1: expected a finite factor, not zero for a division, got "
                         << getFactor().convertToFloat();
  if (failed(verifyShape(*this, "scale_c1", getResult(), shapeOf(getInput()))))
    return failure();
  if (!isReal(elementOf(getResult())))
    return emitOpError() << "scale_c2: expected an f32 result, got " << elementOf(getResult());
  return success();
}

LogicalResult QuantizeOp::verify() {
  if (!getFactor().isFinite() || getFactor().isNegative() || getFactor().isZero())
    return emitOpError() << "quantize_c1: expected a finite factor above zero, got " << getFactor().convertToFloat();
  int64_t low = getLow(), high = getHigh();
  if (low > 0 || high < 0 || low < -kMaxMagnitude || high > kMaxMagnitude)
    return emitOpError() << "quantize_c2: expected an interval within +-" << kMaxMagnitude << " that holds 0, got ["
                         << low << ", " << high << "]";
  if (failed(verifyShape(*this, "quantize_c3", getResult(), shapeOf(getInput()))))
    return failure();
  Type element = elementOf(getResult());
  if (isReal(element))
    return success();
  // A spike or a count holds no sign, an integer of n bits half of its values above zero.
  std::optional<uint64_t> count = getMaxCount(element);
  bool fits =
      count ? low == 0 && static_cast<uint64_t>(high) <= *count
            : llvm::isIntN(element.getIntOrFloatBitWidth(), low) && llvm::isIntN(element.getIntOrFloatBitWidth(), high);
  if (!fits)
    return emitOpError() << "quantize_c3: expected an element type that holds " << low << " to " << high << ", got "
                         << element;
  return success();
}

LogicalResult MapOp::verify() {
  unsigned arity = getArity(getKind());
  if (getInputs().size() != arity)
    return emitOpError() << "map_c1: expected " << arity << " operand" << (arity == 1 ? "" : "s") << " of '"
                         << stringifyMapKind(getKind()) << "', got " << getInputs().size();
  SmallVector<int64_t> expected(shapeOf(getInputs().front()));
  for (Value input : getInputs().drop_front()) {
    auto common = broadcastShapes(expected, shapeOf(input));
    if (!common)
      return emitOpError() << "map_c2: the operands' shapes do not align";
    expected = *common;
  }
  if (failed(verifyShape(*this, "map_c2", getResult(), expected)))
    return failure();
  if (!isReal(elementOf(getResult())) && !(isComparison() && getMaxCount(elementOf(getResult()))))
    return emitOpError() << "map_c3: expected an f32 result" << (isComparison() ? " or spikes" : "") << ", got "
                         << elementOf(getResult());
  return success();
}

LogicalResult BatchNormOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (failed(verifyShape(*this, "batch_norm_c1", getResult(), shape)))
    return failure();
  if (getAxis() >= shape.size())
    return emitOpError() << "batch_norm_c1: expected an axis below rank " << shape.size() << ", got " << getAxis();
  if (!getEps().isFinite() || getEps().isNegative())
    return emitOpError() << "batch_norm_c2: expected a finite eps of at least zero, got " << getEps().convertToDouble();
  for (auto [name, vector] :
       {std::pair<StringRef, Value>("mean", getMean()), {"var", getVar()}, {"gamma", getGamma()}, {"beta", getBeta()}})
    if (failed(verifyVector(*this, "batch_norm_c2", name, vector, shape[getAxis()])))
      return failure();
  return verifyElement(*this, "batch_norm_c3", getMean(), getResult());
}

LogicalResult PoolOp::verify() {
  ArrayRef<int64_t> x = shapeOf(getInput());
  if (x.size() < 3)
    return emitOpError() << "pool_c1: expected an input of rank 3 or more, got " << x.size();
  if (getKernel().size() != 2)
    return emitOpError() << "pool_c1: expected a kernel of two axes, got " << getKernel().size();
  SmallVector<int64_t> expected(x);
  if (failed(verifyWindow(*this, "pool_c2", getInput(), getResult(), getFirstSpatialAxis(), getKernel(), getStrides(),
                          getPadding(), getDilations(), expected)))
    return failure();
  for (unsigned i = 0; i < 4; ++i)
    if (getPadding()[i] > getDilation(i / 2) * (getKernel()[i / 2] - 1))
      return emitOpError() << "pool_c3: padding of " << getPadding()[i]
                           << " leaves a window without any element of the image";
  if (failed(verifyShape(*this, "pool_c2", getResult(), expected)))
    return failure();
  if (getKind() == PoolKind::max)
    return verifySameElement(*this, "pool_c4", getInput(), getResult());
  if (!isReal(elementOf(getResult())))
    return emitOpError() << "pool_c4: expected an f32 mean, got " << elementOf(getResult());
  return success();
}

LogicalResult ReduceOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (getDims().empty())
    return emitOpError() << "reduce_c1: expected at least one axis";
  SmallVector<bool> reduced(shape.size(), false);
  int64_t previous = -1;
  for (int64_t dim : getDims()) {
    if (dim <= previous || dim >= static_cast<int64_t>(shape.size()))
      return emitOpError() << "reduce_c1: expected ascending axes below rank " << shape.size() << ", got " << dim;
    reduced[dim] = true;
    previous = dim;
  }
  SmallVector<int64_t> expected;
  for (auto [size, isReduced] : llvm::zip_equal(shape, reduced))
    if (!isReduced || getKeepDims())
      expected.push_back(isReduced ? 1 : size);
  if (failed(verifyShape(*this, "reduce_c2", getResult(), expected)))
    return failure();
  if (getKind() == ReduceKind::max)
    return verifySameElement(*this, "reduce_c4", getInput(), getResult());
  if (getKind() == ReduceKind::mean && !isReal(elementOf(getResult())))
    return emitOpError() << "reduce_c4: expected an f32 mean, got " << elementOf(getResult());
  if (getKind() == ReduceKind::nonzero) {
    if (isReal(elementOf(getResult())))
      return emitOpError() << "reduce_c4: expected an integer number of nonzero elements, got "
                           << elementOf(getResult());
    return success();
  }
  return verifyElement(*this, "reduce_c4", getInput(), getResult());
}

LogicalResult PadOp::verify() {
  SmallVector<int64_t> expected(shapeOf(getInput()));
  ArrayRef<int64_t> padding = getPadding();
  if (padding.empty() || padding.size() % 2 || padding.size() / 2 > expected.size())
    return emitOpError() << "pad_c1: expected low and high padding of one to " << expected.size() << " axes, got "
                         << padding.size() << " numbers";
  for (auto [i, pad] : llvm::enumerate(padding)) {
    if (pad < 0 || pad >= (int64_t(1) << 31))
      return emitOpError() << "pad_c1: expected padding between 0 and 2^31 - 1, got " << pad;
    expected[expected.size() - padding.size() / 2 + i / 2] += pad;
  }
  if (failed(verifyShape(*this, "pad_c2", getResult(), expected)))
    return failure();
  return verifySameElement(*this, "pad_c3", getInput(), getResult());
}

LogicalResult ReshapeOp::verify() {
  if (getInput().getType().getNumElements() != getType().getNumElements())
    return emitOpError() << "reshape_c1: expected " << getInput().getType().getNumElements() << " elements, got "
                         << getType().getNumElements();
  return verifySameElement(*this, "reshape_c2", getInput(), getResult());
}

LogicalResult TransposeOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  SmallVector<bool> used(shape.size(), false);
  SmallVector<int64_t> expected;
  for (int64_t axis : getPermutation()) {
    if (axis < 0 || axis >= static_cast<int64_t>(shape.size()) || used[axis])
      return emitOpError() << "transpose_c1: expected a permutation of " << shape.size() << " axes";
    used[axis] = true;
    expected.push_back(shape[axis]);
  }
  if (expected.size() != shape.size())
    return emitOpError() << "transpose_c1: expected a permutation of " << shape.size() << " axes, got "
                         << expected.size();
  if (failed(verifyShape(*this, "transpose_c2", getResult(), expected)))
    return failure();
  return verifySameElement(*this, "transpose_c3", getInput(), getResult());
}

LogicalResult SliceOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput()), out = shapeOf(getResult());
  if (getAxis() >= shape.size() || out.size() != shape.size())
    return emitOpError() << "slice_c1: expected an axis below rank " << shape.size() << " and a result of that rank";
  for (size_t i = 0; i < shape.size(); ++i)
    if (i != getAxis() && shape[i] != out[i])
      return emitOpError() << "slice_c2: expected axis " << i << " to keep its " << shape[i] << " elements, got "
                           << out[i];
  if (getOffset() > static_cast<uint64_t>(shape[getAxis()] - 1) ||
      static_cast<int64_t>(getOffset()) + out[getAxis()] > shape[getAxis()])
    return emitOpError() << "slice_c2: elements " << getOffset() << " to " << getOffset() + out[getAxis()]
                         << " lie outside an axis of " << shape[getAxis()];
  return verifySameElement(*this, "slice_c3", getInput(), getResult());
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError() << "concat_c1: expected at least one operand";
  ArrayRef<int64_t> first = shapeOf(getInputs().front());
  if (getAxis() >= first.size())
    return emitOpError() << "concat_c1: expected an axis below rank " << first.size() << ", got " << getAxis();
  SmallVector<int64_t> expected(first);
  expected[getAxis()] = 0;
  for (Value input : getInputs()) {
    ArrayRef<int64_t> shape = shapeOf(input);
    if (shape.size() != first.size())
      return emitOpError() << "concat_c1: expected operands of rank " << first.size() << ", got " << shape.size();
    for (size_t i = 0; i < shape.size(); ++i)
      if (i != getAxis() && shape[i] != first[i])
        return emitOpError() << "concat_c1: expected axis " << i << " to have " << first[i]
                             << " elements in every operand, got " << shape[i];
    expected[getAxis()] += shape[getAxis()];
    if (failed(verifySameElement(*this, "concat_c3", input, getResult())))
      return failure();
  }
  return verifyShape(*this, "concat_c2", getResult(), expected);
}
