// SPDX-License-Identifier: Apache-2.0
// Operations of the torch mirror dialect; operand order is that of PyTorch's schemas.
#ifndef SPIKE_TORCH_OPS
#define SPIKE_TORCH_OPS

include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "spike/Dialect/Torch/IR/TorchTypes.td"

class Torch_Op<string mnemonic, list<Trait> traits = []> : Op<Torch_Dialect, mnemonic, !listconcat([Pure], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// Constants and lists
//===----------------------------------------------------------------------===//

class Torch_ConstantOp<string kind, dag args, TypeDef type> : Torch_Op<"constant." # kind> {
  let arguments = args;
  let results = (outs type:$result);
  let summary = "a constant";
}

def Torch_ConstantIntOp : Torch_ConstantOp<"int", (ins I64Attr:$value), Torch_IntType>;
def Torch_ConstantFloatOp : Torch_ConstantOp<"float", (ins F64Attr:$value), Torch_FloatType>;
def Torch_ConstantBoolOp : Torch_ConstantOp<"bool", (ins BoolAttr:$value), Torch_BoolType>;
def Torch_ConstantStrOp : Torch_ConstantOp<"str", (ins StrAttr:$value), Torch_StringType>;
def Torch_ConstantDeviceOp : Torch_ConstantOp<"device", (ins StrAttr:$value), Torch_DeviceType>;
def Torch_ConstantNoneOp : Torch_ConstantOp<"none", (ins), Torch_NoneType>;

def Torch_ValueTensorLiteralOp : Torch_Op<"vtensor.literal"> {
  let summary = "a constant tensor: a parameter, a buffer or a number";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Torch_VTensorType:$result);
}

def Torch_ListConstructOp : Torch_Op<"prim.ListConstruct"> {
  let summary = "a list of values";
  let arguments = (ins Variadic<Torch_AnyType>:$elements);
  let results = (outs Torch_ListType:$result);
}

def Torch_ListUnpackOp : Torch_Op<"prim.ListUnpack"> {
  let summary = "the values of a list";
  let arguments = (ins Torch_ListType:$list);
  let results = (outs Variadic<Torch_AnyType>:$elements);
}

def Torch_OperatorOp : Torch_Op<"operator"> {
  let summary = "an operator outside of PyTorch, by name";
  let description = [{
    A neuron arrives as `torch.spike.neuron` with the operands (tensor, model, path, single_step); `model` is the text of
    a neuron model attribute. One whose state the program passes on is `torch.spike.neuron_step` with the operands
    (tensor, states, parameters, model, path, names of the parameters, axis of the parameters, number of states,
    single_step), and returns a list of the output and the states; without states it starts from its reset values.
  }];
  let arguments = (ins StrAttr:$name, Variadic<Torch_AnyType>:$args);
  let results = (outs Variadic<Torch_AnyType>:$outputs);
  let assemblyFormat = "$name `(` $args `)` attr-dict `:` functional-type($args, results)";
}

//===----------------------------------------------------------------------===//
// Synapses and normalisation
//===----------------------------------------------------------------------===//

class Torch_AtenOp<string name, dag args> : Torch_Op<"aten." # name> {
  let arguments = args;
  let results = (outs Torch_VTensorType:$result);
  let summary = "torch.ops.aten." # name;
}

class Torch_ConvOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_VTensorType:$weight,
  Torch_OptionalTensor:$bias, Torch_IntList:$stride, Torch_IntList:$padding, Torch_IntList:$dilation,
  Torch_IntType:$groups)>;
def Torch_AtenConv1dOp : Torch_ConvOp<"conv1d">;
def Torch_AtenConv2dOp : Torch_ConvOp<"conv2d">;
def Torch_AtenLinearOp : Torch_AtenOp<"linear", (ins Torch_VTensorType:$input, Torch_VTensorType:$weight,
  Torch_OptionalTensor:$bias)>;
