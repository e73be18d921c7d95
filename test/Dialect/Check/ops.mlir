// Every check is read, verified and written back.
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s
// RUN: spike-opt %s --emit-bytecode | spike-opt | FileCheck %s
// RUN: spike-opt %s --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @checks
func.func @checks(%a: tensor<2xf32>, %b: tensor<2xi1>) {
  // CHECK: check.expect_eq %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<2xf32>, tensor<2xi1>
  check.expect_eq %a, %b : tensor<2xf32>, tensor<2xi1>
  // CHECK: check.expect_close %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} tolerance 0.000001 : tensor<2xf32>, tensor<2xf32>
  check.expect_close %a, %a tolerance 1.0e-06 : tensor<2xf32>, tensor<2xf32>
  return
}
