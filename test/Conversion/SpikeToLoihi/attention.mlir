// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err

// QK attention: a token's neuron gates its keys.
// CHECK-LABEL: loihi.network @mask
// CHECK: loihi.population @input0 shape [2, 3] input tensor <6 : 1>
// CHECK: loihi.population @attn_lif shape [2] lif #loihi.lif threshold [1] tensor <2 : 1> path "attn.lif"
// CHECK: loihi.population @attn_and shape [2, 3] lif <dv = 4095> threshold [1] tensor <6 : 1>
// CHECK: loihi.population @attn_out shape [2, 3] lif #loihi.lif threshold [0] tensor <6 : 1> path "attn.out"
// CHECK: loihi.projection @input0_to_attn_lif from @input0 to @attn_lif #loihi.strided<loops = <2 : 3 -> 1, 3 : 1 -> 0>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_attn_and from @input0 to @attn_and #loihi.strided<loops = <6 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @attn_lif_to_attn_and from @attn_lif to @attn_and #loihi.strided<loops = <2 : 1 -> 3, 3 : 0 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @attn_and_to_attn_out from @attn_and to @attn_out #loihi.strided<loops = <6 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 3] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @attn_out shape [1, 2, 3] scale 1.000000e+00
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
// CHECK: loihi.population @input0 shape [4, 2] input tensor <8 : 1>
// CHECK: loihi.population @attn_and shape [4, 2, 2] lif <dv = 4095> threshold [1] tensor <2 : 1, 8 : 2>
// CHECK: loihi.population @attn_in shape [2, 2] program @relay payload_bits 4 tensor <2 : 1, 2 : 2>
// CHECK: loihi.population @attn_product shape [4, 2, 2] program @product payload_bits 4 tensor <4 : 4, 2 : 1, 2 : 2>
// CHECK: loihi.population @attn_lif shape [4, 2] lif #loihi.lif threshold [2] tensor <8 : 1> path "attn.lif"
// CHECK: loihi.projection @input0_to_attn_and from @input0 to @attn_and #loihi.strided<loops = <2 : 1 -> 1, 4 : 2 -> 4, 2 : 0 -> 2>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_attn_and_1 from @input0 to @attn_and #loihi.strided<loops = <2 : 0 -> 1, 8 : 1 -> 2>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @attn_and_to_attn_in from @attn_and to @attn_in #loihi.strided<loops = <2 : 1 -> 1, 2 : 2 -> 2, 4 : 4 -> 0>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_attn_product from @input0 to @attn_product #loihi.strided<loops = <4 : 2 -> 4, 2 : 1 -> 1, 2 : 0 -> 2>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @attn_in_to_attn_product from @attn_in to @attn_product port 1 #loihi.strided<loops = <4 : 0 -> 4, 2 : 1 -> 1, 2 : 2 -> 2>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @attn_product_to_attn_lif from @attn_product to @attn_lif #loihi.strided<loops = <8 : 2 -> 1, 2 : 1 -> 0>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 4, 2] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @attn_lif shape [1, 4, 2] scale 1.000000e+00
func.func @attention(%x: tensor<1x4x2xi1>) -> tensor<1x1x4x2xf32> {
  %t = spike.repeat_time %x : tensor<1x4x2xi1> -> tensor<1x1x4x2xi1>
  %a = spike.matmul %t, %t transpose_rhs : (tensor<1x1x4x2xi1>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x4xf32>
  %y = spike.matmul %a, %t : (tensor<1x1x4x4xf32>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "attn.lif" (%y) : (tensor<1x1x4x2xf32>) -> tensor<1x1x4x2xf32>
  return %s : tensor<1x1x4x2xf32>
}
