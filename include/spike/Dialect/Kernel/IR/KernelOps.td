// SPDX-License-Identifier: Apache-2.0
// The kernel dialect: the one seam between compiled code and the contraction kernels of lib/Runtime.
#ifndef SPIKE_KERNEL_OPS
#define SPIKE_KERNEL_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/DialectBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::mlir::spike::kernel";
  let summary = "Calls of contraction kernels in destination-passing style";
  let description = [{
    Each op names a contraction by what it computes, not by how: the runtime picks the kernel for the machine. All
    kernels compute the same sum in the same order, so the choice never changes a bit of the result. Operands are tensors
    before bufferisation and contiguous memrefs after it. Integer element types hold non-negative values.
  }];
}

/// A tensor or memref of a type that kernels read and write.
def Kernel_Data : AnyTypeOf<[
    StaticShapeTensorOf<[F32, I8, I16, I32]>, MemRefOf<[F32, I8, I16, I32]>]>;
def Kernel_Weight : AnyTypeOf<[StaticShapeTensorOf<[F32, I8, I16]>, MemRefOf<[F32, I8, I16]>]>;
def Kernel_Result : AnyTypeOf<[StaticShapeTensorOf<[F32, I8]>, MemRefOf<[F32, I8]>]>;
def Kernel_F32Data : AnyTypeOf<[StaticShapeTensorOf<[F32]>, MemRefOf<[F32]>]>;

class Kernel_Op<string mnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, mnemonic, !listconcat([
    DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def Kernel_LinearOp : Kernel_Op<"linear", [AttrSizedOperandSegments]> {
  let summary = "rows of inputs times a packed weight matrix";
  let description = [{
    `init[..., n] = sum over k of input[..., k] * W[n, k] (+ bias[n])`, summed from zero in ascending `k` with one
    rounding per product and per sum. The weight is packed in blocks of `block` outputs, `[N / block, K, block]`,
    padded with zeros. `binary` promises that the input holds 0 and 1 only.

    With `exact` the sum is formed in f64, bias included, and rounded to f32 at the end. With `scale` the weight holds
    digit planes, `[N / 16, K / 64, planes, 16, 16, 4]` (padded with zeros; for `kernel.conv` each kernel row by itself, if
    that adds less than a third), and a weight is the integer of its one to three digits times the
    scale of its output, a power of two. The input then holds integers of 0 to 255; the result is that of `exact`. `narrow`
    promises that no input makes a sum of integers that does not fit 32 bits.

    With `neuron` the rows of the result are `steps` times one population, in order of time, and what leaves is not the
    current but the output of this neuron model (an attribute with NeuronModelAttrInterface), started at its reset value.
  }];
  let arguments = (ins Kernel_Data:$input, Kernel_Weight:$weight, Optional<Kernel_F32Data>:$bias,
    Optional<Kernel_F32Data>:$scale, Kernel_Result:$init, UnitAttr:$binary,
    UnitAttr:$exact, UnitAttr:$narrow,
    OptionalAttr<AnyAttr>:$neuron, OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$steps);
  let assemblyFormat = [{
    `ins` `(` $input `,` $weight (`,` $bias^)? `)` (`scale` `(` $scale^ `)`)? `outs` `(` $init `)` (`binary` $binary^)? (`exact` $exact^)? (`narrow` $narrow^)?
    (`neuron` $neuron^ `steps` $steps)? attr-dict `:`
    functional-type(operands, $results)
  }];
}

def Kernel_ConvOp : Kernel_Op<"conv", [AttrSizedOperandSegments]> {
  let summary = "two-dimensional convolution, channels last";
  let description = [{
    Input `[..., H, W, C]`, result `[..., OH, OW, O]`; the sum runs from zero in ascending (kh, kw, channel) and leaves
    out taps in the padding. The weight is packed `[O / block, KH * KW * C, block]`. `padding` is the low padding of both
    axes. `exact`, `scale`, `narrow` and `neuron` mean the same as for `kernel.linear`.

    With `pool`, `[H, W, kernel, kernel, strides, strides, low padding, low padding]`, the currents are an image of H x W; the
    neuron reads their maxima over windows, as with `kernel.pool`, and the result has their size.

    With `groups`, more than one, an output reads the `I = C / groups` channels of its group. The weight is then packed
    `[O / 16, KH, KW, I, 16]`, or, with `scale`, as pairs of weights in two halves of 12 bits, `[O / 16, KH, pairs, 2, 16, 2]`
    of i16, and the input is of bytes. Pairs are of neighbouring channels, `KW * ceil(I / 2)` of them, or of taps next to
    each other where a group has one channel, `ceil(KW / 2)`.
  }];
  let arguments = (ins Kernel_Data:$input, Kernel_Weight:$weight, Optional<Kernel_F32Data>:$bias,
    Optional<Kernel_F32Data>:$scale, Kernel_Result:$init, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
    DenseI64ArrayAttr:$dilations, OptionalAttr<ConfinedAttr<I64Attr, [IntMinValue<2>]>>:$groups, UnitAttr:$binary,
    UnitAttr:$exact, UnitAttr:$narrow, OptionalAttr<DenseI64ArrayAttr>:$pool,
    OptionalAttr<AnyAttr>:$neuron, OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$steps);
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// Height and width of the image of currents.
    ::llvm::ArrayRef<int64_t> getCurrentsSize();
  }];
  let assemblyFormat = [{
    `ins` `(` $input `,` $weight (`,` $bias^)? `)` (`scale` `(` $scale^ `)`)? `outs` `(` $init `)` `kernel` $kernel `strides` $strides
    `padding` $padding `dilations` $dilations (`groups` $groups^)? (`binary` $binary^)? (`exact` $exact^)? (`narrow` $narrow^)?
    (`pool` $pool^)? (`neuron` $neuron^ `steps` $steps)? attr-dict `:`
    functional-type(operands, $results)
  }];
}

