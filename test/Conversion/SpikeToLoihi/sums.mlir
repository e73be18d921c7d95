// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// A sum that one neuron reads: two projections into one port.
// CHECK-LABEL: loihi.network @joined
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
func.func @factor(%x: tensor<1x3x2xi1>) -> tensor<4x1x2xf32> {
  %t = spike.repeat_time %x : tensor<1x3x2xi1> -> tensor<4x1x3x2xi1>
  %f = spike.cast %t : tensor<4x1x3x2xi1> -> tensor<4x1x3x2xf32>
  %m = spike.reduce sum %f dims [2] : tensor<4x1x3x2xf32> -> tensor<4x1x2xf32>
  %r = spike.scale %m by 8.0 : tensor<4x1x2xf32> -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%r) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %s : tensor<4x1x2xf32>
}