def Torch_AtenBatchNormOp : Torch_AtenOp<"batch_norm", (ins Torch_VTensorType:$input, Torch_OptionalTensor:$weight,
  Torch_OptionalTensor:$bias, Torch_OptionalTensor:$running_mean, Torch_OptionalTensor:$running_var,
  Torch_BoolType:$training, Torch_FloatType:$momentum, Torch_FloatType:$eps, Torch_BoolType:$cudnn_enabled)>;
def Torch_AtenAddmmOp : Torch_AtenOp<"addmm", (ins Torch_VTensorType:$bias, Torch_VTensorType:$lhs,
  Torch_VTensorType:$rhs, Torch_Scalar:$beta, Torch_Scalar:$alpha)>;
def Torch_AtenMmOp : Torch_AtenOp<"mm", (ins Torch_VTensorType:$lhs, Torch_VTensorType:$rhs)>;
def Torch_AtenBmmOp : Torch_AtenOp<"bmm", (ins Torch_VTensorType:$lhs, Torch_VTensorType:$rhs)>;
def Torch_AtenMatmulOp : Torch_AtenOp<"matmul", (ins Torch_VTensorType:$lhs, Torch_VTensorType:$rhs)>;

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

def Torch_AtenMaxPool2dOp : Torch_AtenOp<"max_pool2d", (ins Torch_VTensorType:$input, Torch_IntList:$kernel_size,
  Torch_IntList:$stride, Torch_IntList:$padding, Torch_IntList:$dilation, Torch_BoolType:$ceil_mode)>;
class Torch_MaxPoolOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_IntList:$kernel_size,
  Torch_IntList:$stride, Torch_IntList:$padding, Torch_IntList:$dilation, Torch_BoolType:$ceil_mode)>;
def Torch_AtenMaxPool1dOp : Torch_MaxPoolOp<"max_pool1d">;
def Torch_AtenMaxPool3dOp : Torch_MaxPoolOp<"max_pool3d">;
class Torch_AdaptivePoolOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input,
  Torch_IntList:$output_size)>;
def Torch_AtenAdaptiveAvgPool1dOp : Torch_AdaptivePoolOp<"adaptive_avg_pool1d">;
def Torch_AtenAdaptiveAvgPool3dOp : Torch_AdaptivePoolOp<"adaptive_avg_pool3d">;
class Torch_AdaptiveMaxPoolOp<string name> : Torch_Op<"aten." # name> {
  let arguments = (ins Torch_VTensorType:$input, Torch_IntList:$output_size);
  let results = (outs Torch_VTensorType:$result, Torch_VTensorType:$indices);
  let summary = "torch.ops.aten." # name;
}
def Torch_AtenAdaptiveMaxPool2dOp : Torch_AdaptiveMaxPoolOp<"adaptive_max_pool2d">;
def Torch_AtenAdaptiveMaxPool3dOp : Torch_AdaptiveMaxPoolOp<"adaptive_max_pool3d">;
def Torch_AtenAvgPool2dOp : Torch_AtenOp<"avg_pool2d", (ins Torch_VTensorType:$input, Torch_IntList:$kernel_size,
  Torch_IntList:$stride, Torch_IntList:$padding, Torch_BoolType:$ceil_mode, Torch_BoolType:$count_include_pad,
  Torch_OptionalInt:$divisor_override)>;
def Torch_AtenAdaptiveAvgPool2dOp : Torch_AtenOp<"adaptive_avg_pool2d", (ins Torch_VTensorType:$input,
  Torch_IntList:$output_size)>;

class Torch_ReduceOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_OptionalIntList:$dim,
  Torch_BoolType:$keepdim, Torch_OptionalInt:$dtype)>;
