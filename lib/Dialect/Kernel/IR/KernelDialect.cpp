// SPDX-License-Identifier: Apache-2.0
// Registration and verification of the kernel dialect.
#include "spike/Dialect/Kernel/IR/Kernel.h"

#include "spike/Runtime/Runtime.h"

using namespace mlir;
using namespace mlir::spike::kernel;

#include "spike/Dialect/Kernel/IR/KernelDialect.cpp.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Kernel/IR/KernelOps.cpp.inc"

void KernelDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "spike/Dialect/Kernel/IR/KernelOps.cpp.inc"
      >();
}

namespace {

ShapedType shaped(Value value) { return cast<ShapedType>(value.getType()); }

/// Memory effects in the memref form; the tensor form has none.
void addEffects(DestinationStyleOpInterface op,
                SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    effects.emplace_back(op.isDpsInit(&operand) ? static_cast<MemoryEffects::Effect *>(MemoryEffects::Write::get())
                                                : MemoryEffects::Read::get(),
                         &operand, SideEffects::DefaultResource::get());
  }
}

/// Shapes of digit planes and of their scale.
LogicalResult verifyPlanes(Operation *op, Value weight, Value scale, int64_t outputs, int64_t height, int64_t segment) {
  int64_t width = SPIKE_RT_PLANE_OUTPUTS, blocks = (outputs + width - 1) / width;
  int64_t depthBlocks = spike_rt_plane_blocks(height, segment);
  ArrayRef<int64_t> shape = shaped(weight).getShape();
  int64_t planes = shape.size() == 6 ? std::clamp<int64_t>(shape[2], 1, SPIKE_RT_PLANES) : SPIKE_RT_PLANES;
  SmallVector<int64_t> expected = {blocks, depthBlocks, planes, SPIKE_RT_PLANE_DEPTH / 4, width, 4};
  if (!shaped(weight).getElementType().isInteger(8) || !llvm::equal(shape, expected))
    return op->emitOpError() << "expected digit planes of type "
                             << RankedTensorType::get(expected, IntegerType::get(op->getContext(), 8))
                             << " beside a scale, got " << weight.getType();
  if (shaped(scale).getShape() != ArrayRef<int64_t>(blocks * width))
    return op->emitOpError() << "expected a scale of " << blocks * width << " values, got " << scale.getType();
  return success();
}

/// Shape of a packed weight for `height` segments of products per output.
LogicalResult verifyPacked(Operation *op, Value weight, Value scale, int64_t outputs, int64_t height, int64_t segment) {
  int64_t depth = height * segment;
  if (scale)
    return verifyPlanes(op, weight, scale, outputs, height, segment);
  if (!shaped(weight).getElementType().isF32())
    return op->emitOpError() << "expected a weight of f32 without a scale, got " << weight.getType();
  int64_t block = SPIKE_RT_BLOCK;
  SmallVector<int64_t> expected = {(outputs + block - 1) / block, depth, block};
  if (llvm::equal(shaped(weight).getShape(), expected))
    return success();
  return op->emitOpError() << "expected a packed weight of shape [" << expected[0] << ", " << depth << ", " << block
                           << "], got " << weight.getType();
}

LogicalResult verifyStatic(Operation *op) {
  for (Value operand : op->getOperands())
    if (!shaped(operand).hasStaticShape())
      return op->emitOpError() << "expected operands of static shape, got " << operand.getType();
  return success();
}

LogicalResult verifySteps(Operation *op, Attribute neuron, std::optional<int64_t> steps) {
  return !neuron == !steps ? success() : op->emitOpError() << "expected the number of steps beside a neuron";
}

/// The type of the result: spikes behind a neuron, else currents.
LogicalResult verifyResult(Operation *op, Value init, Value scale, Attribute neuron, std::optional<int64_t> steps) {
  if (failed(verifySteps(op, neuron, steps)))
    return failure();
  Type element = shaped(init).getElementType();
  if (!neuron)
    return element.isF32() ? success()
                           : op->emitOpError() << "expected a result of f32 without a neuron, got " << element;
  int64_t rows = shaped(init).getNumElements() / std::max<int64_t>(1, shaped(init).getShape().back());
  if (!scale || !element.isInteger(8) || rows % *steps)
    return op->emitOpError() << "expected a neuron behind digit planes, a result of i8 and rows that are a multiple of "
                             << *steps << " steps, got " << init.getType();
  return success();
}

/// Kernel, strides, padding and dilations of two axes.
LogicalResult verifyWindow(Operation *op, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                           ArrayRef<int64_t> padding, ArrayRef<int64_t> dilations) {
  for (ArrayRef<int64_t> pair : {kernel, strides, padding, dilations})
    if (pair.size() != 2 || pair[0] < 0 || pair[1] < 0)
      return op->emitOpError() << "expected kernel, strides, padding and dilations of two values each";
  if (strides[0] < 1 || strides[1] < 1 || dilations[0] < 1 || dilations[1] < 1)
    return op->emitOpError() << "expected strides and dilations of at least one";
  return success();
}

