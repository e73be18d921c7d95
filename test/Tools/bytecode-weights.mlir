// SPDX-License-Identifier: Apache-2.0
// A small file of bytecode with weights: they are aligned, so the tools must read the file to aligned memory.
// RUN: spike-opt %s --emit-bytecode -o %t.mlirbc
// RUN: spike-opt %t.mlirbc | FileCheck %s
// RUN: spike-run %t.mlirbc --interpret

// CHECK: spike.constant dense_resource<w> : tensor<2xf32>
func.func @main() -> tensor<2xf32> {
  %0 = spike.constant dense_resource<w> : tensor<2xf32>
  return %0 : tensor<2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x400000000000803F0000803F"
    }
  }
#-}
