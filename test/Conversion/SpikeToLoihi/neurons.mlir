// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// The chip's own neuron, with thresholds and biases of its channels; constants of the current are biases, too.
// CHECK-LABEL: loihi.network @lif
// CHECK: loihi.population @input0 shape [2, 4] input payload_bits 4 tensor <8 : 1>
// CHECK: loihi.population @a_b_c shape [2, 4] lif <dv = 1024> threshold [1, 2, 3, 4] bias [64, -5, 2048, 4095] bias_exponent [0, 0, 2, 0] tensor <8 : 1> path "a.b-c"
// CHECK: loihi.projection @input0_to_a_b_c from @input0 to @a_b_c #loihi.strided<loops = <8 : 1 -> 1>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 4] scale 1.000000e+00 range 0 to 7
// CHECK: loihi.output "output0" from @a_b_c shape [1, 2, 4] scale 1.000000e+00
func.func @lif(%x: tensor<1x2x4xf32>) -> tensor<3x1x2x4xf32> {
  %q = spike.quantize %x by 1.0 in [0, 7] : tensor<1x2x4xf32> -> tensor<1x2x4xf32>
  %t = spike.repeat_time %q : tensor<1x2x4xf32> -> tensor<3x1x2x4xf32>
  %th = spike.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = spike.constant dense<[0.0, -5.0, 8192.0, 4095.0]> : tensor<4xf32>
  %c = spike.constant dense<[1.0, 0.0, 0.0, 0.0]> : tensor<4xf32>
  %y = spike.add %t, %c : (tensor<3x1x2x4xf32>, tensor<4xf32>) -> tensor<3x1x2x4xf32>
  %s = spike.neuron #spike.fixed_lif<dv = 1024, threshold = 64> path "a.b-c" (%y) params(threshold = %th, bias = %b) axis 3
      : (tensor<3x1x2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x1x2x4xf32>
  return %s : tensor<3x1x2x4xf32>
}

// -----

// Parameters along an axis that is not the last: those are the channels.
// CHECK-LABEL: loihi.network @axis
// CHECK: loihi.population @input0 shape [2, 3] input tensor <6 : 1>
// CHECK: loihi.population @s shape [3, 2] lif #loihi.lif threshold [1, 2] tensor <2 : 1, 3 : 2> path "s"
// CHECK: loihi.projection @input0_to_s from @input0 to @s #loihi.strided<loops = <2 : 3 -> 1, 3 : 1 -> 2>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 2, 3] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @s shape [1, 2, 3] scale 1.000000e+00
func.func @axis(%x: tensor<1x2x3xi1>) -> tensor<1x1x2x3xf32> {
  %t = spike.repeat_time %x : tensor<1x2x3xi1> -> tensor<1x1x2x3xi1>
  %f = spike.cast %t : tensor<1x1x2x3xi1> -> tensor<1x1x2x3xf32>
  %th = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = spike.neuron #spike.fixed_lif<> path "s" (%f) params(threshold = %th) axis 2
      : (tensor<1x1x2x3xf32>, tensor<2xf32>) -> tensor<1x1x2x3xf32>
  return %s : tensor<1x1x2x3xf32>
}

// -----

// Soft reset, and firing at the threshold: programs.
// CHECK-LABEL: loihi.network @programs
// CHECK: loihi.program @neuron_du4095_dv2048_align6_soft_gt ports 1 states 2 params 2 {
// CHECK: %0 = loihi.rdc 0
// CHECK: %1 = loihi.shl %0, 6
// CHECK: loihi.st %1, 1
// CHECK: %2 = loihi.par 1
// CHECK: %3 = loihi.add %1, %2
// CHECK: %4 = loihi.ld 0
// CHECK: %5 = loihi.const 2048
// CHECK: %6 = loihi.mul_shr %4, %5, 12
// CHECK: %7 = loihi.add %6, %3
// CHECK: %8 = loihi.const 0
// CHECK: %9 = loihi.const -1
// CHECK: %10 = loihi.neg %6
// CHECK: %11 = loihi.add %10, %9
// CHECK: %12 = loihi.neg %3
// CHECK: %13 = loihi.add %12, %9
// CHECK: %14 = loihi.neg %7
// CHECK: %15 = loihi.add %14, %9
// CHECK: %16 = loihi.and %11, %13
// CHECK: %17 = loihi.and %16, %7
// CHECK: %18 = loihi.and %15, %6
// CHECK: %19 = loihi.and %18, %3
// CHECK: %20 = loihi.const 8388607
// CHECK: %21 = loihi.lt %17, %8
// CHECK: %22 = loihi.sel %21, %20, %7
// CHECK: %23 = loihi.neg %20
// CHECK: %24 = loihi.lt %19, %8
// CHECK: %25 = loihi.sel %24, %23, %22
// CHECK: %26 = loihi.lt %25, %23
// CHECK: %27 = loihi.sel %26, %23, %25
// CHECK: %28 = loihi.par 0
// CHECK: %29 = loihi.neg %9
// CHECK: %30 = loihi.neg %28
// CHECK: %31 = loihi.add %27, %30
// CHECK: %32 = loihi.lt %28, %27
// CHECK: %33 = loihi.sel %32, %29, %8
// CHECK: %34 = loihi.sel %32, %31, %27
// CHECK: loihi.st %34, 0
// CHECK: loihi.spike %33
// CHECK: loihi.program @neuron_du1024_dv0_align6_hard_ge ports 1 states 2 params 2 {
// CHECK: %0 = loihi.rdc 0
// CHECK: %1 = loihi.shl %0, 6
// CHECK: %2 = loihi.ld 1
// CHECK: %3 = loihi.const 3071
// CHECK: %4 = loihi.mul_shr %2, %3, 12
// CHECK: %5 = loihi.add %1, %4
// CHECK: loihi.st %5, 1
// CHECK: %6 = loihi.par 1
// CHECK: %7 = loihi.add %5, %6
// CHECK: %8 = loihi.ld 0
// CHECK: %9 = loihi.const 4096
// CHECK: %10 = loihi.mul_shr %8, %9, 12
// CHECK: %11 = loihi.add %10, %7
// CHECK: %12 = loihi.const 0
// CHECK: %13 = loihi.const -1
// CHECK: %14 = loihi.neg %10
// CHECK: %15 = loihi.add %14, %13
// CHECK: %16 = loihi.neg %7
// CHECK: %17 = loihi.add %16, %13
// CHECK: %18 = loihi.neg %11
// CHECK: %19 = loihi.add %18, %13
// CHECK: %20 = loihi.and %15, %17
// CHECK: %21 = loihi.and %20, %11
// CHECK: %22 = loihi.and %19, %10
// CHECK: %23 = loihi.and %22, %7
// CHECK: %24 = loihi.const 8388607
// CHECK: %25 = loihi.lt %21, %12
// CHECK: %26 = loihi.sel %25, %24, %11
// CHECK: %27 = loihi.neg %24
// CHECK: %28 = loihi.lt %23, %12
// CHECK: %29 = loihi.sel %28, %27, %26
// CHECK: %30 = loihi.lt %29, %27
// CHECK: %31 = loihi.sel %30, %27, %29
// CHECK: %32 = loihi.par 0
// CHECK: %33 = loihi.neg %13
// CHECK: %34 = loihi.ge %31, %32
// CHECK: %35 = loihi.sel %34, %33, %12
// CHECK: %36 = loihi.sel %34, %12, %31
// CHECK: loihi.st %36, 0
// CHECK: loihi.spike %35
// CHECK: loihi.population @input0 shape [3] input tensor <3 : 1>
// CHECK: loihi.population @a shape [3] program @neuron_du4095_dv2048_align6_soft_gt params [array<i32: 192>, array<i32: 0>] tensor <3 : 1> path "a"
// CHECK: loihi.population @b shape [3] program @neuron_du1024_dv0_align6_hard_ge params [array<i32: 192>, array<i32: 7>] tensor <3 : 1> path "b"
// CHECK: loihi.projection @input0_to_a from @input0 to @a #loihi.strided<loops = <3 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.projection @input0_to_b from @input0 to @b #loihi.strided<loops = <3 : 1 -> 1>> bits 8 excitatory weights dense<1> : tensor<1xi16>
// CHECK: loihi.input "input0" to @input0 shape [1, 3] scale 1.000000e+00 range 0 to 1
// CHECK: loihi.output "output0" from @a shape [1, 3] scale 1.000000e+00
// CHECK: loihi.output "output1" from @b shape [1, 3] scale 1.000000e+00
func.func @programs(%x: tensor<1x3xi1>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>) {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  %f = spike.cast %t : tensor<2x1x3xi1> -> tensor<2x1x3xf32>
  %a = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 3, reset = soft> path "a" (%f) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %b = spike.neuron #spike.fixed_lif<du = 1024, threshold = 3, bias = 7, fire = ge> path "b" (%f) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %a, %b : tensor<2x1x3xf32>, tensor<2x1x3xf32>
}

// -----

// Nothing is kept of a membrane: the decay's offset is a bit more than its register holds.
// CHECK-LABEL: loihi.network @no_state
// CHECK: loihi.population @n shape [3] lif <dv = 4095, dv_offset = 1> threshold [7]
func.func @no_state(%x: tensor<2x1x3xi1>) -> tensor<2x1x3xf32> {
  %s = spike.neuron #spike.fixed_lif<dv = 4096, threshold = 7> path "n" (%x) : (tensor<2x1x3xi1>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

// A count is a program: the first level, then what is left of the membrane once the threshold is taken off.
// CHECK-LABEL: loihi.network @count
// CHECK: loihi.program @neuron_du4095_dv4096_align6_hard_ge_levels2
// CHECK: %[[H:.*]] = loihi.sel %{{.*}}, %{{.*}}, %{{.*}}
// CHECK: %[[T:.*]] = loihi.par 0
// CHECK: loihi.ge %[[H:.*]], %[[T]]
// CHECK: %[[FIRST:.*]] = loihi.sel
// CHECK: %[[DOWN:.*]] = loihi.neg %[[T]]
// CHECK: %[[LEFT:.*]] = loihi.add %{{.*}}, %[[DOWN]]
// CHECK: loihi.ge %[[LEFT]], %[[T]]
// CHECK: %[[SECOND:.*]] = loihi.sel
// CHECK: %[[COUNT:.*]] = loihi.add %[[FIRST]], %[[SECOND]]
// CHECK: loihi.spike %[[COUNT]]
// CHECK: loihi.population @n shape [3] program @neuron_du4095_dv4096_align6_hard_ge_levels2 params [array<i32: 1024>, array<i32: 512>] payload_bits 3
func.func @count(%x: tensor<2x1x3xi1>) -> tensor<2x1x3xf32> {
  %s = spike.neuron #spike.fixed_lif<dv = 4096, threshold = 16, bias = 512, fire = ge, levels = 2> path "n" (%x) : (tensor<2x1x3xi1>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}
