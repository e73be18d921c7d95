// SPDX-License-Identifier: Apache-2.0
// Enumerations of the spike dialect.
#ifndef SPIKE_ENUMS
#define SPIKE_ENUMS

include "mlir/IR/EnumAttr.td"
include "spike/Dialect/Spike/IR/SpikeDialect.td"

class Spike_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::mlir::spike";
  let genSpecializedAttr = 0;
}

def Spike_ResetKind : Spike_Enum<"ResetKind", "what a spike does to the membrane", [
    I32EnumAttrCase<"hard", 0>, I32EnumAttrCase<"soft", 1>, I32EnumAttrCase<"none", 2>]>;

def Spike_FireRule : Spike_Enum<"FireRule", "comparison of membrane and threshold", [
    I32EnumAttrCase<"ge", 0>, I32EnumAttrCase<"gt", 1>]>;

def Spike_ChargeForm : Spike_Enum<"ChargeForm", "how the leak is written, as in the source library", [
    I32EnumAttrCase<"divide", 0>, I32EnumAttrCase<"simple", 1>, I32EnumAttrCase<"keep", 2>]>;

def Spike_CubaForm : Spike_Enum<"CubaForm", "how a synaptic current and a membrane are stepped", [
    I32EnumAttrCase<"jump", 0>, I32EnumAttrCase<"euler", 1>, I32EnumAttrCase<"decay", 2>]>;

def Spike_BoxForm : Spike_Enum<"BoxForm", "what the pull on a membrane adds up first", [
    I32EnumAttrCase<"leak_first", 0>, I32EnumAttrCase<"input_first", 1>]>;

def Spike_Layout : Spike_Enum<"Layout", "where the channel axis of an image lies", [
    I32EnumAttrCase<"channels_first", 0>, I32EnumAttrCase<"channels_last", 1>]>;

def Spike_PoolKind : Spike_Enum<"PoolKind", "what a pooling window computes", [
    I32EnumAttrCase<"max", 0>, I32EnumAttrCase<"avg", 1>]>;

def Spike_ReduceKind : Spike_Enum<"ReduceKind", "what a reduction computes", [
    I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"mean", 1>, I32EnumAttrCase<"max", 2>,
    I32EnumAttrCase<"nonzero", 3>]>;

def Spike_MapKind : Spike_Enum<"MapKind", "a function of one, two or three numbers", [
    I32EnumAttrCase<"abs", 0>, I32EnumAttrCase<"floor", 1>, I32EnumAttrCase<"ceil", 2>, I32EnumAttrCase<"round", 3>,
    I32EnumAttrCase<"sqrt", 4>, I32EnumAttrCase<"sigmoid", 5>, I32EnumAttrCase<"max", 6>, I32EnumAttrCase<"min", 7>,
    I32EnumAttrCase<"div", 8>, I32EnumAttrCase<"ge", 9>, I32EnumAttrCase<"gt", 10>, I32EnumAttrCase<"le", 11>,
    I32EnumAttrCase<"lt", 12>, I32EnumAttrCase<"eq", 13>, I32EnumAttrCase<"ne", 14>, I32EnumAttrCase<"select", 15>]>;

def Spike_RoundingRule : Spike_Enum<"RoundingRule", "to which integer a half goes", [
    I32EnumAttrCase<"half_even", 0>, I32EnumAttrCase<"half_up", 1>]>;

def Spike_DecodeKind : Spike_Enum<"DecodeKind", "what is read from a spike train", [
    I32EnumAttrCase<"mean", 0>, I32EnumAttrCase<"count", 1>, I32EnumAttrCase<"first_spike", 2>,
    I32EnumAttrCase<"last", 3>]>;

class Spike_EnumAttr<EnumAttrInfo info, string name> : EnumAttr<Spike_Dialect, info, name> {
  let assemblyFormat = "$value";
}

def Spike_LayoutAttr : Spike_EnumAttr<Spike_Layout, "layout">;
def Spike_PoolKindAttr : Spike_EnumAttr<Spike_PoolKind, "pool_kind">;
def Spike_ReduceKindAttr : Spike_EnumAttr<Spike_ReduceKind, "reduce_kind">;
def Spike_MapKindAttr : Spike_EnumAttr<Spike_MapKind, "map_kind">;
def Spike_DecodeKindAttr : Spike_EnumAttr<Spike_DecodeKind, "decode_kind">;

#endif // SPIKE_ENUMS
