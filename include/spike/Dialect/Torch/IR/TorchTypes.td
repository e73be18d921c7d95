// SPDX-License-Identifier: Apache-2.0
// Types of the torch mirror dialect.
#ifndef SPIKE_TORCH_TYPES
#define SPIKE_TORCH_TYPES

include "mlir/IR/AttrTypeBase.td"
include "spike/Dialect/Torch/IR/TorchDialect.td"

class Torch_Type<string cppName, string typeMnemonic> : TypeDef<Torch_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

def Torch_VTensorType : Torch_Type<"VTensor", "vtensor"> {
  let summary = "an immutable tensor";
  let description = [{
    Shape and element type may be unknown. Integers carry a sign.

    ```mlir
    !torch.vtensor<[4,1,384],f32>
    !torch.vtensor<[?,3],si64>
    !torch.vtensor<*,f32>
    !torch.vtensor
    ```
  }];
  let parameters = (ins "bool":$hasSizes, ArrayRefParameter<"int64_t">:$sizes, "::mlir::Type":$dtype);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let builders = [TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$sizes, "::mlir::Type":$dtype), [{
    return $_get($_ctxt, true, sizes, dtype);
  }]>, TypeBuilder<(ins "::mlir::Type":$dtype), [{
    return $_get($_ctxt, false, ::llvm::ArrayRef<int64_t>(), dtype);
  }]>];
  let extraClassDeclaration = [{
    /// The same as a builtin tensor; null unless shape and element type are known and every dimension is static.
    ::mlir::RankedTensorType toBuiltinTensor() const;
  }];
}

class Torch_ContainerType<string cppName, string typeMnemonic> : Torch_Type<cppName, typeMnemonic> {
  let parameters = (ins "::mlir::Type":$containedType);
  let hasCustomAssemblyFormat = 1;
}

def Torch_ListType : Torch_ContainerType<"List", "list"> { let summary = "a list, as in `!torch.list<int>`"; }
def Torch_OptionalType : Torch_ContainerType<"Optional", "optional"> { let summary = "a value or none"; }

def Torch_IntType : Torch_Type<"Int", "int"> { let summary = "a Python integer"; }
def Torch_FloatType : Torch_Type<"Float", "float"> { let summary = "a Python float"; }
def Torch_BoolType : Torch_Type<"Bool", "bool"> { let summary = "a Python bool"; }
def Torch_NumberType : Torch_Type<"Number", "number"> { let summary = "an integer or a float"; }
def Torch_NoneType : Torch_Type<"None", "none"> { let summary = "None"; }
def Torch_StringType : Torch_Type<"String", "str"> { let summary = "a string"; }
def Torch_DeviceType : Torch_Type<"Device", "Device"> { let summary = "a device"; }
def Torch_GeneratorType : Torch_Type<"Generator", "Generator"> { let summary = "a random number generator"; }

/// Any type of this dialect: operands that are looked at only by the conversion.
def Torch_AnyType : Type<CPred<"::llvm::isa<::mlir::spike::torch::TorchDialect>($_self.getDialect())">, "torch type">;

class Torch_OneOf<list<TypeDef> types, string what> : AnyTypeOf<types, what>;
def Torch_OptionalTensor : Torch_OneOf<[Torch_VTensorType, Torch_NoneType], "tensor or none">;
def Torch_Scalar : Torch_OneOf<[Torch_IntType, Torch_FloatType, Torch_NumberType], "number">;
def Torch_IntList : Type<And<[CPred<"::llvm::isa<::mlir::spike::torch::ListType>($_self)">,
  CPred<"::llvm::isa<::mlir::spike::torch::IntType>(::llvm::cast<::mlir::spike::torch::ListType>($_self).getContainedType())">]>,
  "list of integers">;
def Torch_TensorList : Type<And<[CPred<"::llvm::isa<::mlir::spike::torch::ListType>($_self)">,
  CPred<"::llvm::isa<::mlir::spike::torch::VTensorType>(::llvm::cast<::mlir::spike::torch::ListType>($_self).getContainedType())">]>,
  "list of tensors">;
def Torch_OptionalScalar : Torch_OneOf<[Torch_IntType, Torch_FloatType, Torch_NumberType, Torch_NoneType], "number or none">;
def Torch_OptionalIntList : AnyTypeOf<[Torch_IntList, Torch_NoneType], "list of integers or none">;
def Torch_OptionalInt : Torch_OneOf<[Torch_IntType, Torch_NoneType], "integer or none">;

#endif // SPIKE_TORCH_TYPES