def Torch_AtenSumDimIntListOp : Torch_ReduceOp<"sum.dim_IntList">;
def Torch_AtenMeanDimOp : Torch_ReduceOp<"mean.dim">;
class Torch_ReduceAllOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_OptionalInt:$dtype)>;
def Torch_AtenSumOp : Torch_ReduceAllOp<"sum">;
def Torch_AtenMeanOp : Torch_ReduceAllOp<"mean">;
def Torch_AtenAmaxOp : Torch_AtenOp<"amax", (ins Torch_VTensorType:$input, Torch_IntList:$dim, Torch_BoolType:$keepdim)>;

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

class Torch_TensorTensorOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$lhs, Torch_VTensorType:$rhs)>;
class Torch_TensorTensorAlphaOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$lhs, Torch_VTensorType:$rhs,
  Torch_Scalar:$alpha)>;
class Torch_TensorScalarOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_Scalar:$other)>;
class Torch_TensorScalarAlphaOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input, Torch_Scalar:$other,
  Torch_Scalar:$alpha)>;
def Torch_AtenMulTensorOp : Torch_TensorTensorOp<"mul.Tensor">;
def Torch_AtenDivTensorOp : Torch_TensorTensorOp<"div.Tensor">;
def Torch_AtenAddTensorOp : Torch_TensorTensorAlphaOp<"add.Tensor">;
def Torch_AtenSubTensorOp : Torch_TensorTensorAlphaOp<"sub.Tensor">;
def Torch_AtenMulScalarOp : Torch_TensorScalarOp<"mul.Scalar">;
def Torch_AtenDivScalarOp : Torch_TensorScalarOp<"div.Scalar">;
def Torch_AtenAddScalarOp : Torch_TensorScalarAlphaOp<"add.Scalar">;
def Torch_AtenSubScalarOp : Torch_TensorScalarAlphaOp<"sub.Scalar">;

def Torch_AtenRsubScalarOp : Torch_TensorScalarAlphaOp<"rsub.Scalar">;
def Torch_AtenPowTensorScalarOp : Torch_AtenOp<"pow.Tensor_Scalar", (ins Torch_VTensorType:$input,
  Torch_Scalar:$exponent)>;

class Torch_TensorOp<string name> : Torch_AtenOp<name, (ins Torch_VTensorType:$input)>;
def Torch_AtenReluOp : Torch_TensorOp<"relu">;
def Torch_AtenSigmoidOp : Torch_TensorOp<"sigmoid">;
def Torch_AtenAbsOp : Torch_TensorOp<"abs">;
def Torch_AtenNegOp : Torch_TensorOp<"neg">;
def Torch_AtenSqrtOp : Torch_TensorOp<"sqrt">;
def Torch_AtenRsqrtOp : Torch_TensorOp<"rsqrt">;
def Torch_AtenReciprocalOp : Torch_TensorOp<"reciprocal">;
def Torch_AtenSquareOp : Torch_TensorOp<"square">;
def Torch_AtenFloorOp : Torch_TensorOp<"floor">;
def Torch_AtenCeilOp : Torch_TensorOp<"ceil">;
def Torch_AtenRoundOp : Torch_TensorOp<"round">;

def Torch_AtenClampOp : Torch_AtenOp<"clamp", (ins Torch_VTensorType:$input, Torch_OptionalScalar:$min,
  Torch_OptionalScalar:$max)>;
def Torch_AtenHardtanhOp : Torch_AtenOp<"hardtanh", (ins Torch_VTensorType:$input, Torch_Scalar:$min,
  Torch_Scalar:$max)>;
def Torch_AtenClampMinOp : Torch_AtenOp<"clamp_min", (ins Torch_VTensorType:$input, Torch_Scalar:$min)>;
def Torch_AtenClampMaxOp : Torch_AtenOp<"clamp_max", (ins Torch_VTensorType:$input, Torch_Scalar:$max)>;
def Torch_AtenMaximumOp : Torch_TensorTensorOp<"maximum">;
def Torch_AtenMinimumOp : Torch_TensorTensorOp<"minimum">;

