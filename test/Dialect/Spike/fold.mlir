// Folders, each with a case to which it does not apply.
// RUN: spike-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @cast_same
// CHECK-SAME: (%[[X:.*]]: tensor<2xi1>)
func.func @cast_same(%x: tensor<2xi1>) -> tensor<2xi1> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.cast %x : tensor<2xi1> -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// CHECK-LABEL: func.func @cast_there_and_back
// CHECK-SAME: (%[[X:.*]]: tensor<2xi1>)
func.func @cast_there_and_back(%x: tensor<2xi1>) -> tensor<2xi1> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.cast %x : tensor<2xi1> -> tensor<2xf32>
  %1 = spike.cast %0 : tensor<2xf32> -> tensor<2xi1>
  return %1 : tensor<2xi1>
}

// CHECK-LABEL: func.func @cast_elsewhere
func.func @cast_elsewhere(%x: tensor<2xi1>) -> tensor<2xi8> {
  // CHECK: spike.cast
  // CHECK: spike.cast
  %0 = spike.cast %x : tensor<2xi1> -> tensor<2xf32>
  %1 = spike.cast %0 : tensor<2xf32> -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// CHECK-LABEL: func.func @scale_by_one
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>)
func.func @scale_by_one(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.scale %x by 1.0 : tensor<2xf32> -> tensor<2xf32>
  %1 = spike.scale %0 by 1.0 divide : tensor<2xf32> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: func.func @scale_changes
func.func @scale_changes(%x: tensor<2xf32>, %s: tensor<2xi1>) -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK-DAG: spike.scale %{{.*}} by -1.0
  %0 = spike.scale %x by -1.0 : tensor<2xf32> -> tensor<2xf32>
  // CHECK-DAG: spike.scale %{{.*}} by 1.0 : tensor<2xi1> -> tensor<2xf32>
  %1 = spike.scale %s by 1.0 : tensor<2xi1> -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @reshape_same
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @reshape_same(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK-NEXT: return %[[X]], %[[X]]
  %0 = spike.reshape %x : tensor<2x3xf32> -> tensor<2x3xf32>
  %1 = spike.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  %2 = spike.reshape %1 : tensor<6xf32> -> tensor<2x3xf32>
  return %0, %2 : tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: func.func @reshape_changes
func.func @reshape_changes(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // CHECK: spike.reshape
  %0 = spike.reshape %x : tensor<2x3xf32> -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// CHECK-LABEL: func.func @transpose_nothing
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @transpose_nothing(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.transpose %x [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// A square keeps its type and not its elements.
// CHECK-LABEL: func.func @transpose_square
func.func @transpose_square(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK: spike.transpose
  %0 = spike.transpose %x [1, 0] : tensor<2x2xf32> -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @slice_all
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @slice_all(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.slice %x axis 1 offset 0 : tensor<2x3xf32> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @slice_part
func.func @slice_part(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // CHECK: spike.slice
  %0 = spike.slice %x axis 1 offset 0 : tensor<2x3xf32> -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// Equal constants become one, also those that hold counts in i32.
// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<2x!spike.count<max = 3>>, tensor<2x!spike.count<max = 3>>) {
  // CHECK-NEXT: %[[C:.*]] = spike.constant dense<3> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  // CHECK-NEXT: return %[[C]], %[[C]]
  %0 = spike.constant dense<3> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %1 = spike.constant dense<3> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  return %0, %1 : tensor<2x!spike.count<max = 3>>, tensor<2x!spike.count<max = 3>>
}

// CHECK-LABEL: func.func @different_constants
func.func @different_constants() -> (tensor<2x!spike.count<max = 3>>, tensor<2xi32>) {
  // CHECK-COUNT-2: spike.constant dense<3>
  %0 = spike.constant dense<3> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %1 = spike.constant dense<3> : tensor<2xi32>
  return %0, %1 : tensor<2x!spike.count<max = 3>>, tensor<2xi32>
}

// Integers that lie in the interval already stay as they are.
// CHECK-LABEL: func.func @quantize_again
func.func @quantize_again(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK: %[[Q:.*]] = spike.quantize %{{.*}} by 4.0 in [-8, 7]
  %q = spike.quantize %x by 4.0 in [-8, 7] : tensor<2xf32> -> tensor<2xf32>
  %0 = spike.quantize %q by 1.0 in [-128, 127] : tensor<2xf32> -> tensor<2xf32>
  // CHECK: %[[R:.*]] = spike.quantize %[[Q]] by 1.0 in [0, 7]
  %1 = spike.quantize %q by 1.0 in [0, 7] : tensor<2xf32> -> tensor<2xf32>
  // CHECK: %[[S:.*]] = spike.quantize %[[Q]] by 2.0
  %2 = spike.quantize %q by 2.0 in [-128, 127] : tensor<2xf32> -> tensor<2xf32>
  // CHECK: return %[[Q]], %[[R]], %[[S]]
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
