// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// Weights in units of two: mantissas of one bit less, the exponent one more.
// CHECK-LABEL: loihi.network @linear
// CHECK: loihi.population @input0 shape [3] input payload_bits 9 tensor <3 : 1>
// CHECK: loihi.population @fc shape [2] lif <dv = 2048> threshold [64] tensor <2 : 1> path "fc"
// CHECK: loihi.projection @input0_to_fc from @input0 to @fc #loihi.dense<view = <positions = <1 : 0>, channels = <3 : 1>>> bits 8 mixed graded weights dense<{{\[\[}}100, -3, 0], [1, 2, -127]]> : tensor<2x3xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 3] scale 4.000000e+00 range 0 to 255
// CHECK: loihi.output "output0" from @fc shape [1, 2] scale 1.000000e+00
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
// CHECK: loihi.population @input0 shape [4, 4, 2] input payload_bits 4 tensor <2 : 1, 16 : 2>
// CHECK: loihi.population @conv_lif shape [2, 2, 3] lif <dv = 2048> threshold [5] bias [64, 128, -192] bias_exponent [0, 0, 0] rate 2.500000e-01 tensor <3 : 1, 4 : 3> path "conv.lif"
// CHECK: loihi.projection @input0_to_conv_lif from @input0 to @conv_lif #loihi.conv<view = <positions = <16 : 2>, channels = <2 : 1>>, input = [4, 4], output = [2, 2], kernel = [3, 3], strides = [2, 2], padding = [1, 1]> bits 2 mixed exponent -7 graded weights dense<1> : tensor<3x2x3x3xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 4, 4] scale 1.000000e+00 range -8 to 7
// CHECK: loihi.output "output0" from @conv_lif shape [1, 3, 2, 2] scale 1.000000e+00
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
// CHECK: loihi.population @input0 shape [6, 4] input tensor <4 : 1, 6 : 4>
// CHECK: loihi.population @p shape [3, 2] lif #loihi.lif threshold [5] tensor <2 : 1, 3 : 2> path "p"
// CHECK: loihi.projection @input0_to_p from @input0 to @p #loihi.dense<view = <positions = <3 : 8>, channels = <4 : 1>>> bits 3 mixed exponent -6 weights dense<3> : tensor<2x4xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 4, 6] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @p shape [1, 2, 3] scale 1.000000e+00
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
// CHECK: loihi.population @input0 shape [2, 5, 1] input payload_bits 4 tensor <10 : 1>
// CHECK: loihi.population @i shape [3, 2] lif #loihi.lif threshold [5] tensor <2 : 1, 3 : 2> path "i"
// CHECK: loihi.projection @input0_to_i from @input0 to @i #loihi.conv<view = <positions = <5 : 1>, channels = <2 : 5>>, input = [1, 5], output = [1, 3], kernel = [1, 3], groups = 2> bits 3 mixed exponent -6 graded weights dense<{{\[\[}}{{\[\[}}1, 2, 3]]], {{\[\[}}[1, 2, 3]]]]> : tensor<2x1x1x3xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 1, 5] scale 1.000000e+00 range 0 to 7
// CHECK: loihi.output "output0" from @i shape [1, 2, 1, 3] scale 1.000000e+00
func.func @images(%x: tensor<1x2x1x5xf32>) -> tensor<1x1x2x1x3xf32> {
  %q = spike.quantize %x by 1.0 in [0, 7] : tensor<1x2x1x5xf32> -> tensor<1x2x1x5xf32>
  %t = spike.repeat_time %q : tensor<1x2x1x5xf32> -> tensor<1x1x2x1x5xf32>
  %w = spike.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %y = spike.conv %t, %w strides [1] padding [0, 0] channels_first : (tensor<1x1x2x1x5xf32>, tensor<1x1x3xf32>) -> tensor<1x1x2x1x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 5> path "i" (%y) : (tensor<1x1x2x1x3xf32>) -> tensor<1x1x2x1x3xf32>
  return %s : tensor<1x1x2x1x3xf32>
}
