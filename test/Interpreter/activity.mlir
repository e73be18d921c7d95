// What spike-expose-activity counts, worked out by hand, interpreted and compiled at every level.
// RUN: spike-opt %s --spike-expose-activity | spike-run --interpret | FileCheck %s
// RUN: spike-opt %s --spike-expose-activity | spike-run --level=0 | FileCheck %s
// RUN: spike-opt %s --spike-expose-activity | spike-run --level=2 | FileCheck %s
// RUN: spike-opt %s --spike-expose-activity | spike-run --level=3 --num-threads=2 | FileCheck %s

// Step 0 has a spike in a corner (read by 2 windows of 3 taps, padding 1) and one inside (read by 3); step 1 has none.
// CHECK: result 1: tensor<2x!spike.count<max = {{[0-9]+}}>> = [2, 0]
// CHECK: result 2: tensor<2x!spike.count<max = {{[0-9]+}}>> = [5, 0]
// The neuron's current reaches its threshold at four positions of step 0.
// CHECK: result 3: tensor<2x!spike.count<max = {{[0-9]+}}>> = [4, 0]
// One row and one column of spikes: each of the 4 inner positions pairs two nonzero elements.
// CHECK: result 4: tensor<2x!spike.count<max = {{[0-9]+}}>> = [4, 0]
// CHECK: result 5: tensor<2x!spike.count<max = {{[0-9]+}}>> = [4, 0]
// CHECK: result 6: tensor<2x!spike.count<max = {{[0-9]+}}>> = [4, 0]
func.func @main() -> tensor<2x1x1x1xf32> {
  %x = spike.constant dense<[[[[1.0, 0.0, 1.0, 0.0]]], [[[0.0, 0.0, 0.0, 0.0]]]]> : tensor<2x1x1x4xf32>
  %w = spike.constant dense<2.0> : tensor<1x1x3xf32>
  %c = spike.conv %x, %w strides [1] padding [1, 1] channels_first
      : (tensor<2x1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<2x1x1x4xf32>
  %s = spike.neuron #spike.if path "if" (%c) : (tensor<2x1x1x4xf32>) -> tensor<2x1x1x4xf32>
  %y = spike.matmul %s, %s transpose_rhs : (tensor<2x1x1x4xf32>, tensor<2x1x1x4xf32>) -> tensor<2x1x1x1xf32>
  return %y : tensor<2x1x1x1xf32>
}
