// SPDX-License-Identifier: Apache-2.0
// What neuron programs are made of: the published opcodes of the chip, on values in place of registers.
#ifndef LOIHI_PROGRAMS
#define LOIHI_PROGRAMS

include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "spike/Dialect/Loihi/IR/LoihiAttrs.td"

/// A register's value: 24 bits in two's complement.
def Loihi_Word : I<24>;

class Loihi_Instruction<string mnemonic, list<Trait> traits> : Op<Loihi_Dialect, mnemonic, !listconcat([
    ParentOneOf<["ProgramOp", "SkipIfOp"]>], traits)>;

/// An instruction with a result, whose type is known.
class Loihi_Value<string mnemonic, list<Trait> traits> : Loihi_Instruction<mnemonic, !listconcat([
    DeclareOpInterfaceMethods<InferTypeOpInterface>], traits)>;

/// A number within an instruction.
class Loihi_Immediate<int low, int high> : ConfinedAttr<I32Attr, [IntMinValue<low>, IntMaxValue<high>]>;
def Loihi_Index : ConfinedAttr<I32Attr, [IntNonNegative]>;

class Loihi_Binary<string mnemonic, list<Trait> traits = []> : Loihi_Value<mnemonic, !listconcat([Pure], traits)> {
  let arguments = (ins Loihi_Word:$lhs, Loihi_Word:$rhs);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict";
}

class Loihi_Compare<string mnemonic> : Loihi_Value<mnemonic, [Pure]> {
  let arguments = (ins Loihi_Word:$lhs, Loihi_Word:$rhs);
  let results = (outs I1:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict";
}

//===----------------------------------------------------------------------===//
// Accumulators, state, parameters
//===----------------------------------------------------------------------===//

def Loihi_RdcOp : Loihi_Value<"rdc", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "read the accumulator of a port and clear it";
  let description = [{
    ```mlir
    %a = loihi.rdc 0
    ```
  }];
  let arguments = (ins Loihi_Index:$port);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$port attr-dict";
}

def Loihi_LdOp : Loihi_Value<"ld", [MemoryEffects<[MemRead]>]> {
  let summary = "read a word of the neuron's state (the read of RMW)";
  let description = [{
    ```mlir
    %v = loihi.ld 0
    ```
  }];
  let arguments = (ins Loihi_Index:$state);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$state attr-dict";
}

def Loihi_StOp : Loihi_Instruction<"st", [MemoryEffects<[MemWrite]>]> {
  let summary = "write a word of the neuron's state (the write of RMW)";
  let description = [{
    ```mlir
    loihi.st %v, 0
    ```
  }];
  let arguments = (ins Loihi_Word:$value, Loihi_Index:$state);
  let assemblyFormat = "$value `,` $state attr-dict";
}

def Loihi_ParOp : Loihi_Value<"par", [Pure]> {
  let summary = "a parameter of the neuron";
  let description = [{
    ```mlir
    %p = loihi.par 0
    ```
  }];
  let arguments = (ins Loihi_Index:$param);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$param attr-dict";
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

def Loihi_ConstOp : Loihi_Value<"const", [Pure]> {
  let summary = "a constant (MOV of a number)";
  let description = [{
    ```mlir
    %c = loihi.const -7
    ```
  }];
  let arguments = (ins Loihi_Immediate<-8388608, 8388607>:$value);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$value attr-dict";
}

def Loihi_AndOp : Loihi_Binary<"and", [Commutative]> { let summary = "bitwise and"; }
def Loihi_OrOp : Loihi_Binary<"or", [Commutative]> { let summary = "bitwise or"; }
def Loihi_AddOp : Loihi_Binary<"add", [Commutative]> { let summary = "sum, wrapped to 24 bits"; }
def Loihi_MinOp : Loihi_Binary<"min", [Commutative]> { let summary = "the smaller of two signed numbers"; }

def Loihi_NegOp : Loihi_Value<"neg", [Pure]> {
  let summary = "the negative, wrapped to 24 bits";
  let arguments = (ins Loihi_Word:$input);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$input attr-dict";
}

def Loihi_ShlOp : Loihi_Value<"shl", [Pure]> {
  let summary = "shift left, wrapped to 24 bits";
  let description = [{
    ```mlir
    %b = loihi.shl %a, 6
    ```
  }];
  let arguments = (ins Loihi_Word:$input, Loihi_Immediate<0, 23>:$bits);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$input `,` $bits attr-dict";
}

def Loihi_MulShrOp : Loihi_Value<"mul_shr", [Pure]> {
  let summary = "product of 48 bits divided by a power of two";
  let description = [{
    `lhs * rhs / 2^bits`, rounded toward zero, wrapped to 24 bits.

    ```mlir
    %c = loihi.mul_shr %a, %b, 12
    ```
  }];
  let arguments = (ins Loihi_Word:$lhs, Loihi_Word:$rhs, Loihi_Immediate<0, 31>:$bits);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$lhs `,` $rhs `,` $bits attr-dict";
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

def Loihi_LtOp : Loihi_Compare<"lt"> { let summary = "whether the first signed number is less than the second"; }
def Loihi_GeOp : Loihi_Compare<"ge"> { let summary = "whether the first signed number is at least the second"; }
def Loihi_EqOp : Loihi_Compare<"eq"> { let summary = "whether two numbers are equal"; }

def Loihi_SelOp : Loihi_Value<"sel", [Pure]> {
  let summary = "the first value if the condition holds, else the second";
  let description = [{
    ```mlir
    %c = loihi.lt %a, %b
    %m = loihi.sel %c, %b, %a
    ```
  }];
  let arguments = (ins I1:$condition, Loihi_Word:$if_true, Loihi_Word:$if_false);
  let results = (outs Loihi_Word:$result);
  let assemblyFormat = "$condition `,` $if_true `,` $if_false attr-dict";
}

def Loihi_SkipIfOp : Loihi_Instruction<"skip_if", [SingleBlock, NoTerminator, NoRegionArguments,
    RecursiveMemoryEffects]> {
  let summary = "leave out the body if the condition holds";
  let description = [{
    The one way to branch; it becomes SKP_C where the body is one instruction, else JMP_C. Values of the body stay
    in it.

    ```mlir
    loihi.skip_if %c {
      loihi.st %v, 0
    }
    ```
  }];
  let arguments = (ins I1:$condition);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$condition $body attr-dict";
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

def Loihi_SpikeOp : Loihi_Instruction<"spike", [MemoryEffects<[MemWrite]>]> {
  let summary = "send a message with this payload, if that is not zero";
  let arguments = (ins Loihi_Word:$payload);
  let assemblyFormat = "$payload attr-dict";
}

def Loihi_ProbeOp : Loihi_Instruction<"probe", [MemoryEffects<[MemWrite]>]> {
  let summary = "a place to look at a value; no effect";
  let arguments = (ins Loihi_Word:$value);
  let assemblyFormat = "$value attr-dict";
}

#endif // LOIHI_PROGRAMS