def Torch_AtenGeScalarOp : Torch_TensorScalarOp<"ge.Scalar">;
def Torch_AtenGtScalarOp : Torch_TensorScalarOp<"gt.Scalar">;
def Torch_AtenLeScalarOp : Torch_TensorScalarOp<"le.Scalar">;
def Torch_AtenLtScalarOp : Torch_TensorScalarOp<"lt.Scalar">;
def Torch_AtenEqScalarOp : Torch_TensorScalarOp<"eq.Scalar">;
def Torch_AtenNeScalarOp : Torch_TensorScalarOp<"ne.Scalar">;
def Torch_AtenGeTensorOp : Torch_TensorTensorOp<"ge.Tensor">;
def Torch_AtenGtTensorOp : Torch_TensorTensorOp<"gt.Tensor">;
def Torch_AtenLeTensorOp : Torch_TensorTensorOp<"le.Tensor">;
def Torch_AtenLtTensorOp : Torch_TensorTensorOp<"lt.Tensor">;
def Torch_AtenEqTensorOp : Torch_TensorTensorOp<"eq.Tensor">;
def Torch_AtenNeTensorOp : Torch_TensorTensorOp<"ne.Tensor">;
def Torch_AtenWhereSelfOp : Torch_AtenOp<"where.self", (ins Torch_VTensorType:$condition, Torch_VTensorType:$lhs,
  Torch_VTensorType:$rhs)>;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

def Torch_AtenPadOp : Torch_AtenOp<"pad", (ins Torch_VTensorType:$input, Torch_IntList:$pad, Torch_StringType:$mode,
  Torch_OptionalScalar:$value)>;
def Torch_AtenConstantPadOp : Torch_AtenOp<"constant_pad_nd", (ins Torch_VTensorType:$input, Torch_IntList:$pad,
  Torch_Scalar:$value)>;
def Torch_AtenCopyOp : Torch_AtenOp<"copy", (ins Torch_VTensorType:$input, Torch_VTensorType:$src,
  Torch_BoolType:$non_blocking)>;
def Torch_AtenSliceScatterOp : Torch_AtenOp<"slice_scatter", (ins Torch_VTensorType:$input, Torch_VTensorType:$src,
  Torch_IntType:$dim, Torch_OptionalInt:$start, Torch_OptionalInt:$end, Torch_IntType:$step)>;
def Torch_AtenSelectScatterOp : Torch_AtenOp<"select_scatter", (ins Torch_VTensorType:$input,
  Torch_VTensorType:$src, Torch_IntType:$dim, Torch_IntType:$index)>;

def Torch_AtenUnsqueezeOp : Torch_AtenOp<"unsqueeze", (ins Torch_VTensorType:$input, Torch_IntType:$dim)>;
def Torch_AtenSqueezeOp : Torch_AtenOp<"squeeze", (ins Torch_VTensorType:$input)>;
def Torch_AtenSqueezeDimOp : Torch_AtenOp<"squeeze.dim", (ins Torch_VTensorType:$input, Torch_IntType:$dim)>;
def Torch_AtenViewOp : Torch_AtenOp<"view", (ins Torch_VTensorType:$input, Torch_IntList:$size)>;
def Torch_AtenUnsafeViewOp : Torch_AtenOp<"_unsafe_view", (ins Torch_VTensorType:$input, Torch_IntList:$size)>;
def Torch_AtenReshapeOp : Torch_AtenOp<"reshape", (ins Torch_VTensorType:$input, Torch_IntList:$shape)>;
def Torch_AtenFlattenOp : Torch_AtenOp<"flatten.using_ints", (ins Torch_VTensorType:$input, Torch_IntType:$start_dim,
  Torch_IntType:$end_dim)>;
def Torch_AtenUnflattenOp : Torch_AtenOp<"unflatten.int", (ins Torch_VTensorType:$input, Torch_IntType:$dim,
  Torch_IntList:$sizes)>;
