// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// Heads and transposes are strides of what reads them.
// CHECK-LABEL: loihi.network @heads
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
func.func @concat(%x: tensor<1x2x3xi1>) -> tensor<1x1x4x3xf32> {
  %t = spike.repeat_time %x : tensor<1x2x3xi1> -> tensor<1x1x2x3xi1>
  %c = spike.concat %t, %t axis 2 : (tensor<1x1x2x3xi1>, tensor<1x1x2x3xi1>) -> tensor<1x1x4x3xi1>
  %f = spike.cast %c : tensor<1x1x4x3xi1> -> tensor<1x1x4x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%f) : (tensor<1x1x4x3xf32>) -> tensor<1x1x4x3xf32>
  return %s : tensor<1x1x4x3xf32>
}