/// Weights of groups of `channels` in all and `outputs` in all.
LogicalResult verifyGroups(ConvOp op, int64_t channels, int64_t outputs) {
  int64_t groups = *op.getGroups(), lanes = SPIKE_RT_LANES, blocks = (outputs + lanes - 1) / lanes;
  if (channels % groups || outputs % groups)
    return op.emitOpError() << "expected channels and outputs to be multiples of " << groups << " groups, got "
                            << channels << " and " << outputs;
  int64_t inputs = channels / groups, height = op.getKernel()[0], width = op.getKernel()[1];
  Type element = Float32Type::get(op.getContext());
  SmallVector<int64_t> expected = {blocks, height, width, inputs, lanes};
  if (op.getScale()) {
    element = IntegerType::get(op.getContext(), 16);
    expected = {blocks, height, inputs == 1 ? (width + 1) / 2 : width * ((inputs + 1) / 2), 2, lanes, 2};
    if (shaped(op.getScale()).getShape() != ArrayRef<int64_t>(blocks * lanes) ||
        !shaped(op.getInput()).getElementType().isInteger(8))
      return op.emitOpError() << "expected a scale of " << blocks * lanes << " values and an input of i8, got "
                              << op.getScale().getType() << " and " << op.getInput().getType();
  }
  if (shaped(op.getWeight()).getElementType() != element || !llvm::equal(shaped(op.getWeight()).getShape(), expected))
    return op.emitOpError() << "expected a weight of " << groups << " groups of type "
                            << RankedTensorType::get(expected, element) << ", got " << op.getWeight().getType();
  return success();
}

/// Windows over an image of currents, none of them empty, with a neuron behind.
LogicalResult verifyPooling(ConvOp op) {
  ArrayRef<int64_t> pool = *op.getPool(), pooled = shaped(op.getInit()).getShape().take_back(3);
  if (!op.getScale() || !op.getNeuron() || op.getGroups())
    return op.emitOpError() << "expected pooled currents to be sums of digit planes, with a neuron behind";
  if (pool.size() != 8)
    return op.emitOpError() << "expected a pool of 8 values, got " << pool.size();
  for (int axis = 0; axis < 2; ++axis) {
    int64_t size = pool[axis], kernel = pool[2 + axis], stride = pool[4 + axis], padding = pool[6 + axis];
    if (size < 1 || kernel < 1 || stride < 1 || padding < 0 || padding >= kernel ||
        (pooled[axis] - 1) * stride - padding >= size)
      return op.emitOpError() << "expected windows of " << kernel << " every " << stride << " from " << -padding
                              << " to see some of " << size << " currents each; there are " << pooled[axis];
  }
  return success();
}

LogicalResult verifyBias(Operation *op, Value bias, int64_t outputs) {
  if (bias && shaped(bias).getShape() != ArrayRef<int64_t>(outputs))
    return op->emitOpError() << "expected a bias of " << outputs << " values, got " << bias.getType();
  return success();
}

} // namespace

void LinearOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addEffects(*this, effects);
}
void ConvOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addEffects(*this, effects);
}
void MatmulOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addEffects(*this, effects);
}

void PoolOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addEffects(*this, effects);
}
void AttentionOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addEffects(*this, effects);
}

LogicalResult LinearOp::verify() {
  if (failed(verifyStatic(*this)))
    return failure();
  ArrayRef<int64_t> x = shaped(getInput()).getShape(), y = shaped(getInit()).getShape();
  if (x.empty() || y.empty() || x.drop_back() != y.drop_back())
    return emitOpError() << "expected equal leading axes of input and result, got " << getInput().getType() << " and "
                         << getInit().getType();
  if (failed(verifyPacked(*this, getWeight(), getScale(), y.back(), 1, x.back())) ||
      failed(verifyResult(*this, getInit(), getScale(), getNeuronAttr(), getSteps())))
    return failure();
  return verifyBias(*this, getBias(), y.back());
}

ArrayRef<int64_t> ConvOp::getCurrentsSize() {
  return getPool() ? getPool()->take_front(2) : shaped(getInit()).getShape().take_back(3).take_front(2);
}

LogicalResult ConvOp::verify() {
  if (failed(verifyStatic(*this)))
    return failure();
  ArrayRef<int64_t> x = shaped(getInput()).getShape(), y = shaped(getInit()).getShape();
  if (x.size() < 3 || y.size() != x.size() || x.drop_back(3) != y.drop_back(3))
    return emitOpError() << "expected equal leading axes of input and result, got " << getInput().getType() << " and "
                         << getInit().getType();
  if (failed(verifyWindow(*this, getKernel(), getStrides(), getPadding(), getDilations())))
    return failure();
  if (getPool() && failed(verifyPooling(*this)))
    return failure();
  if (getGroups()) {
    if (failed(verifyGroups(*this, x.back(), y.back())))
      return failure();
  } else if (failed(
                 verifyPacked(*this, getWeight(), getScale(), y.back(), getKernel()[0], getKernel()[1] * x.back()))) {
    return failure();
  }
  if (failed(verifyResult(*this, getInit(), getScale(), getNeuronAttr(), getSteps())))
    return failure();
  return verifyBias(*this, getBias(), y.back());
}

