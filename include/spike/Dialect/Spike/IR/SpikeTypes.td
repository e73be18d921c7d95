// SPDX-License-Identifier: Apache-2.0
// Element types of the spike dialect and the tensor constraints built from them.
#ifndef SPIKE_TYPES
#define SPIKE_TYPES

include "mlir/IR/AttrTypeBase.td"
include "spike/Dialect/Spike/IR/SpikeDialect.td"

class Spike_Type<string cppName, string typeMnemonic> : TypeDef<Spike_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

def Spike_CountType : Spike_Type<"Count", "count"> {
  let summary = "a bounded count of spikes";
  let description = [{
    An integer in `[0, max]`, as it arises where spikes are added: a residual sum, or a product of two spike matrices.
    It lives only above linalg: `convert-spike-types` turns it into the narrowest integer that holds `max`.

    ```mlir
    !spike.count<max = 18>
    ```
  }];
  let parameters = (ins "uint64_t":$max);
  let assemblyFormat = "`<` `max` `=` $max `>`";
  let genVerifyDecl = 1;
}

def Spike_Element : AnyTypeOf<[F32, I1, I8, I16, I32, Spike_CountType],
    "f32, i1, i8, i16, i32 or !spike.count">;

/// type_c1: a statically shaped ranked tensor. type_c2: every dimension is at least one, and there are at most 2^40
/// elements.
def Spike_Tensor : Type<And<[
    StaticShapeTensorOf<[Spike_Element]>.predicate,
    CPred<"::mlir::spike::isAllowedShape(::llvm::cast<::mlir::RankedTensorType>($_self).getShape())">]>,
    "statically shaped tensor of 1 to 2^40 values of f32, i1, i8, i16, i32 or !spike.count",
    "::mlir::RankedTensorType">;

/// type_c3: weights and per-channel parameters are f32.
def Spike_Weight : Type<And<[Spike_Tensor.predicate,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getElementType().isF32()">]>,
    "statically shaped tensor of f32 values", "::mlir::RankedTensorType">;

#endif // SPIKE_TYPES
