// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err

// QK attention: a token's neuron gates its keys.
// CHECK-LABEL: loihi.network @mask
func.func @mask(%x: tensor<1x2x3xi1>) -> tensor<1x1x2x3xf32> {
  %t = spike.repeat_time %x : tensor<1x2x3xi1> -> tensor<1x1x2x3xi1>
  %f = spike.cast %t : tensor<1x1x2x3xi1> -> tensor<1x1x2x3xf32>
  %q = spike.reduce sum %f dims [3] keep_dims : tensor<1x1x2x3xf32> -> tensor<1x1x2x1xf32>
  %g = spike.neuron #spike.fixed_lif<threshold = 1> path "attn.lif" (%q) : (tensor<1x1x2x1xf32>) -> tensor<1x1x2x1xf32>
  %m = spike.mask %g, %f : (tensor<1x1x2x1xf32>, tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 0> path "attn.out" (%m) : (tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  return %s : tensor<1x1x2x3xf32>
}

// -----

// q (k^T v): coincidences of spikes, summed over tokens, then products. Four tokens of two channels: the small matrix
// first.
// REMARK: attention is multiplied as A (B C), with a neuron for each pair of factors: 36 neurons and 96 synapses in 3 chip steps; (A B) C takes 80 neurons and 192 synapses in 3 chip steps
// CHECK-LABEL: loihi.network @attention
func.func @attention(%x: tensor<1x4x2xi1>) -> tensor<1x1x4x2xf32> {
  %t = spike.repeat_time %x : tensor<1x4x2xi1> -> tensor<1x1x4x2xi1>
  %a = spike.matmul %t, %t transpose_rhs : (tensor<1x1x4x2xi1>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x4xf32>
  %y = spike.matmul %a, %t : (tensor<1x1x4x4xf32>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "attn.lif" (%y) : (tensor<1x1x4x2xf32>) -> tensor<1x1x4x2xf32>
  return %s : tensor<1x1x4x2xf32>
}
