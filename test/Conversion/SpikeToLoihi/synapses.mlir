// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// Weights in units of two: mantissas of one bit less, the exponent one more.
// CHECK-LABEL: loihi.network @linear
func.func @linear(%x: tensor<1x3xf32>) -> tensor<2x1x2xf32> {
  %q = spike.quantize %x by 4.0 in [0, 255] : tensor<1x3xf32> -> tensor<1x3xf32>
  %t = spike.repeat_time %q : tensor<1x3xf32> -> tensor<2x1x3xf32>
  %w = spike.constant dense<[[200.0, -6.0, 0.0], [2.0, 4.0, -254.0]]> : tensor<2x3xf32>
  %y = spike.linear %t, %w : (tensor<2x1x3xf32>, tensor<2x3xf32>) -> tensor<2x1x2xf32>
  %s = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 64> path "fc" (%y) : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  return %s : tensor<2x1x2xf32>
}

// -----

// An image of channels first: its neurons have their channels last.
// CHECK-LABEL: loihi.network @conv
func.func @conv(%x: tensor<1x2x4x4xf32>) -> tensor<2x1x3x2x2xf32> {
  %q = spike.quantize %x by 1.0 in [-8, 7] : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  %t = spike.repeat_time %q : tensor<1x2x4x4xf32> -> tensor<2x1x2x4x4xf32>
  %w = spike.constant dense<1.0> : tensor<3x2x3x3xf32>
  %b = spike.constant dense<[1.0, 2.0, -3.0]> : tensor<3xf32>
  %y = spike.conv %t, %w, %b strides [2, 2] padding [1, 1, 1, 1] channels_first
      : (tensor<2x1x2x4x4xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<2x1x3x2x2xf32>
  %s = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 5> path "conv.lif" (%y)
      {spike.rate = 0.25} : (tensor<2x1x3x2x2xf32>) -> tensor<2x1x3x2x2xf32>
  return %s : tensor<2x1x3x2x2xf32>
}

// -----

// One tap is a linear at each position, whatever the order of axes.
// CHECK-LABEL: loihi.network @pointwise
func.func @pointwise(%x: tensor<1x4x6xi1>) -> tensor<1x1x2x3xf32> {
  %t = spike.repeat_time %x : tensor<1x4x6xi1> -> tensor<1x1x4x6xi1>
  %w = spike.constant dense<3.0> : tensor<2x4x1xf32>
  %y = spike.conv %t, %w strides [2] padding [0, 0] channels_first : (tensor<1x1x4x6xi1>, tensor<2x4x1xf32>) -> tensor<1x1x2x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 5> path "p" (%y) : (tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  return %s : tensor<1x1x2x3xf32>
}

// -----

// A leading axis that is no time: images of their own are groups of channels.
// CHECK-LABEL: loihi.network @images
func.func @images(%x: tensor<1x2x1x5xf32>) -> tensor<1x1x2x1x3xf32> {
  %q = spike.quantize %x by 1.0 in [0, 7] : tensor<1x2x1x5xf32> -> tensor<1x2x1x5xf32>
  %t = spike.repeat_time %q : tensor<1x2x1x5xf32> -> tensor<1x1x2x1x5xf32>
  %w = spike.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %y = spike.conv %t, %w strides [1] padding [0, 0] channels_first : (tensor<1x1x2x1x5xf32>, tensor<1x1x3xf32>) -> tensor<1x1x2x1x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 5> path "i" (%y) : (tensor<1x1x2x1x3xf32>) -> tensor<1x1x2x1x3xf32>
  return %s : tensor<1x1x2x1x3xf32>
}
