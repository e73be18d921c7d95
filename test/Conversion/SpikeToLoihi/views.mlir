// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// Heads and transposes are strides of what reads them.
// CHECK-LABEL: loihi.network @heads
// CHECK: loihi.population @input0 shape [3, 8] input tensor <24 : 1>
// CHECK: loihi.population @s shape [2, 4, 1] lif #loihi.lif threshold [2] tensor <8 : 1> path "s"
// CHECK: loihi.projection @input0_to_s from @input0 to @s #loihi.dense<view = <positions = <8 : 1>, channels = <3 : 8>>> bits 3 mixed exponent -6 weights dense<{{\[\[}}1, 2, 3]]> : tensor<1x3xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 3, 8] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 2, 4, 1] scale 1.000000e+00
func.func @heads(%x: tensor<1x3x8xi1>) -> tensor<1x1x2x4x1xf32> {
  %t = spike.repeat_time %x : tensor<1x3x8xi1> -> tensor<1x1x3x8xi1>
  %h = spike.reshape %t : tensor<1x1x3x8xi1> -> tensor<1x1x3x2x4xi1>
  %p = spike.transpose %h [0, 1, 3, 4, 2] : tensor<1x1x3x2x4xi1> -> tensor<1x1x2x4x3xi1>
  %w = spike.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  %y = spike.linear %p, %w : (tensor<1x1x2x4x3xi1>, tensor<1x3xf32>) -> tensor<1x1x2x4x1xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%y) : (tensor<1x1x2x4x1xf32>) -> tensor<1x1x2x4x1xf32>
  return %s : tensor<1x1x2x4x1xf32>
}

// -----

// Slices of one current: each neuron has its rows of the weight, and nothing is sent between.
// CHECK-LABEL: loihi.network @query_and_key
// CHECK: loihi.population @input0 shape [3, 2] input tensor <6 : 1>
// CHECK: loihi.population @q shape [3, 2] lif #loihi.lif threshold [2] tensor <6 : 1> path "q"
// CHECK: loihi.population @k shape [3, 1] lif #loihi.lif threshold [2] tensor <3 : 1> path "k"
// CHECK: loihi.projection @input0_to_q from @input0 to @q #loihi.dense<view = <positions = <3 : 2>, channels = <2 : 1>>> bits 4 mixed exponent -5 weights dense<{{\[\[}}1, 2], [3, 4]]> : tensor<2x2xi8>
// CHECK: loihi.projection @input0_to_k from @input0 to @k #loihi.dense<view = <positions = <3 : 2>, channels = <2 : 1>>> bits 4 mixed exponent -5 weights dense<{{\[\[}}5, 6]]> : tensor<1x2xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 3, 2] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @q shape [1, 3, 2] scale 1.000000e+00
// CHECK: loihi.output "output1" from @k shape [1, 3, 1] scale 1.000000e+00
func.func @query_and_key(%x: tensor<1x3x2xi1>) -> (tensor<1x1x3x2xf32>, tensor<1x1x3x1xf32>) {
  %t = spike.repeat_time %x : tensor<1x3x2xi1> -> tensor<1x1x3x2xi1>
  %w = spike.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %y = spike.linear %t, %w : (tensor<1x1x3x2xi1>, tensor<3x2xf32>) -> tensor<1x1x3x3xf32>
  %a = spike.slice %y axis 3 offset 0 : tensor<1x1x3x3xf32> -> tensor<1x1x3x2xf32>
  %b = spike.slice %y axis 3 offset 2 : tensor<1x1x3x3xf32> -> tensor<1x1x3x1xf32>
  %q = spike.neuron #spike.fixed_lif<threshold = 2> path "q" (%a) : (tensor<1x1x3x2xf32>) -> tensor<1x1x3x2xf32>
  %k = spike.neuron #spike.fixed_lif<threshold = 2> path "k" (%b) : (tensor<1x1x3x1xf32>) -> tensor<1x1x3x1xf32>
  return %q, %k : tensor<1x1x3x2xf32>, tensor<1x1x3x1xf32>
}

// -----

// No strides put six transposed elements into rows of four: a population does.
// CHECK-LABEL: loihi.network @relay
// CHECK: loihi.population @input0 shape [4, 3] input tensor <12 : 1>
// CHECK: loihi.population @s_view shape [3, 4] lif <dv = 4095> threshold [1] tensor <12 : 1>
// CHECK: loihi.population @s shape [2, 6] lif #loihi.lif threshold [2] tensor <12 : 1> path "s"
// CHECK: loihi.projection @input0_to_s_view from @input0 to @s_view #loihi.strided<loops = <3 : 1 -> 4, 4 : 3 -> 1>> bits 8 excitatory weights dense<2> : tensor<1xi16>
// CHECK: loihi.projection @s_view_to_s from @s_view to @s #loihi.dense<view = <positions = <2 : 6>, channels = <6 : 1>>> bits 2 mixed exponent -7 weights dense<1> : tensor<6x6xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 4, 3] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 2, 6] scale 1.000000e+00
func.func @relay(%x: tensor<1x4x3xi1>) -> tensor<1x1x2x6xf32> {
  %t = spike.repeat_time %x : tensor<1x4x3xi1> -> tensor<1x1x4x3xi1>
  %p = spike.transpose %t [0, 1, 3, 2] : tensor<1x1x4x3xi1> -> tensor<1x1x3x4xi1>
  %r = spike.reshape %p : tensor<1x1x3x4xi1> -> tensor<1x1x2x6xi1>
  %w = spike.constant dense<1.0> : tensor<6x6xf32>
  %y = spike.linear %r, %w : (tensor<1x1x2x6xi1>, tensor<6x6xf32>) -> tensor<1x1x2x6xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%y) : (tensor<1x1x2x6xf32>) -> tensor<1x1x2x6xf32>
  return %s : tensor<1x1x2x6xf32>
}

// -----

// CHECK-LABEL: loihi.network @concat
// CHECK: loihi.population @input0 shape [2, 3] input tensor <6 : 1>
// CHECK: loihi.population @s_concat shape [4, 3] lif <dv = 4095> threshold [1] tensor <12 : 1>
// CHECK: loihi.population @s shape [4, 3] lif #loihi.lif threshold [2] tensor <12 : 1> path "s"
// CHECK: loihi.projection @input0_to_s_concat from @input0 to @s_concat #loihi.strided<loops = <6 : 1 -> 1>> bits 8 excitatory weights dense<2> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_s_concat_1 from @input0 to @s_concat #loihi.strided<target = 6, loops = <6 : 1 -> 1>> bits 8 excitatory weights dense<2> : tensor<1xi16>
// CHECK: loihi.projection @s_concat_to_s from @s_concat to @s #loihi.strided<loops = <12 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 3] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 4, 3] scale 1.000000e+00
func.func @concat(%x: tensor<1x2x3xi1>) -> tensor<1x1x4x3xf32> {
  %t = spike.repeat_time %x : tensor<1x2x3xi1> -> tensor<1x1x2x3xi1>
  %c = spike.concat %t, %t axis 2 : (tensor<1x1x2x3xi1>, tensor<1x1x2x3xi1>) -> tensor<1x1x4x3xi1>
  %f = spike.cast %c : tensor<1x1x4x3xi1> -> tensor<1x1x4x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%f) : (tensor<1x1x4x3xf32>) -> tensor<1x1x4x3xf32>
  return %s : tensor<1x1x4x3xf32>
}
