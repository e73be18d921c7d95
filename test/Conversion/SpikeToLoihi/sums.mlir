// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// A sum that one neuron reads: two projections into one port.
// CHECK-LABEL: loihi.network @joined
// CHECK: loihi.population @input0 shape [4] input tensor <4 : 1>
// CHECK: loihi.population @s shape [4] lif #loihi.lif threshold [2] tensor <4 : 1> path "s"
// CHECK: loihi.projection @input0_to_s from @input0 to @s #loihi.dense<view = <positions = <1 : 0>, channels = <4 : 1>>> bits 2 mixed exponent -6 weights dense<1> : tensor<4x4xi8>
// CHECK: loihi.projection @input0_to_s_1 from @input0 to @s #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 4] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 4] scale 1.000000e+00
func.func @joined(%x: tensor<1x4xi1>) -> tensor<2x1x4xf32> {
  %t = spike.repeat_time %x : tensor<1x4xi1> -> tensor<2x1x4xi1>
  %w = spike.constant dense<2.0> : tensor<4x4xf32>
  %y = spike.linear %t, %w : (tensor<2x1x4xi1>, tensor<4x4xf32>) -> tensor<2x1x4xf32>
  %f = spike.cast %t : tensor<2x1x4xi1> -> tensor<2x1x4xf32>
  %r = spike.add %y, %f : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%r) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  return %s : tensor<2x1x4xf32>
}

// -----

// A residual that two layers read: a population that sends the sum.
// CHECK-LABEL: loihi.network @residual
// CHECK: loihi.population @input0 shape [4] input tensor <4 : 1>
// CHECK: loihi.population @a shape [4] lif #loihi.lif threshold [0] tensor <4 : 1> path "a"
// CHECK: loihi.population @add_sum shape [4] program @relay payload_bits 3 tensor <4 : 1>
// CHECK: loihi.population @b shape [4] lif #loihi.lif threshold [2] tensor <4 : 1> path "b"
// CHECK: loihi.population @output0 shape [4] program @relay payload_bits 3 tensor <4 : 1>
// CHECK: loihi.projection @input0_to_a from @input0 to @a #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @a_to_add_sum from @a to @add_sum #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_add_sum from @input0 to @add_sum #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @add_sum_to_b from @add_sum to @b #loihi.dense<view = <positions = <1 : 0>, channels = <4 : 1>>> bits 2 mixed exponent -6 graded weights dense<1> : tensor<4x4xi8>
// CHECK: loihi.projection @add_sum_to_output0 from @add_sum to @output0 #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @b_to_output0 from @b to @output0 #loihi.strided<loops = <4 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 4] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @output0 shape [1, 4] scale 1.000000e+00
func.func @residual(%x: tensor<1x4xi1>) -> tensor<2x1x4xf32> {
  %t = spike.repeat_time %x : tensor<1x4xi1> -> tensor<2x1x4xi1>
  %f = spike.cast %t : tensor<2x1x4xi1> -> tensor<2x1x4xf32>
  %a = spike.neuron #spike.fixed_lif<threshold = 0> path "a" (%f) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  %r = spike.add %a, %f : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  %w = spike.constant dense<2.0> : tensor<4x4xf32>
  %y = spike.linear %r, %w : (tensor<2x1x4xf32>, tensor<4x4xf32>) -> tensor<2x1x4xf32>
  %b = spike.neuron #spike.fixed_lif<threshold = 2> path "b" (%y) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  %o = spike.add %r, %b : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  return %o : tensor<2x1x4xf32>
}

// -----

// A mean over tokens and time, and a head behind it: sums on the chip, a factor and constants for the host.
// CHECK-LABEL: loihi.network @readout
// CHECK: loihi.population @input0 shape [3, 2] input tensor <6 : 1>
// CHECK: loihi.population @reduce_sum shape [2] program @integrate payload_bits 5 rate 1.000000e+00 tensor <2 : 1>
// CHECK: loihi.population @output0 shape [2] program @relay payload_bits 8 rate 1.000000e+00 tensor <2 : 1>
// CHECK: loihi.projection @input0_to_reduce_sum from @input0 to @reduce_sum #loihi.strided<loops = <2 : 1 -> 1, 3 : 2 -> 0>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @reduce_sum_to_output0 from @reduce_sum to @output0 #loihi.dense<view = <positions = <1 : 0>, channels = <2 : 1>>> bits 4 mixed exponent -5 graded weights dense<{{\[\[}}1, 2], [3, 4]]> : tensor<2x2xi8>
// CHECK: loihi.input "input0" to @input0 shape [1, 3, 2] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @output0 shape [1, 2] scale 6.250000e-02 offset [5.000000e-01, -2.500000e-01] last
func.func @readout(%x: tensor<1x3x2xi1>) -> tensor<1x2xf32> {
  %t = spike.repeat_time %x : tensor<1x3x2xi1> -> tensor<4x1x3x2xi1>
  %f = spike.cast %t : tensor<4x1x3x2xi1> -> tensor<4x1x3x2xf32>
  %m = spike.reduce sum %f dims [0, 2] : tensor<4x1x3x2xf32> -> tensor<1x2xf32>
  %w = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = spike.linear %m, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = spike.scale %y by 0.0625 : tensor<1x2xf32> -> tensor<1x2xf32>
  %c = spike.constant dense<[0.5, -0.25]> : tensor<2xf32>
  %o = spike.add %r, %c : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %o : tensor<1x2xf32>
}

// -----

// A whole factor before a neuron is part of the weight.
// CHECK-LABEL: loihi.network @factor
// CHECK: loihi.population @input0 shape [3, 2] input tensor <6 : 1>
// CHECK: loihi.population @s shape [2] lif #loihi.lif threshold [2] tensor <2 : 1> path "s"
// CHECK: loihi.projection @input0_to_s from @input0 to @s #loihi.strided<loops = <2 : 1 -> 1, 3 : 2 -> 0>> bits 8 excitatory weights dense<8> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 3, 2] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 2] scale 1.000000e+00
func.func @factor(%x: tensor<1x3x2xi1>) -> tensor<4x1x2xf32> {
  %t = spike.repeat_time %x : tensor<1x3x2xi1> -> tensor<4x1x3x2xi1>
  %f = spike.cast %t : tensor<4x1x3x2xi1> -> tensor<4x1x3x2xf32>
  %m = spike.reduce sum %f dims [2] : tensor<4x1x3x2xf32> -> tensor<4x1x2xf32>
  %r = spike.scale %m by 8.0 : tensor<4x1x2xf32> -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%r) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %s : tensor<4x1x2xf32>
}

// -----

// Three equal spikes count 127 each: no weight is 381, so their sum is sent first.
// CHECK-LABEL: loihi.network @two_gains
// CHECK: loihi.projection {{.*}} excitatory weights dense<3> : tensor<1xi16>
// CHECK: loihi.projection {{.*}} excitatory graded weights dense<127> : tensor<1xi16>
func.func @two_gains(%s: tensor<2x1x1x4xi1>, %t: tensor<2x1x3x4xi1>) -> tensor<2x1x4xf32> {
  %a = spike.add %s, %t : (tensor<2x1x1x4xi1>, tensor<2x1x3x4xi1>) -> tensor<2x1x3x4xf32>
  %c = spike.reduce sum %a dims [2] : tensor<2x1x3x4xf32> -> tensor<2x1x4xf32>
  %g = spike.scale %c by 127.0 : tensor<2x1x4xf32> -> tensor<2x1x4xf32>
  %n = spike.neuron #spike.fixed_lif<threshold = 300> path "n" (%g) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
  return %n : tensor<2x1x4xf32>
}
