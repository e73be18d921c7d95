// spike.concat: round trip and folds.
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s
// RUN: spike-opt %s --canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func.func @concat
// FOLD-LABEL: func.func @concat
// FOLD-SAME: %[[X:[^:]*]]: tensor<2x8xi1>, %[[Y:[^:]*]]: tensor<3x8xi1>
func.func @concat(%x: tensor<2x8xi1>, %y: tensor<3x8xi1>) -> (tensor<2x8xi1>, tensor<3x8xi1>, tensor<2x8xi1>, tensor<2x8xi1>) {
  // CHECK: spike.concat %{{.*}}, %{{.*}} axis 0 : (tensor<2x8xi1>, tensor<3x8xi1>) -> tensor<5x8xi1>
  %0 = spike.concat %x, %y axis 0 : (tensor<2x8xi1>, tensor<3x8xi1>) -> tensor<5x8xi1>
  %1 = spike.concat %x axis 1 : (tensor<2x8xi1>) -> tensor<2x8xi1>
  %2 = spike.slice %0 axis 0 offset 2 : tensor<5x8xi1> -> tensor<3x8xi1>
  %3 = spike.slice %0 axis 0 offset 0 : tensor<5x8xi1> -> tensor<2x8xi1>
  // A slice that is not one of the operands stays.
  // FOLD: %[[S:.*]] = spike.slice %{{.*}} axis 0 offset 1
  %4 = spike.slice %0 axis 0 offset 1 : tensor<5x8xi1> -> tensor<2x8xi1>
  // FOLD: return %[[X]], %[[Y]], %[[X]], %[[S]]
  return %1, %2, %3, %4 : tensor<2x8xi1>, tensor<3x8xi1>, tensor<2x8xi1>, tensor<2x8xi1>
}
