// SPDX-License-Identifier: Apache-2.0
// Operations of the loihi dialect: a network and what it consists of.
#ifndef LOIHI_OPS
#define LOIHI_OPS

include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "spike/Dialect/Loihi/IR/LoihiAttrs.td"
include "spike/Dialect/Loihi/IR/LoihiPrograms.td"

class Loihi_Op<string mnemonic, list<Trait> traits = []> : Op<Loihi_Dialect, mnemonic, traits>;

/// Part of a network.
class Loihi_Part<string mnemonic, list<Trait> traits = []> : Loihi_Op<mnemonic, !listconcat([
    HasParent<"NetworkOp">], traits)>;

def Loihi_Count : ConfinedAttr<I32Attr, [IntPositive]>;
def Loihi_NonNegative : ConfinedAttr<I32Attr, [IntNonNegative]>;
def Loihi_NonNegative64 : ConfinedAttr<I64Attr, [IntNonNegative]>;
def Loihi_Params : TypedArrayAttrBase<DenseI32ArrayAttr, "lists of numbers">;

def Loihi_NetworkOp : Loihi_Op<"network", [IsolatedFromAbove, Symbol, SymbolTable, SingleBlock, NoTerminator,
    NoRegionArguments]> {
  let summary = "a network of neurons, and where it lies on chips";
  let description = [{
    The phase says how far it is mapped: `unmapped` has no cores, `partitioned` has cores without places, `placed` has
    places on chips, `routed` is ready to be an image. `target` names the chip or board whose limits hold.
    `interconnect` says how its chips are linked, where they are placed and no mesh; `host` names the layers of the
    source model that the host computes between passes.

    ```mlir
    loihi.network @digits unmapped time_steps 4 target "loihi2" {
      ...
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Loihi_Phase:$phase, Loihi_Count:$time_steps, StrAttr:$target,
    OptionalAttr<Loihi_ConventionsAttr>:$conventions, OptionalAttr<Loihi_InterconnectAttr>:$interconnect,
    OptionalAttr<StrArrayAttr>:$host);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name $phase `time_steps` $time_steps `target` $target (`conventions` $conventions^)?
    (`interconnect` $interconnect^)? (`host` $host^)?
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Neurons and synapses
//===----------------------------------------------------------------------===//

def Loihi_ProgramOp : Loihi_Part<"program", [IsolatedFromAbove, Symbol, SingleBlock, NoTerminator,
    NoRegionArguments]> {
  let summary = "a neuron program";
  let description = [{
    Runs once for each neuron and step, on values of 24 bits. `ports` accumulators, `states` words of state and `params`
    parameters per neuron can be used. Its values get the sixteen registers when it is translated.

    ```mlir
    loihi.program @max ports 2 states 0 params 0 {
      %a = loihi.rdc 0
      %b = loihi.rdc 1
      %less = loihi.lt %a, %b
      %max = loihi.sel %less, %b, %a
      loihi.spike %max
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Loihi_Count:$ports, Loihi_NonNegative:$states,
    Loihi_NonNegative:$params);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `ports` $ports `states` $states `params` $params attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Loihi_PopulationOp : Loihi_Part<"population", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "neurons of one kind";
  let description = [{
    `shape` is row-major; its last axis are channels, all others positions. The neurons are one of

    - `input`: the host sends their messages,
    - `lif`, with thresholds and biases (mantissas), and exponents of biases, of one value or one per channel,
    - `program`, with its parameters, each of one value or one per channel.

    Messages of `payload_bits` more than one are graded. `start` is the first chip step of time step 0, and `substeps` how
    many in a row each time step takes; `rate` is how many messages are expected per neuron and time step; `tensor` says
    which neuron is which element of the source layer's tensor; `path` is the module of the source model.

    ```mlir
    loihi.population @fc shape [1, 10] lif #loihi.lif<dv = 2048> threshold [64] path "head.fc"
    loihi.population @sum shape [4, 10] program @scaled params [array<i32: 3>] payload_bits 24
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DenseI64ArrayAttr:$shape, UnitAttr:$input,
    OptionalAttr<Loihi_LifAttr>:$lif, OptionalAttr<DenseI32ArrayAttr>:$threshold,
    OptionalAttr<DenseI32ArrayAttr>:$bias, OptionalAttr<DenseI32ArrayAttr>:$bias_exponent,
    OptionalAttr<FlatSymbolRefAttr>:$program, OptionalAttr<Loihi_Params>:$params,
    DefaultValuedAttr<Loihi_Count, "1">:$payload_bits, DefaultValuedAttr<Loihi_NonNegative, "0">:$start,
    DefaultValuedAttr<Loihi_Count, "1">:$substeps, OptionalAttr<F64Attr>:$rate, OptionalAttr<Loihi_NestAttr>:$tensor, OptionalAttr<StrAttr>:$path);
  let assemblyFormat = [{
    $sym_name `shape` $shape (`input` $input^)? (`lif` $lif^)? (`threshold` $threshold^)? (`bias` $bias^)?
    (`bias_exponent` $bias_exponent^)? (`program` $program^)? (`params` $params^)? (`payload_bits` $payload_bits^)?
    (`start` $start^)? (`substeps` $substeps^)? (`rate` $rate^)? (`tensor` $tensor^)? (`path` $path^)? attr-dict
  }];
  let hasVerifier = 1;
  let builders = [
    /// An `input` population, or one that the caller makes a `lif` or a `program` by the setters.
    OpBuilder<(ins "::llvm::StringRef":$name, "::llvm::ArrayRef<int64_t>":$shape)>
  ];
  let extraClassDeclaration = [{
    int64_t getChannels() { return getShape().back(); }
    /// Number of neurons.
    int64_t getSize();
  }];
}

def Loihi_ProjectionOp : Loihi_Part<"projection", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "synapses from one population to another";
  let description = [{
    A message of the source, sent in step `k`, is added to accumulator `port` of its targets in step `k + 1 + delay`;
    `substep` is which one that is of the chip steps that the target's time step takes, for the source's last.
    The encoding says which synapses there are. Stored weights are numbers of `bits` bits, `i8` if `mixed`, else `i16`;
    `weights` are `[O, I]` of a dense, `[O, I / groups, KH, KW]` of a conv, one of a strided, and one for each pair of a
    sparse projection. Where it is `graded` the payload multiplies the weight.

    ```mlir
    loihi.projection @fc_in from @x to @fc
        #loihi.dense<view = <positions = <1 : 64>, channels = <64 : 1>>>
        bits 8 mixed exponent 2 weights dense_resource<fc> : tensor<10x64xi8>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$source, FlatSymbolRefAttr:$target,
    DefaultValuedAttr<Loihi_NonNegative, "0">:$port, DefaultValuedAttr<Loihi_NonNegative, "0">:$delay,
    DefaultValuedAttr<Loihi_NonNegative, "0">:$substep,
    AnyAttrOf<[Loihi_DenseAttr, Loihi_ConvAttr, Loihi_StridedAttr, Loihi_SparseAttr]>:$encoding,
    ConfinedAttr<I32Attr, [IntMinValue<1>, IntMaxValue<8>]>:$bits, Loihi_SignMode:$sign,
    DefaultValuedAttr<I32Attr, "0">:$exponent, UnitAttr:$graded, ElementsAttr:$weights);
  let assemblyFormat = [{
    $sym_name `from` $source `to` $target (`port` $port^)? (`delay` $delay^)? (`substep` $substep^)? $encoding
    `bits` $bits $sign (`exponent` $exponent^)? (`graded` $graded^)? `weights` $weights attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Host
//===----------------------------------------------------------------------===//

def Loihi_InputOp : Loihi_Part<"input", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "an array that the host sends";
  let description = [{
    Element `i` at a time step becomes the payload `clamp(round_half_even(x * scale), low, high)` of the neuron that the
    population's `tensor` maps it to; zero sends nothing, NaN is zero. `shape` is the array's without time; one array
    serves all steps unless `timed`, where it has a leading time axis. It is sent in a `pass` of the inference.

    ```mlir
    loihi.input "x" to @x shape [1, 8, 8] scale 1.600000e+01 range 0 to 255
    ```
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$population, DenseI64ArrayAttr:$shape, F64Attr:$scale,
    I32Attr:$low, I32Attr:$high, UnitAttr:$timed, DefaultValuedAttr<Loihi_NonNegative, "0">:$pass);
  let assemblyFormat = [{
    $name `to` $population `shape` $shape `scale` $scale `range` $low `to` $high (`timed` $timed^)? (`pass` $pass^)?
    attr-dict
  }];
  let hasVerifier = 1;
}

def Loihi_OutputOp : Loihi_Part<"output", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "an array that the host reads";
  let description = [{
    Payloads of the population's messages at every time step, or at the `last` one only, times `scale` plus `offset`
    (one value, or one per element). `shape` is the array's without time. It is read in a `pass` of the inference.

    ```mlir
    loihi.output "logits" from @head shape [10] scale 3.125000e-02 last
    ```
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$population, DenseI64ArrayAttr:$shape, F64Attr:$scale,
    OptionalAttr<DenseF32ArrayAttr>:$offset, UnitAttr:$last, DefaultValuedAttr<Loihi_NonNegative, "0">:$pass);
  let assemblyFormat = [{
    $name `from` $population `shape` $shape `scale` $scale (`offset` custom<Floats>($offset)^)? (`last` $last^)?
    (`pass` $pass^)? attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

def Loihi_ChipOp : Loihi_Part<"chip"> {
  let summary = "a chip, and where it lies on the board";
  let description = [{
    Chips are numbered in order, from zero.

    ```mlir
    loihi.chip 0 at (0, 0)
    ```
  }];
  let arguments = (ins Loihi_NonNegative:$index, Loihi_NonNegative:$x, Loihi_NonNegative:$y);
  let assemblyFormat = "$index `at` ` ` `(` $x `,` $y `)` attr-dict";
}

def Loihi_CoreOp : Loihi_Part<"core", [SingleBlock, NoTerminator, NoRegionArguments]> {
  let summary = "a neurocore and the slices that lie on it";
  let description = [{
    ```mlir
    loihi.core at <chip = 0, x = 3, y = 4> {
      loihi.slice @x positions 0 to 64 channels 0 to 12
    }
    ```
  }];
  let arguments = (ins OptionalAttr<Loihi_PlaceAttr>:$place);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`at` $place^)? attr-dict-with-keyword $body";
}

def Loihi_SliceOp : Loihi_Op<"slice", [HasParent<"CoreOp">, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a box of a population: half-open ranges of positions and channels";
  let description = [{
    ```mlir
    loihi.slice @x positions 0 to 64 channels 0 to 12
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$population, Loihi_NonNegative64:$p0, Loihi_NonNegative64:$p1,
    Loihi_NonNegative64:$c0, Loihi_NonNegative64:$c1);
  let assemblyFormat = "$population `positions` $p0 `to` $p1 `channels` $c0 `to` $c1 attr-dict";
}

#endif // LOIHI_OPS