def Kernel_MatmulOp : Kernel_Op<"matmul"> {
  let summary = "batched product of two activations";
  let description = [{
    The last two axes are multiplied, after swapping those of an operand marked as transposed; summed in ascending `k`.
    Integer sums stay below 2^24, so they are exact in f32.
  }];
  let arguments = (ins Kernel_Data:$lhs, Kernel_Data:$rhs, Kernel_Data:$init, UnitAttr:$transpose_lhs,
    UnitAttr:$transpose_rhs);
  let assemblyFormat = [{
    `ins` `(` $lhs `,` $rhs `)` `outs` `(` $init `)` (`transpose_lhs` $transpose_lhs^)?
    (`transpose_rhs` $transpose_rhs^)? attr-dict `:` functional-type(operands, $results)
  }];
}

def Kernel_PoolOp : Kernel_Op<"pool"> {
  let summary = "maximum over a sliding window, channels last";
  let description = [{
    Input `[..., H, W, C]`, result `[..., OH, OW, C]`; the padding is left out. A maximum of +0 and -0 is +0, one with a NaN
    is a NaN. `padding` is the low padding of both axes. `neuron` means the same as for `kernel.linear`; the input is then
    f32; without it input and result have one element type.
  }];
  let arguments = (ins Kernel_Data:$input, Kernel_Result:$init, DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$dilations,
    OptionalAttr<AnyAttr>:$neuron, OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$steps);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $init `)` `kernel` $kernel `strides` $strides `padding` $padding
    `dilations` $dilations (`neuron` $neuron^ `steps` $steps)? attr-dict `:` functional-type(operands, $results)
  }];
}

def Kernel_AttentionOp : Kernel_Op<"attention"> {
  let summary = "product of three matrices of spikes, and the neurons that read it";
  let description = [{
    For each time step and each of the outer indices, `P = left * right` of size [M, N] with depth K, then
    `P * last` of size [M, J] with depth N, times `scale`; then `neuron` over the time steps, started at its reset value.
    All sums are of integers; an element of `P` must fit a byte, one of the second product 24 bits.

    `sizes` is [steps, outer, outer, M, K, N, J]. The matrices are not copied to be transposed or cut out: `left`, `right`,
    `last` and `result` are read and written at `offset + step * s + outer * s + outer * s + row * s + column * s`, whose
    six numbers are given for each of them.
  }];
  let arguments = (ins Kernel_Data:$left, Kernel_Data:$right, Kernel_Data:$last, Kernel_Result:$init,
    DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$left_strides, DenseI64ArrayAttr:$right_strides,
    DenseI64ArrayAttr:$last_strides, DenseI64ArrayAttr:$result_strides, F32Attr:$scale, AnyAttr:$neuron);
  let assemblyFormat = [{
    `ins` `(` $left `,` $right `,` $last `)` `outs` `(` $init `)` `sizes` $sizes `strides` $left_strides $right_strides
    $last_strides $result_strides `neuron` $neuron `scale` $scale attr-dict `:` functional-type(operands, $results)
  }];
}

#endif // SPIKE_KERNEL_OPS
