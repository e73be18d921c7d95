// SPDX-License-Identifier: Apache-2.0
// Interfaces of the spike dialect: what a neuron model and an input code must say about themselves.
#ifndef SPIKE_INTERFACES
#define SPIKE_INTERFACES

include "mlir/IR/Interfaces.td"

def NeuronModelAttrInterface : AttrInterface<"NeuronModelAttrInterface"> {
  let cppNamespace = "::mlir::spike";
  let description = [{
    A neuron model. CPU lowering, interpreter, verifier and range analysis ask nothing else, so a new neuron is one
    attribute that implements this interface, and one test.
  }];
  let methods = [
    InterfaceMethod<"Names of the state variables, the membrane first.",
      "::llvm::SmallVector<::llvm::StringRef>", "getStateNames">,
    InterfaceMethod<"Value that state variable `index` has before the first time step.",
      "double", "getStateReset", (ins "unsigned":$index)>,
    InterfaceMethod<[{
      The parameter whose value state variable `index` has before the first time step where an operand replaces it;
      empty if the start depends on no parameter.
      }],
      "::llvm::StringRef", "getStateResetParam", (ins "unsigned":$index), [{}], [{ return {}; }]>,
    InterfaceMethod<"Names of the parameters that a per-channel operand may replace.",
      "::llvm::SmallVector<::llvm::StringRef>", "getParamNames">,
    InterfaceMethod<"Largest output as an integer (1 for a spike, D for a count); nothing if the output is real.",
      "std::optional<uint64_t>", "getMaxOutput">,
    InterfaceMethod<"Smallest output, where there is a largest: zero, or -1 for a ternary spike.",
      "int64_t", "getMinOutput", (ins), [{}], [{ return 0; }]>,
    InterfaceMethod<[{
      Emits one time step on f32 scalars with elementwise `arith`/`math` ops and without fast-math flags. `param(name)`
      is the operand that replaces a parameter, or a null value. Returns the output (an `i1` for a spike, else `f32`)
      and fills `states` with the new state.
      }],
      "::mlir::Value", "buildStep",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$states, "::mlir::Value":$current,
           "::llvm::function_ref<::mlir::Value(::llvm::StringRef)>":$param)>,
    InterfaceMethod<[{
      Number of binary fraction digits that one more time step may add to the membrane when the current is a multiple of
      a power of two; nothing if the membrane then leaves every binary grid (a leak that is no power of two). Used to
      prove that a membrane is exact in f32.
      }],
      "std::optional<unsigned>", "getFractionBitsPerStep", (ins), [{}], [{ return std::nullopt; }]>,
    InterfaceMethod<[{
      Interval that holds every membrane for currents in `[lo, hi]` over `steps` time steps, widened in place; false if
      there is no bound.
      }],
      "bool", "boundMembrane", (ins "double &":$lo, "double &":$hi, "int64_t":$steps), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      Bits of each state, in two's complement, of a model that computes in integers: its step is exact in f32 for any
      currents and parameters that are integers. Nothing for a model of real numbers.
      }],
      "std::optional<unsigned>", "getStateBits", (ins), [{}], [{ return std::nullopt; }]>
  ];
}

def EncodingAttrInterface : AttrInterface<"EncodingAttrInterface"> {
  let cppNamespace = "::mlir::spike";
  let description = [{A code that turns real input into a train over time.}];
  let methods = [
    InterfaceMethod<"Whether the input already has a time axis (delta code).", "bool", "readsTime", (ins), [{}],
      [{ return false; }]>,
    InterfaceMethod<"Whether the output is binary.", "bool", "isBinary", (ins), [{}], [{ return true; }]>,
    InterfaceMethod<[{
      Emits the value of the train at time `step` (an i64 value) out of `steps` for the scalar input `x` (f32) with
      running element number `index` (i64) and, if `readsTime`, the input `previous` one step earlier.
      }],
      "::mlir::Value", "buildEncode",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::Value":$x, "::mlir::Value":$previous,
           "::mlir::Value":$step, "::mlir::Value":$index, "int64_t":$steps)>
  ];
}

#endif // SPIKE_INTERFACES
