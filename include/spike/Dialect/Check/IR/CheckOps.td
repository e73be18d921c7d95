// SPDX-License-Identifier: Apache-2.0
// The `check` dialect: assertions about tensors, for tests of the interpreter and of every lowering.
#ifndef SPIKE_CHECK_OPS
#define SPIKE_CHECK_OPS

include "mlir/IR/DialectBase.td"
include "spike/Dialect/Spike/IR/SpikeTypes.td"

def Check_Dialect : Dialect {
  let name = "check";
  let cppNamespace = "::mlir::spike::check";
  let summary = "Assertions about tensors";
  let description = [{
    Tests state their results with these ops. A failing check is an error that names the op's location, the index of the
    first element that differs, and both values.
  }];
  let dependentDialects = ["::mlir::spike::SpikeDialect"];
}

class Check_Op<string mnemonic> : Op<Check_Dialect, mnemonic> {
  let hasVerifier = 1;
}

def Check_ExpectEqOp : Check_Op<"expect_eq"> {
  let summary = "every element has the expected value";
  let description = [{
    Two f32 elements are equal if their bits are, or if both are not a number; so `-0.0` is not `0.0`. If an element type
    is an integer, the values are compared as numbers: a test need not know to which type a value was narrowed.

    ```mlir
    check.expect_eq %y, %expected : tensor<2xf32>, tensor<2xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$actual, Spike_Tensor:$expected);
  let assemblyFormat = "$actual `,` $expected attr-dict `:` type($actual) `,` type($expected)";
}

def Check_ExpectCloseOp : Check_Op<"expect_close"> {
  let summary = "every element is near the expected value";
  let description = [{
    `|actual - expected| <= tolerance`, computed in f64. Infinities of the same sign are near each other, and so are two
    values that are not a number.

    ```mlir
    check.expect_close %y, %expected tolerance 1.0e-06 : tensor<2xf32>, tensor<2xf32>
    ```
  }];
  let arguments = (ins Spike_Tensor:$actual, Spike_Tensor:$expected, F64Attr:$tolerance);
  let assemblyFormat = [{
    $actual `,` $expected `tolerance` custom<Tolerance>($tolerance) attr-dict `:` type($actual) `,` type($expected)
  }];
}

#endif // SPIKE_CHECK_OPS
