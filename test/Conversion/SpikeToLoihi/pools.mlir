// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// CHECK-LABEL: loihi.network @spikes
func.func @spikes(%x: tensor<1x2x4x4xi1>) -> tensor<1x1x2x2x2xf32> {
  %t = spike.repeat_time %x : tensor<1x2x4x4xi1> -> tensor<1x1x2x4x4xi1>
  %p = spike.pool max %t kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first : tensor<1x1x2x4x4xi1> -> tensor<1x1x2x2x2xi1>
  %f = spike.cast %p : tensor<1x1x2x2x2xi1> -> tensor<1x1x2x2x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 0> path "s" (%f) : (tensor<1x1x2x2x2xf32>) -> tensor<1x1x2x2x2xf32>
  return %s : tensor<1x1x2x2x2xf32>
}

// -----

// Columns first, then rows; a tap outside of the image is its neighbour once more.
// CHECK-LABEL: loihi.network @numbers
func.func @numbers(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x1x2x3xf32> {
  %q = spike.quantize %x by 1.0 in [-8, 7] : tensor<1x1x3x3xf32> -> tensor<1x1x3x3xf32>
  %t = spike.repeat_time %q : tensor<1x1x3x3xf32> -> tensor<1x1x1x3x3xf32>
  %p = spike.pool max %t kernel [2, 3] strides [1, 1] padding [0, 0, 1, 1] channels_first : tensor<1x1x1x3x3xf32> -> tensor<1x1x1x2x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%p) : (tensor<1x1x1x2x3xf32>) -> tensor<1x1x1x2x3xf32>
  return %s : tensor<1x1x1x2x3xf32>
}