LogicalResult MatmulOp::verify() {
  if (failed(verifyStatic(*this)))
    return failure();
  ArrayRef<int64_t> a = shaped(getLhs()).getShape(), b = shaped(getRhs()).getShape(), c = shaped(getInit()).getShape();
  if (a.size() < 2 || b.size() != a.size() || c.size() != a.size() || a.drop_back(2) != b.drop_back(2) ||
      a.drop_back(2) != c.drop_back(2))
    return emitOpError() << "expected operands with equal leading axes";
  size_t last = a.size() - 1;
  auto row = [&](ArrayRef<int64_t> shape, bool swap) { return shape[swap ? last : last - 1]; };
  auto column = [&](ArrayRef<int64_t> shape, bool swap) { return shape[swap ? last - 1 : last]; };
  if (column(a, getTransposeLhs()) != row(b, getTransposeRhs()) || row(a, getTransposeLhs()) != c[last - 1] ||
      column(b, getTransposeRhs()) != c[last])
    return emitOpError() << "expected matching matrix dimensions, got " << getLhs().getType() << ", "
                         << getRhs().getType() << " and " << getInit().getType();
  return success();
}

LogicalResult PoolOp::verify() {
  if (failed(verifyStatic(*this)))
    return failure();
  ArrayRef<int64_t> x = shaped(getInput()).getShape(), y = shaped(getInit()).getShape();
  if (x.size() < 3 || y.size() != x.size() || x.drop_back(3) != y.drop_back(3) || x.back() != y.back())
    return emitOpError() << "expected equal leading axes and channels of input and result, got " << getInput().getType()
                         << " and " << getInit().getType();
  if (failed(verifyWindow(*this, getKernel(), getStrides(), getPadding(), getDilations())) ||
      failed(verifySteps(*this, getNeuronAttr(), getSteps())))
    return failure();
  // A window that sees padding only has no maximum.
  for (unsigned axis : {0, 1}) {
    int64_t in = x[x.size() - 3 + axis], out = y[x.size() - 3 + axis],
            span = (getKernel()[axis] - 1) * getDilations()[axis];
    int64_t lastStart = (out - 1) * getStrides()[axis] - getPadding()[axis];
    if (getKernel()[axis] < 1 || (out > 0 && (span < getPadding()[axis] || lastStart >= in)))
      return emitOpError() << "expected every window to see the image along axis " << axis << ", got "
                           << getInput().getType() << " and " << getInit().getType();
  }
  Type in = shaped(getInput()).getElementType(), out = shaped(getInit()).getElementType();
  int64_t images = shaped(getInit()).getNumElements() / std::max<int64_t>(1, y.back());
  if (getNeuronAttr() ? !in.isF32() || !out.isInteger(8) || images % *getSteps()
                      : in != out || in.isInteger(16) || in.isInteger(32))
    return emitOpError() << "expected f32 or i8, or f32 before a neuron that gives i8 at every step, got " << in
                         << " and " << out;
  return success();
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyStatic(*this)))
    return failure();
  ArrayRef<int64_t> sizes = getSizes();
  if (sizes.size() != 7 || llvm::any_of(sizes, [](int64_t size) { return size < 1; }))
    return emitOpError() << "expected seven sizes of at least one";
  int64_t m = sizes[3], k = sizes[4], n = sizes[5], j = sizes[6];
  if (k > 255 || k * n >= (int64_t(1) << 24))
    return emitOpError() << "expected a first depth of at most 255 and products below 2^24, got depths of " << k
                         << " and " << n;
  auto check = [&](StringRef name, Value matrix, ArrayRef<int64_t> strides, int64_t rows, int64_t columns) {
    if (!shaped(matrix).getElementType().isInteger(8))
      return emitOpError() << "expected " << name << " of i8, got " << matrix.getType();
    SmallVector<int64_t> extents = {sizes[0], sizes[1], sizes[2], rows, columns};
    int64_t last = strides.empty() ? -1 : strides[0];
    for (auto [extent, stride] : llvm::zip(extents, strides.drop_front(std::min<size_t>(1, strides.size()))))
      last = stride < 0 ? -1 : last + (extent - 1) * stride;
    if (strides.size() != 6 || strides[0] < 0 || last < 0 || last >= shaped(matrix).getNumElements())
      return emitOpError() << "expected an offset and five strides of " << name << " that stay within "
                           << matrix.getType();
    return InFlightDiagnostic();
  };
  if (failed(check("left", getLeft(), getLeftStrides(), m, k)) ||
      failed(check("right", getRight(), getRightStrides(), k, n)) ||
      failed(check("last", getLast(), getLastStrides(), n, j)) ||
      failed(check("result", getInit(), getResultStrides(), m, j)))
    return failure();
  if (shaped(getInit()).getNumElements() != sizes[0] * sizes[1] * sizes[2] * m * j)
    return emitOpError() << "expected a result that is written as a whole, got " << getInit().getType();
  return success();
}
