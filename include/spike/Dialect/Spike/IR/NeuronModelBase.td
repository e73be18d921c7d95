// SPDX-License-Identifier: Apache-2.0
// What the definitions of all neuron models share.
#ifndef SPIKE_NEURON_MODEL_BASE
#define SPIKE_NEURON_MODEL_BASE

include "mlir/IR/AttrTypeBase.td"
include "spike/Dialect/Spike/IR/SpikeDialect.td"
include "spike/Dialect/Spike/IR/SpikeEnums.td"
include "spike/Dialect/Spike/IR/SpikeInterfaces.td"

class Spike_Attr<string cppName, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Spike_Dialect, cppName, traits> {
  let mnemonic = attrMnemonic;
}

/// A double written the short way (`0.25`), read back to the same bits.
class Spike_Double<string default> : APFloatParameter<""> {
  let parser = "::mlir::spike::parseDouble($_parser)";
  let printer = "::mlir::spike::printDouble($_printer, $_self)";
  let defaultValue = "::llvm::APFloat(" # default # ")";
}

/// A double that may be left out.
def Spike_OptionalDouble : OptionalParameter<"::std::optional<::llvm::APFloat>"> {
  let parser = "::mlir::spike::parseOptionalDouble($_parser)";
  let printer = "::mlir::spike::printDouble($_printer, *$_self)";
  let comparator = "::mlir::spike::isSameDouble($_lhs, $_rhs)";
}

class Spike_EnumParameter<EnumAttrInfo info, string default>
    : EnumParameter<info> {
  let defaultValue = info.cppNamespace # "::" # info.className # "::" # default;
}

/// `also` names the interface methods with a default that the model implements itself.
class Spike_NeuronModel<string cppName, string attrMnemonic, list<string> also = []> : Spike_Attr<cppName, attrMnemonic,
    [DeclareAttrInterfaceMethods<NeuronModelAttrInterface, also>]> {
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

#endif // SPIKE_NEURON_MODEL_BASE
