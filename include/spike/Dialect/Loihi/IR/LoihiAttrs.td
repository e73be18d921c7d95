// SPDX-License-Identifier: Apache-2.0
// Attributes of the loihi dialect: neurons, encodings of synapses, places.
#ifndef LOIHI_ATTRS
#define LOIHI_ATTRS

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/EnumAttr.td"
include "spike/Dialect/Loihi/IR/LoihiDialect.td"

//===----------------------------------------------------------------------===//
// Enumerations
//===----------------------------------------------------------------------===//

class Loihi_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::mlir::spike::loihi";
}

def Loihi_Phase : Loihi_Enum<"Phase", "how far a network is mapped", [
    I32EnumAttrCase<"unmapped", 0>, I32EnumAttrCase<"partitioned", 1>, I32EnumAttrCase<"placed", 2>,
    I32EnumAttrCase<"routed", 3>]>;

def Loihi_InterconnectKind : Loihi_Enum<"InterconnectKind", "how chips are linked", [
    I32EnumAttrCase<"mesh", 0>, I32EnumAttrCase<"torus", 1>, I32EnumAttrCase<"hierarchical", 2>]>;

def Loihi_SignMode : Loihi_Enum<"SignMode", "which signs stored weights have", [
    I32EnumAttrCase<"mixed", 0>, I32EnumAttrCase<"excitatory", 1>, I32EnumAttrCase<"inhibitory", 2>]>;

//===----------------------------------------------------------------------===//
// Network and neurons
//===----------------------------------------------------------------------===//

class Loihi_Attr<string cppName, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Loihi_Dialect, cppName, traits> {
  let mnemonic = attrMnemonic;
}

