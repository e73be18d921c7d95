// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// CHECK-LABEL: loihi.network @spikes
// CHECK: loihi.population @input0 shape [2, 4, 4] input tensor <32 : 1>
// CHECK: loihi.population @s_any shape [2, 2, 2] lif <dv = 4095> threshold [1] tensor <8 : 1>
// CHECK: loihi.population @s shape [2, 2, 2] lif #loihi.lif threshold [0] tensor <2 : 1, 4 : 2> path "s"
// CHECK: loihi.projection @input0_to_s_any from @input0 to @s_any #loihi.conv<view = <positions = <16 : 1>, channels = <2 : 16>>, input = [4, 4], output = [2, 2], kernel = [3, 3], strides = [2, 2], padding = [1, 1], groups = 2> bits 8 excitatory weights dense<2> : tensor<2x1x3x3xi16>
// CHECK: loihi.projection @s_any_to_s from @s_any to @s #loihi.strided<loops = <2 : 1 -> 1, 4 : 2 -> 2>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 4, 4] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 2, 2, 2] scale 1.000000e+00
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
// CHECK: loihi.population @input0 shape [3, 3] input payload_bits 4 tensor <9 : 1>
// CHECK: loihi.population @s_columns shape [3, 3, 1] program @max payload_bits 4 tensor <9 : 1>
// CHECK: loihi.population @s_columns_1 shape [3, 3, 1] program @max payload_bits 4 tensor <9 : 1>
// CHECK: loihi.population @s_rows shape [2, 3, 1] program @max payload_bits 4 tensor <6 : 1>
// CHECK: loihi.population @s shape [2, 3] lif #loihi.lif threshold [2] tensor <6 : 1> path "s"
// CHECK: loihi.projection @input0_to_s_columns from @input0 to @s_columns #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}0, 0], [0, 1], [1, 2], [3, 3], [3, 4], [4, 5], [6, 6], [6, 7], [7, 8]]> : tensor<9x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<9xi16>
// CHECK: loihi.projection @input0_to_s_columns_1 from @input0 to @s_columns port 1 #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6], [7, 7], [8, 8]]> : tensor<9x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<9xi16>
// CHECK: loihi.projection @s_columns_to_s_columns_1 from @s_columns to @s_columns_1 #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6], [7, 7], [8, 8]]> : tensor<9x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<9xi16>
// CHECK: loihi.projection @input0_to_s_columns_1_1 from @input0 to @s_columns_1 port 1 #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}1, 0], [2, 1], [2, 2], [4, 3], [5, 4], [5, 5], [7, 6], [8, 7], [8, 8]]> : tensor<9x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<9xi16>
// CHECK: loihi.projection @s_columns_1_to_s_rows from @s_columns_1 to @s_rows #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]> : tensor<6x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<6xi16>
// CHECK: loihi.projection @s_columns_1_to_s_rows_1 from @s_columns_1 to @s_rows port 1 #loihi.sparse<view = <positions = <9 : 1>, channels = <1 : 0>>, pairs = dense<{{\[\[}}3, 0], [4, 1], [5, 2], [6, 3], [7, 4], [8, 5]]> : tensor<6x2xi32>> bits 8 excitatory graded weights dense<1> : tensor<6xi16>
// CHECK: loihi.projection @s_rows_to_s from @s_rows to @s #loihi.strided<loops = <6 : 1 -> 1>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 1, 3, 3] scale 1.000000e+00 range -8 to 7
// CHECK: loihi.output "output0" from @s shape [1, 1, 2, 3] scale 1.000000e+00
func.func @numbers(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x1x2x3xf32> {
  %q = spike.quantize %x by 1.0 in [-8, 7] : tensor<1x1x3x3xf32> -> tensor<1x1x3x3xf32>
  %t = spike.repeat_time %q : tensor<1x1x3x3xf32> -> tensor<1x1x1x3x3xf32>
  %p = spike.pool max %t kernel [2, 3] strides [1, 1] padding [0, 0, 1, 1] channels_first : tensor<1x1x1x3x3xf32> -> tensor<1x1x1x2x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "s" (%p) : (tensor<1x1x1x2x3xf32>) -> tensor<1x1x1x2x3xf32>
  return %s : tensor<1x1x1x2x3xf32>
}