def Torch_AtenRepeatOp : Torch_AtenOp<"repeat", (ins Torch_VTensorType:$input, Torch_IntList:$repeats)>;
def Torch_AtenExpandOp : Torch_AtenOp<"expand", (ins Torch_VTensorType:$input, Torch_IntList:$size,
  Torch_BoolType:$implicit)>;
def Torch_AtenTransposeOp : Torch_AtenOp<"transpose.int", (ins Torch_VTensorType:$input, Torch_IntType:$dim0,
  Torch_IntType:$dim1)>;
def Torch_AtenPermuteOp : Torch_AtenOp<"permute", (ins Torch_VTensorType:$input, Torch_IntList:$dims)>;
def Torch_AtenSliceOp : Torch_AtenOp<"slice.Tensor", (ins Torch_VTensorType:$input, Torch_IntType:$dim,
  Torch_OptionalInt:$start, Torch_OptionalInt:$end, Torch_IntType:$step)>;
def Torch_AtenSelectOp : Torch_AtenOp<"select.int", (ins Torch_VTensorType:$input, Torch_IntType:$dim,
  Torch_IntType:$index)>;

class Torch_JoinOp<string name> : Torch_AtenOp<name, (ins Torch_TensorList:$tensors, Torch_IntType:$dim)>;
def Torch_AtenCatOp : Torch_JoinOp<"cat">;
def Torch_AtenStackOp : Torch_JoinOp<"stack">;

class Torch_PartsOp<string name, dag args> : Torch_Op<"aten." # name> {
  let arguments = args;
  let results = (outs Torch_TensorList:$result);
  let summary = "torch.ops.aten." # name;
}
def Torch_AtenChunkOp : Torch_PartsOp<"chunk", (ins Torch_VTensorType:$input, Torch_IntType:$chunks, Torch_IntType:$dim)>;
def Torch_AtenSplitOp : Torch_PartsOp<"split.Tensor", (ins Torch_VTensorType:$input, Torch_IntType:$split_size,
  Torch_IntType:$dim)>;
def Torch_AtenSplitWithSizesOp : Torch_PartsOp<"split_with_sizes", (ins Torch_VTensorType:$input,
  Torch_IntList:$split_sizes, Torch_IntType:$dim)>;
def Torch_AtenUnbindOp : Torch_PartsOp<"unbind.int", (ins Torch_VTensorType:$input, Torch_IntType:$dim)>;

//===----------------------------------------------------------------------===//
// The identity in evaluation mode
//===----------------------------------------------------------------------===//

def Torch_AtenContiguousOp : Torch_AtenOp<"contiguous", (ins Torch_VTensorType:$input, Torch_OptionalInt:$format)>;
def Torch_AtenCloneOp : Torch_AtenOp<"clone", (ins Torch_VTensorType:$input, Torch_OptionalInt:$format)>;
def Torch_AtenDetachOp : Torch_AtenOp<"detach", (ins Torch_VTensorType:$input)>;
def Torch_AtenAliasOp : Torch_AtenOp<"alias", (ins Torch_VTensorType:$input)>;
def Torch_AtenToCopyOp : Torch_AtenOp<"_to_copy", (ins Torch_VTensorType:$input, Torch_OptionalInt:$dtype,
  Torch_AnyType:$layout, Torch_AnyType:$device, Torch_AnyType:$pin_memory, Torch_BoolType:$non_blocking,
  Torch_OptionalInt:$format)>;
def Torch_AtenDropoutOp : Torch_AtenOp<"dropout", (ins Torch_VTensorType:$input, Torch_FloatType:$p,
  Torch_BoolType:$train)>;
def Torch_AtenToDtypeOp : Torch_AtenOp<"to.dtype", (ins Torch_VTensorType:$input, Torch_IntType:$dtype,
  Torch_BoolType:$non_blocking, Torch_BoolType:$copy, Torch_OptionalInt:$format)>;

#endif // SPIKE_TORCH_OPS
