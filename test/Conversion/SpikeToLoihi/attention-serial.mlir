// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-spike-to-loihi=attention=serial -split-input-file 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err
// RUN: spike-opt %s --pass-pipeline='builtin.module(convert-spike-to-loihi{attention=serial},loihi.network(loihi-schedule))' \
// RUN:   -split-input-file 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// RUN: not spike-opt %s --convert-spike-to-loihi='attention=serial target=loihi1' -split-input-file 2>&1 | FileCheck %s --check-prefix=LOIHI1
// RUN: not spike-opt %s --convert-spike-to-loihi=attention=both -split-input-file 2>&1 | FileCheck %s --check-prefix=FORM

// LOIHI1: error: 'func.func' op multiplies activations one after the other, which takes neuron programs, and target 'loihi1' has none; choose a target that has them, or attention=parallel
// FORM: error: attention must be auto, parallel or serial, got 'both'

// q (k^T v): four tokens one after the other, then two channels. Rows and columns are sent element by element, a neuron
// for each element of the result adds up.
// REMARK: attention is multiplied as A (B C), pairs of factors one after the other: 22 neurons and 64 synapses in 8 chip steps; (A B) C takes 38 neurons and 112 synapses in 8 chip steps
// SCHEDULE: remark: an inference takes 10 chip steps: 1 time step, 4 steps apart, behind a longest path of 5 projections; the longest delay is 5 steps
// CHECK-LABEL: loihi.network @attention
// CHECK: loihi.program @accumulate ports 2 states 2 params 1
// CHECK: loihi.population @attn_rows shape [2] lif <dv = 4095> threshold [1] substeps 4 tensor
// CHECK: loihi.population @attn_columns shape [2] lif <dv = 4095> threshold [1] substeps 4 tensor
// CHECK: loihi.population @attn_sum shape [2, 2] program @accumulate params [array<i32: 4>] payload_bits 4 substeps 4 tensor <4 : 1>
// CHECK: loihi.population @attn_rows_1 shape [4] lif <dv = 4095> threshold [1] substeps 2 tensor
// CHECK: loihi.population @attn_columns_1 shape [2] program @relay payload_bits 4 substeps 2 tensor
// CHECK: loihi.population @attn_sum_1 shape [4, 2] program @accumulate params [array<i32: 2>] payload_bits 5 substeps 2 tensor <8 : 1>
// CHECK: loihi.population @attn_lif shape [4, 2] lif #loihi.lif threshold [2] tensor <8 : 1> path "attn.lif"
// CHECK: @input0_to_attn_rows from @input0 to @attn_rows #loihi.strided<loops = <2 : 1 -> 1>> bits 8 excitatory weights dense<2>
// CHECK: @input0_to_attn_rows_3 from @input0 to @attn_rows substep 3 #loihi.strided<source = 6, loops = <2 : 1 -> 1>>
// CHECK: @attn_rows_to_attn_sum from @attn_rows to @attn_sum substep 3 #loihi.strided<loops = <2 : 1 -> 2, 2 : 0 -> 1>>
// CHECK: @attn_columns_to_attn_sum from @attn_columns to @attn_sum port 1 substep 3 #loihi.strided<loops = <2 : 0 -> 2, 2 : 1 -> 1>>
// The sum of the first product is complete in its last step.
// CHECK: @attn_sum_to_attn_columns_1 from @attn_sum to @attn_columns_1 #loihi.strided<loops = <2 : 1 -> 1>> bits 8 excitatory graded
// CHECK: @attn_sum_to_attn_columns_1_1 from @attn_sum to @attn_columns_1 substep 1 #loihi.strided<source = 2, loops = <2 : 1 -> 1>>
// CHECK: @attn_sum_1_to_attn_lif from @attn_sum_1 to @attn_lif #loihi.strided<loops = <8 : 1 -> 1>> bits 8 excitatory graded
// SCHEDULE: loihi.population @attn_sum shape [2, 2] program @accumulate params [array<i32: 4>] payload_bits 4 start 2 substeps 4
// SCHEDULE: loihi.population @attn_columns_1 shape [2] program @relay payload_bits 4 start 6 substeps 2
// SCHEDULE: @input0_to_attn_rows_3 from @input0 to @attn_rows delay 3 substep 3
// SCHEDULE: @attn_rows_1_to_attn_sum_1 from @attn_rows_1 to @attn_sum_1 delay 5 substep 1
func.func @attention(%x: tensor<1x4x2xi1>) -> tensor<1x1x4x2xf32> {
  %t = spike.repeat_time %x : tensor<1x4x2xi1> -> tensor<1x1x4x2xi1>
  %a = spike.matmul %t, %t transpose_rhs : (tensor<1x1x4x2xi1>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x4xf32>
  %y = spike.matmul %a, %t : (tensor<1x1x4x4xf32>, tensor<1x1x4x2xi1>) -> tensor<1x1x4x2xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "attn.lif" (%y) : (tensor<1x1x4x2xf32>) -> tensor<1x1x4x2xf32>
  return %s : tensor<1x1x4x2xf32>
}

// -----

// 70 tokens are more than there are delays: two neurons share each sum, 35 steps each.
// CHECK-LABEL: loihi.network @chunks
// CHECK: loihi.population @attn_rows shape [2, 3] lif <dv = 4095> threshold [1] substeps 35
// CHECK: loihi.population @attn_columns shape [2, 3] lif <dv = 4095> threshold [1] substeps 35
// CHECK: loihi.population @attn_sum shape [3, 2, 3] program @accumulate params [array<i32: 35>]
// CHECK: @attn_sum_to_attn_lif from @attn_sum to @attn_lif #loihi.strided<loops = <3 : 6 -> 3, 3 : 1 -> 1, 2 : 3 -> 0>>
func.func @chunks(%x: tensor<1x70x3xi1>) -> tensor<1x1x3x3xf32> {
  %t = spike.repeat_time %x : tensor<1x70x3xi1> -> tensor<1x1x70x3xi1>
  %y = spike.matmul %t, %t transpose_lhs : (tensor<1x1x70x3xi1>, tensor<1x1x70x3xi1>) -> tensor<1x1x3x3xf32>
  %s = spike.neuron #spike.fixed_lif<threshold = 2> path "attn.lif" (%y) : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %s : tensor<1x1x3x3xf32>
}
