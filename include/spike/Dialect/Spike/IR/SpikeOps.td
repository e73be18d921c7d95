// SPDX-License-Identifier: Apache-2.0
// Operations of the spike dialect. Labels such as linear_c1 refer to the numbered constraints of docs/spec.md.
#ifndef SPIKE_OPS
#define SPIKE_OPS

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "spike/Dialect/Spike/IR/SpikeTypes.td"
include "spike/Dialect/Spike/IR/SpikeAttrs.td"

class Spike_Op<string mnemonic, list<Trait> traits = []> : Op<Spike_Dialect, mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Constants and conversions
//===----------------------------------------------------------------------===//

def Spike_ConstantOp : Spike_Op<"constant", [ConstantLike]> {
  let summary = "a constant tensor";
  let description = [{
    Weights are resources that the text does not print; small values are dense. A constant of counts stores `i32`
    values, because counts have no storage of their own (constant_c2).

    ```mlir
    %w = spike.constant dense_resource<head_weight> : tensor<10x96xf32>
    %c = spike.constant dense<[0, 3]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Spike_Tensor:$result);
  let hasCustomAssemblyFormat = 1;
  let hasFolder = 1;
}

def Spike_CastOp : Spike_Op<"cast"> {
  let summary = "change the element type, not the value";
  let description = [{
    Every element keeps its value, which must be representable in the new type (cast_c2); a real value becomes an
    integer only where range analysis has proved it to be one.

    ```mlir
    %f = spike.cast %s : tensor<4x8xi1> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Neurons and codes
//===----------------------------------------------------------------------===//

def Spike_NeuronOp : Spike_Op<"neuron", [AttrSizedOperandSegments]> {
  let summary = "a population of spiking neurons over time";
  let description = [{
    The only op with state. It runs the model over the leading axis of the current, `T` steps, every other axis being
    independent neurons. State starts at the model's reset value, or at `init`, and is returned if asked for.

    A parameter of the model may be replaced by a one-dimensional operand that runs along `axis` of the current. With
    `single_step` the current has no time axis and the op does one step (`spike-lift-time` removes this form).
    `path` names the module of the source model. With `trace` the states that are returned are those after every step
    rather than after the last.

    ```mlir
    %s = spike.neuron #spike.lif<tau = 2.0> path "block.0.lif" (%x) : (tensor<4x1x96xf32>) -> tensor<4x1x96xi1>
    %s2, %v2 = spike.neuron #spike.if (%x) init(%v) : (tensor<4x8xf32>, tensor<8xf32>) -> (tensor<4x8xi1>, tensor<8xf32>)
    %s3 = spike.neuron #spike.if (%x) params(v_threshold = %th) axis 1 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    %s4, %vs = spike.neuron #spike.leaky<beta = 0.9> trace (%x) : (tensor<4x8xf32>) -> (tensor<4x8xi1>, tensor<4x8xf32>)
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, Variadic<Spike_Weight>:$init, Variadic<Spike_Weight>:$params,
    NeuronModelAttrInterface:$model, OptionalAttr<StrArrayAttr>:$param_names,
    OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>:$axis, OptionalAttr<StrAttr>:$path, UnitAttr:$single_step,
    UnitAttr:$trace);
  let results = (outs Spike_Tensor:$output, Variadic<Spike_Weight>:$final_state);
  let assemblyFormat = [{
    $model (`single_step` $single_step^)? (`path` $path^)? (`trace` $trace^)? `(` $input `)` (`init` `(` $init^ `)`)?
    (`params` `(` custom<NamedParams>($params, $param_names)^ `)` `axis` $axis)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// Number of time steps: the leading dimension, or one with `single_step`.
    int64_t getTimeSteps();
    /// Shape of the population: the current's shape without time.
    ::llvm::ArrayRef<int64_t> getStateShape();
    /// The operand that replaces parameter `name`, or null.
    ::mlir::Value getParam(::llvm::StringRef name);
  }];
}

def Spike_EncodeOp : Spike_Op<"encode"> {
  let summary = "turn real input into a train over time";
  let description = [{
    Adds a leading time axis of `steps` (except the delta code, whose input has one already).

    ```mlir
    %s = spike.encode #spike.rate<seed = 7> (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xi1>
    ```
  }];
  let arguments = (ins Spike_Weight:$input, EncodingAttrInterface:$encoding,
    ConfinedAttr<I64Attr, [IntPositive]>:$steps);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$encoding `(` $input `)` `steps` $steps attr-dict `:` type($input) `->` type($result)";
}

def Spike_DecodeOp : Spike_Op<"decode"> {
  let summary = "read a value from a train over time";
  let description = [{
    Removes the leading time axis: the mean, the sum (`count`), the time of the first nonzero value (`T` if there is
    none), or the value of the last step.

    ```mlir
    %y = spike.decode mean %s : tensor<4x1x10xi1> -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Spike_DecodeKindAttr:$kind, Spike_Tensor:$input);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "custom<Keyword>($kind) $input attr-dict `:` type($input) `->` type($result)";
}

def Spike_RepeatTimeOp : Spike_Op<"repeat_time"> {
  let summary = "repeat a tensor at every time step";
  let description = [{
    Adds a leading time axis along which the input repeats. Time-invariant hoisting pushes it towards the outputs.

    ```mlir
    %x = spike.repeat_time %image : tensor<1x3x32x32xf32> -> tensor<4x1x3x32x32xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

//===----------------------------------------------------------------------===//
// Synapses
//===----------------------------------------------------------------------===//

def Spike_LinearOp : Spike_Op<"linear"> {
  let summary = "fully connected synapses on the last axis";
  let description = [{
    `out[..., n] = sum over k of x[..., k] * w[n, k] (+ b[n])`, summed from zero in ascending `k`, each product and
    each sum rounded on its own (linear_c4). With `exact` the same in f64, rounded to f32 at the end (linear_c5): for
    integers times weights of few bits the sum is then that of real numbers, whatever the order.

    ```mlir
    %y = spike.linear %x, %w, %b : (tensor<4x1x64x96xi1>, tensor<192x96xf32>, tensor<192xf32>) -> tensor<4x1x64x192xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, Spike_Weight:$weight, Optional<Spike_Weight>:$bias, UnitAttr:$exact);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias^)? (`exact` $exact^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Spike_ConvOp : Spike_Op<"conv"> {
  let summary = "convolutional synapses, one or two spatial axes";
  let description = [{
    The spatial rank is that of the weight less two: `[O, I/groups, KH, KW]` or `[O, I/groups, K]`, in either layout.
    The input is `[..., C, H, W]` (channels_first) or `[..., H, W, C]` (channels_last). `padding` holds low and high
    padding of each spatial axis. The sum runs from zero in ascending (kh, kw, channel); taps in the padding are
    left out (conv_c7). `exact` means the same as for `spike.linear` (conv_c8).

    ```mlir
    %y = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first
        : (tensor<4x1x3x8x8xf32>, tensor<12x3x3x3xf32>) -> tensor<4x1x12x8x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, Spike_Weight:$weight, Optional<Spike_Weight>:$bias,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$dilations,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$groups, Spike_LayoutAttr:$layout,
    UnitAttr:$exact);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias^)? `strides` $strides `padding` $padding (`dilations` $dilations^)?
    (`groups` $groups^)? custom<Keyword>($layout) (`exact` $exact^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    int64_t getSpatialRank() { return getWeight().getType().getRank() - 2; }
    /// Index of the channel axis of input and result.
    int64_t getChannelAxis();
    /// Index of the first spatial axis of input and result.
    int64_t getFirstSpatialAxis();
    /// Dilation of spatial axis `i`, one if the attribute is empty.
    int64_t getDilation(unsigned i);
  }];
}

def Spike_MatmulOp : Spike_Op<"matmul"> {
  let summary = "product of two run-time activations (attention)";
  let description = [{
    A batched matrix product over the last two axes; the leading axes of both sides are equal. With `transpose_lhs` /
    `transpose_rhs` the last two axes of that operand are swapped first. Summed from zero in ascending `k`.

    ```mlir
    %a = spike.matmul %q, %k transpose_rhs : (tensor<4x1x8x64x12xi1>, tensor<4x1x8x64x12xi1>) -> tensor<4x1x8x64x64xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$lhs, Spike_Tensor:$rhs, UnitAttr:$transpose_lhs, UnitAttr:$transpose_rhs);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`transpose_lhs` $transpose_lhs^)? (`transpose_rhs` $transpose_rhs^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

class Spike_BinaryOp<string mnemonic, list<Trait> traits = []> : Spike_Op<mnemonic, traits> {
  let arguments = (ins Spike_Tensor:$lhs, Spike_Tensor:$rhs);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Spike_AddOp : Spike_BinaryOp<"add", [Commutative]> {
  let summary = "elementwise sum, as in a residual connection";
  let description = [{
    Axes are aligned at the end and dimensions of one are stretched (add_c1). Spikes and counts add as integers.

    ```mlir
    %r = spike.add %a, %b : (tensor<4x8xi1>, tensor<4x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
    ```
  }];
}

def Spike_MaskOp : Spike_BinaryOp<"mask", [Commutative]> {
  let summary = "gate one activation by another";
  let description = [{
    Elementwise product with the same alignment as `spike.add`. Where one side is a spike it keeps or clears the other.

    ```mlir
    %g = spike.mask %v, %s : (tensor<4x8x16xi1>, tensor<4x1x16xi1>) -> tensor<4x8x16xi1>
    ```
  }];
}

def Spike_ScaleOp : Spike_Op<"scale"> {
  let summary = "multiply or divide by a constant";
  let description = [{
    `x * factor`, or `x / factor` with `divide`, in f32 (scale_c2).

    ```mlir
    %y = spike.scale %x by 0.125 : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, F32Attr:$factor, UnitAttr:$divide);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input `by` custom<F32>($factor) (`divide` $divide^)? attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Spike_QuantizeOp : Spike_Op<"quantize"> {
  let summary = "round real input to integers";
  let description = [{
    `clamp(roundeven(x * factor), low, high)`, the product rounded to f32 first; NaN becomes 0 (quantize_c4). The result
    is f32, or an integer type that holds `low` to `high`. This is how real input enters a program of integers.

    ```mlir
    %q = spike.quantize %x by 255.0 in [0, 255] : tensor<1x3x32x32xf32> -> tensor<1x3x32x32xf32>
    ```
  }];
  let arguments = (ins Spike_Weight:$input, F32Attr:$factor, I64Attr:$low, I64Attr:$high);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    $input `by` custom<F32>($factor) `in` `[` $low `,` $high `]` attr-dict `:` type($input) `->` type($result)
  }];
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// Largest magnitude of an integer that comes out: f32 holds each up to it.
    static constexpr int64_t kMaxMagnitude = int64_t(1) << 24;
    /// Emits the function on an f32 scalar with `arith` and `math` ops.
    ::mlir::Value buildScalar(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::Value x);
  }];
}

def Spike_MapOp : Spike_Op<"map"> {
  let summary = "a function of numbers, element by element";
  let description = [{
    `abs`, `floor`, `ceil`, `round` (halves to even), `sqrt` and `sigmoid` of one operand; `max`, `min`, `div` and the
    comparisons `ge`, `gt`, `le`, `lt`, `eq`, `ne` of two; `select`, which takes the second where the first is not zero
    and else the third. Axes are aligned as in `spike.add`. Comparisons give 0 and 1.

    ```mlir
    %r = spike.map max %x, %zero : (tensor<4x8xf32>, tensor<1xf32>) -> tensor<4x8xf32>
    %s = spike.map ge %v, %threshold : (tensor<4x8xf32>, tensor<1xf32>) -> tensor<4x8xi1>
    ```
  }];
  let arguments = (ins Spike_MapKindAttr:$kind, Variadic<Spike_Tensor>:$inputs);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "custom<Keyword>($kind) $inputs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    /// Operands that a kind takes.
    static unsigned getArity(MapKind kind);
    /// Whether the result is 0 or 1.
    bool isComparison() { return getKind() >= MapKind::ge && getKind() <= MapKind::ne; }
    /// Emits the function on f32 scalars with `arith` and `math` ops; an `i1` for a comparison.
    ::mlir::Value buildScalar(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::ValueRange operands);
  }];
}

def Spike_BatchNormOp : Spike_Op<"batch_norm", [AttrSizedOperandSegments]> {
  let summary = "batch normalisation with fixed statistics";
  let description = [{
    `y = x * gain + shift` per channel, with `gain = gamma / sqrt(var + eps)` and `shift = beta - mean * gain` computed
    in f64 and rounded to f32 once (batch_norm_c3). `spike-fold-batch-norm` folds it into the synapses before it.

    ```mlir
    %y = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 1.0e-05 axis 2
        : (tensor<4x1x12x8x8xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>) -> tensor<4x1x12x8x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, Spike_Weight:$mean, Spike_Weight:$var, Optional<Spike_Weight>:$gamma,
    Optional<Spike_Weight>:$beta, F64Attr:$eps, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    $input `mean` $mean `var` $var (`gamma` $gamma^)? (`beta` $beta^)? `eps` custom<F64>($eps) `axis` $axis attr-dict
    `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Windows, reductions and shapes
//===----------------------------------------------------------------------===//

def Spike_PoolOp : Spike_Op<"pool"> {
  let summary = "maximum or mean over a sliding window";
  let description = [{
    Two spatial axes, laid out as in `spike.conv`. `max` leaves out the padding; `avg` adds in ascending (kh, kw) and
    divides by the window size, or by the number of taps inside the image without `count_include_pad`. The maximum of
    spikes is their OR.

    ```mlir
    %y = spike.pool max %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first
        : tensor<4x1x12x8x8xi1> -> tensor<4x1x12x4x4xi1>
    ```
  }];
  let arguments = (ins Spike_PoolKindAttr:$kind, Spike_Tensor:$input, DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$dilations, UnitAttr:$count_include_pad, Spike_LayoutAttr:$layout);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = [{
    custom<Keyword>($kind) $input `kernel` $kernel `strides` $strides `padding` $padding (`dilations` $dilations^)?
    (`count_include_pad` $count_include_pad^)? custom<Keyword>($layout) attr-dict `:` type($input) `->` type($result)
  }];
  let extraClassDeclaration = [{
    int64_t getChannelAxis();
    int64_t getFirstSpatialAxis();
    int64_t getDilation(unsigned i);
  }];
}

def Spike_PadOp : Spike_Op<"pad"> {
  let summary = "zeros around the last axes";
  let description = [{
    `padding` holds low and high padding of each of the last axes, outermost first (pad_c1).

    ```mlir
    %y = spike.pad %x padding [1, 1, 1, 1] : tensor<4x1x12x8x8xf32> -> tensor<4x1x12x10x10xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, DenseI64ArrayAttr:$padding);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input `padding` $padding attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// The first axis that `padding` speaks of.
    int64_t getFirstAxis() { return getType().getRank() - static_cast<int64_t>(getPadding().size()) / 2; }
  }];
}

def Spike_ReduceOp : Spike_Op<"reduce"> {
  let summary = "sum, mean, maximum or number of nonzero elements over axes";
  let description = [{
    Elements are taken in ascending row-major order of the reduced axes; the mean divides the sum by their number
    (reduce_c3). `nonzero` counts the elements that are not zero. With `keep_dims` the reduced axes stay with size one.

    ```mlir
    %y = spike.reduce mean %x dims [2] : tensor<4x1x64x96xf32> -> tensor<4x1x96xf32>
    %n = spike.reduce nonzero %x dims [1, 2, 3] : tensor<4x1x64x96xf32> -> tensor<4x!spike.count<max = 6144>>
    ```
  }];
  let arguments = (ins Spike_ReduceKindAttr:$kind, Spike_Tensor:$input, DenseI64ArrayAttr:$dims, UnitAttr:$keep_dims);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "custom<Keyword>($kind) $input `dims` $dims (`keep_dims` $keep_dims^)? attr-dict `:` type($input) `->` type($result)";
}

def Spike_ReshapeOp : Spike_Op<"reshape"> {
  let summary = "the same elements in another shape";
  let description = [{
    ```mlir
    %y = spike.reshape %x : tensor<4x1x8xf32> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Spike_TransposeOp : Spike_Op<"transpose"> {
  let summary = "permute the axes";
  let description = [{
    Axis `i` of the result is axis `permutation[i]` of the input.

    ```mlir
    %y = spike.transpose %x [0, 1, 3, 2] : tensor<4x1x8x16xf32> -> tensor<4x1x16x8xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Spike_SliceOp : Spike_Op<"slice"> {
  let summary = "a part of one axis";
  let description = [{
    Elements `[offset, offset + size)` of axis `axis`, where `size` is that of the result.

    ```mlir
    %q = spike.slice %qkv axis 3 offset 96 : tensor<4x1x64x288xf32> -> tensor<4x1x64x96xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$input, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis,
    ConfinedAttr<I64Attr, [IntNonNegative]>:$offset);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis `offset` $offset attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

def Spike_ConcatOp : Spike_Op<"concat"> {
  let summary = "tensors one after the other along one axis";
  let description = [{
    The inverse of slices: the operands follow each other along `axis`; every other axis is the same (concat_c1).

    ```mlir
    %s = spike.concat %early, %late axis 0 : (tensor<2x1x8xi1>, tensor<2x1x8xi1>) -> tensor<4x1x8xi1>
    ```
  }];
  let arguments = (ins Variadic<Spike_Tensor>:$inputs, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis);
  let results = (outs Spike_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

#endif // SPIKE_OPS