def Loihi_ConventionsAttr : Loihi_Attr<"Conventions", "conventions"> {
  let summary = "what is done where public emulators of the chip differ";
  let description = [{
    See "Conventions" in `docs/loihi.md`.

    ```mlir
    #loihi.conventions<shift_before_sum = false, wrap_input = true>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"bool", "true">:$shift_before_sum,
    DefaultValuedParameter<"bool", "false">:$wrap_input, DefaultValuedParameter<"bool", "false">:$lava_current_wrap,
    DefaultValuedParameter<"bool", "false">:$wrap_biased_current);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def Loihi_InterconnectAttr : Loihi_Attr<"Interconnect", "interconnect"> {
  let summary = "how chips are linked, where it is not one mesh";
  let description = [{
    A `torus` is a mesh whose ends meet; `hierarchical` chips are meshes of `chips_per_group`, linked by gateways. See
    "Links between chips" in `docs/loihi.md`.

    ```mlir
    #loihi.interconnect<hierarchical, chips_per_group = 4>
    ```
  }];
  let parameters = (ins EnumParameter<Loihi_InterconnectKind>:$kind, DefaultValuedParameter<"int32_t", "0">:$chips_per_group);
  let assemblyFormat = "`<` $kind (`,` `chips_per_group` `=` $chips_per_group^)? `>`";
}

def Loihi_LifAttr : Loihi_Attr<"Lif", "lif"> {
  let summary = "leaky integrate and fire with a synaptic current, in fixed point";
  let description = [{
    Decays, their offsets, the bits by which sums and thresholds are shifted left, and the refractory steps.

    ```mlir
    #loihi.lif<dv = 2048>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"int32_t", "4095">:$du, DefaultValuedParameter<"int32_t", "0">:$dv,
    DefaultValuedParameter<"int32_t", "1">:$du_offset, DefaultValuedParameter<"int32_t", "0">:$dv_offset,
    DefaultValuedParameter<"int32_t", "6">:$align, DefaultValuedParameter<"int32_t", "0">:$refractory);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

def Loihi_NestAttr : Loihi_Attr<"Nest", "nest"> {
  let summary = "a nest of loops over neurons";
  let description = [{
    Each loop is `size : stride`, outermost first; strides count neurons. A nest without loops is one step.

    ```mlir
    #loihi.nest<8 : 96, 12 : 1>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$sizes, ArrayRefParameter<"int64_t">:$strides);
  let extraClassDeclaration = [{
    /// Steps of all loops together.
    int64_t getNumSteps() const;
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Loihi_ViewAttr : Loihi_Attr<"View", "view"> {
  let summary = "which source neuron stands at each position and channel";
  let description = [{
    Position `p` and channel `c` are running numbers of the two nests; the neuron is the offset plus what both add up.

    ```mlir
    #loihi.view<positions = <64 : 12>, channels = <12 : 1>>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "0">:$offset, "NestAttr":$positions, "NestAttr":$channels);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===----------------------------------------------------------------------===//
// Encodings of synapses
//===----------------------------------------------------------------------===//

def Loihi_DenseAttr : Loihi_Attr<"Dense", "dense"> {
  let summary = "each position: weights[O, I], from the view's channels to the target's";
  let description = [{
    ```mlir
    #loihi.dense<view = <positions = <64 : 12>, channels = <12 : 1>>>
    ```
  }];
  let parameters = (ins "ViewAttr":$view);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Loihi_ConvAttr : Loihi_Attr<"Conv", "conv"> {
  let summary = "weights[O, I / groups, KH, KW] over the view's positions, an image";
  let description = [{
    `input` and `output` are the sizes of the images of positions; all lists are height and width.

    ```mlir
    #loihi.conv<view = <positions = <64 : 3>, channels = <3 : 1>>, input = [8, 8], output = [8, 8], kernel = [3, 3],
                padding = [1, 1]>
    ```
  }];
  let parameters = (ins "ViewAttr":$view, "DenseI64ArrayAttr":$input, "DenseI64ArrayAttr":$output,
    "DenseI64ArrayAttr":$kernel,
    DefaultValuedParameter<"DenseI64ArrayAttr", "DenseI64ArrayAttr::get($_ctxt, {1, 1})">:$strides,
    DefaultValuedParameter<"DenseI64ArrayAttr", "DenseI64ArrayAttr::get($_ctxt, {0, 0})">:$padding,
    DefaultValuedParameter<"DenseI64ArrayAttr", "DenseI64ArrayAttr::get($_ctxt, {1, 1})">:$dilations,
    DefaultValuedParameter<"int64_t", "1">:$groups);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Loihi_LoopsAttr : Loihi_Attr<"Loops", "loops"> {
  let summary = "a nest of loops over pairs of neurons";
  let description = [{
    Each loop is `size : source stride -> target stride`, outermost first.

    ```mlir
    #loihi.loops<4 : 96 -> 0, 12 : 1 -> 1>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$sizes, ArrayRefParameter<"int64_t">:$sources,
    ArrayRefParameter<"int64_t">:$targets);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Loihi_StridedAttr : Loihi_Attr<"Strided", "strided"> {
  let summary = "one weight; the pairs that a nest of loops visits";
  let description = [{
    ```mlir
    #loihi.strided<source = 12, loops = <4 : 96 -> 0, 12 : 1 -> 1>>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "0">:$source, DefaultValuedParameter<"int64_t", "0">:$target,
    "LoopsAttr":$loops);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Loihi_SparseAttr : Loihi_Attr<"Sparse", "sparse"> {
  let summary = "pairs of positions with one weight each, channel to channel of the same number";
  let description = [{
    Pairs of source and target position are `tensor<Nx2xi32>`, sorted by source, then target; the projection has
    as many weights.

    ```mlir
    #loihi.sparse<view = <positions = <4 : 2>, channels = <2 : 1>>, pairs = dense<[[0, 0], [1, 0]]> : tensor<2x2xi32>>
    ```
  }];
  let parameters = (ins "ViewAttr":$view, "ElementsAttr":$pairs);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

def Loihi_PlaceAttr : Loihi_Attr<"Place", "place"> {
  let summary = "where a core lies: the chip, and column and row of its mesh";
  let description = [{
    ```mlir
    #loihi.place<chip = 0, x = 3, y = 4>
    ```
  }];
  let parameters = (ins "int32_t":$chip, "int32_t":$x, "int32_t":$y);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // LOIHI_ATTRS
