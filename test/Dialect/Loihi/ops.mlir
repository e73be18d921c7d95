// SPDX-License-Identifier: Apache-2.0
// Every op of the loihi dialect, as text and back.
// RUN: spike-opt %s | spike-opt | FileCheck %s
// RUN: spike-opt %s --mlir-print-op-generic | spike-opt | FileCheck %s

// CHECK-LABEL: loihi.network @unmapped unmapped time_steps 4 target "loihi2" {
loihi.network @unmapped unmapped time_steps 4 target "loihi2" {
  // CHECK: loihi.program @max ports 2 states 0 params 0 {
  // CHECK-NEXT: %[[A:.*]] = loihi.rdc 0
  // CHECK-NEXT: %[[B:.*]] = loihi.rdc 1
  // CHECK-NEXT: %[[C:.*]] = loihi.lt %[[A]], %[[B]]
  // CHECK-NEXT: %[[M:.*]] = loihi.sel %[[C]], %[[B]], %[[A]]
  // CHECK-NEXT: loihi.spike %[[M]]
  loihi.program @max ports 2 states 0 params 0 {
    %a = loihi.rdc 0
    %b = loihi.rdc 1
    %less = loihi.lt %a, %b
    %max = loihi.sel %less, %b, %a
    loihi.spike %max
  }
  // CHECK: loihi.program @every ports 1 states 2 params 1 {
  loihi.program @every ports 1 states 2 params 1 {
    %a = loihi.rdc 0
    // CHECK: loihi.ld 1
    %v = loihi.ld 1
    // CHECK: loihi.par 0
    %p = loihi.par 0
    // CHECK: loihi.const -8388608
    %k = loihi.const -8388608
    // CHECK: loihi.and
    %and = loihi.and %a, %k
    // CHECK: loihi.or
    %or = loihi.or %and, %p
    // CHECK: loihi.shl %{{.*}}, 3
    %shl = loihi.shl %or, 3
    // CHECK: loihi.add
    %add = loihi.add %shl, %v
    // CHECK: loihi.neg
    %neg = loihi.neg %add
    // CHECK: loihi.min
    %min = loihi.min %neg, %v
    // CHECK: loihi.mul_shr %{{.*}}, %{{.*}}, 12
    %mul = loihi.mul_shr %min, %p, 12
    // CHECK: loihi.ge
    %ge = loihi.ge %mul, %p
    // CHECK: loihi.eq
    %eq = loihi.eq %mul, %k
    // CHECK: loihi.skip_if %{{.*}} {
    loihi.skip_if %ge {
      // CHECK: loihi.probe
      loihi.probe %mul
      // CHECK: loihi.skip_if %{{.*}} {
      loihi.skip_if %eq {
        // CHECK-NEXT: loihi.st %{{.*}}, 1
        loihi.st %mul, 1
      }
    }
  }
  // CHECK: loihi.population @x shape [8, 8, 3] input payload_bits 8 tensor <3 : 1, 64 : 3>
  loihi.population @x shape [8, 8, 3] input payload_bits 8 tensor <3 : 1, 64 : 3>
  // CHECK: loihi.population @conv shape [8, 8, 4] lif <dv = 2048, refractory = 2> threshold [1, 2, 3, 4] bias [-3] bias_exponent [2] start 1 rate 1.250000e-01 path "blocks.0.lif"
  loihi.population @conv shape [8, 8, 4] lif #loihi.lif<dv = 2048, refractory = 2> threshold [1, 2, 3, 4] bias [-3]
      bias_exponent [2] start 1 rate 0.125 path "blocks.0.lif"
  // CHECK: loihi.population @pool shape [4, 4, 4] program @max payload_bits 24
  loihi.population @pool shape [4, 4, 4] program @max payload_bits 24
  // CHECK: loihi.population @other shape [1, 4] program @every params [array<i32: 3>]
  loihi.population @other shape [1, 4] program @every params [array<i32: 3>]
  // CHECK: loihi.projection @conv_in from @x to @conv #loihi.conv<view = <positions = <64 : 3>, channels = <3 : 1>>, input = [8, 8], output = [8, 8], kernel = [3, 3], padding = [1, 1]> bits 8 mixed exponent 2 graded weights dense<1> : tensor<4x3x3x3xi8>
  loihi.projection @conv_in from @x to @conv
      #loihi.conv<view = <positions = <64 : 3>, channels = <3 : 1>>, input = [8, 8], output = [8, 8], kernel = [3, 3],
                  padding = [1, 1]>
      bits 8 mixed exponent 2 graded weights dense<1> : tensor<4x3x3x3xi8>
  // CHECK: loihi.projection @left from @conv to @pool #loihi.strided<source = 4, loops = <4 : 64 -> 16, 4 : 1 -> 1>> bits 6 excitatory weights dense<63> : tensor<1xi16>
  loihi.projection @left from @conv to @pool #loihi.strided<source = 4, loops = <4 : 64 -> 16, 4 : 1 -> 1>>
      bits 6 excitatory weights dense<63> : tensor<1xi16>
  // CHECK: loihi.projection @right from @conv to @pool port 1 delay 3 #loihi.sparse<view = <offset = 2, positions = <4 : 64>, channels = <4 : 1>>, pairs = dense<{{.*}}> : tensor<2x2xi32>> bits 8 inhibitory weights dense<[-255, -1]> : tensor<2xi16>
  loihi.projection @right from @conv to @pool port 1 delay 3
      #loihi.sparse<view = <offset = 2, positions = <4 : 64>, channels = <4 : 1>>,
                    pairs = dense<[[0, 0], [1, 0]]> : tensor<2x2xi32>>
      bits 8 inhibitory weights dense<[-255, -1]> : tensor<2xi16>
  // CHECK: loihi.projection @dense from @pool to @other #loihi.dense<view = <positions = <1 : 0>, channels = <64 : 1>>> bits 4 mixed exponent -1 graded weights dense<-8> : tensor<4x64xi8>
  loihi.projection @dense from @pool to @other #loihi.dense<view = <positions = <1 : 0>, channels = <64 : 1>>>
      bits 4 mixed exponent -1 graded weights dense<-8> : tensor<4x64xi8>
  // CHECK: loihi.input "x" to @x shape [3, 8, 8] scale 2.550000e+02 range -3 to 255 timed
  loihi.input "x" to @x shape [3, 8, 8] scale 255.0 range -3 to 255 timed
  // CHECK: loihi.output "y" from @other shape [4] scale 5.000000e-01 offset [1.000000e+00] last
  loihi.output "y" from @other shape [4] scale 0.5 offset [1.0] last
}

// CHECK-LABEL: loihi.network @routed routed time_steps 1 target "loihi1" conventions <shift_before_sum = false, lava_current_wrap = true> {
loihi.network @routed routed time_steps 1 target "loihi1"
    conventions #loihi.conventions<shift_before_sum = false, lava_current_wrap = true> {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  // CHECK: loihi.chip 0 at (0, 0)
  loihi.chip 0 at (0, 0)
  // CHECK-NEXT: loihi.chip 1 at (0, 1)
  loihi.chip 1 at (0, 1)
  // CHECK-NEXT: loihi.core at <chip = 1, x = 3, y = 4> {
  // CHECK-NEXT:   loihi.slice @x positions 0 to 4 channels 0 to 1
  // CHECK-NEXT:   loihi.slice @x positions 0 to 4 channels 1 to 2
  loihi.core at <chip = 1, x = 3, y = 4> {
    loihi.slice @x positions 0 to 4 channels 0 to 1
    loihi.slice @x positions 0 to 4 channels 1 to 2
  }
}

// CHECK-LABEL: loihi.network @torus placed time_steps 1 target "loihi2" interconnect <torus> {
loihi.network @torus placed time_steps 1 target "loihi2" interconnect #loihi.interconnect<torus> {
  loihi.population @x shape [1, 2] lif #loihi.lif threshold [1]
  loihi.chip 0 at (0, 0)
  loihi.core at <chip = 0, x = 0, y = 0> {
    loihi.slice @x positions 0 to 1 channels 0 to 2
  }
}

// CHECK-LABEL: loihi.network @groups partitioned time_steps 1 target "loihi2" interconnect <hierarchical, chips_per_group = 4> {
loihi.network @groups partitioned time_steps 1 target "loihi2" interconnect <hierarchical, chips_per_group = 4> {
  loihi.population @x shape [1, 2] lif #loihi.lif threshold [1]
  loihi.core {
    loihi.slice @x positions 0 to 1 channels 0 to 2
  }
}

// CHECK-LABEL: loihi.network @partitioned partitioned
loihi.network @partitioned partitioned time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  // CHECK: loihi.core {
  loihi.core {
    loihi.slice @x positions 0 to 4 channels 0 to 2
  }
}

// The host computes a layer between the passes.
// CHECK-LABEL: loihi.network @passes unmapped time_steps 2 target "loihi2" host ["q", "block.0"] {
loihi.network @passes unmapped time_steps 2 target "loihi2" host ["q", "block.0"] {
  loihi.population @x shape [2] input tensor <2 : 1>
  // CHECK: loihi.input "cut0" to @x shape [2] scale 1.000000e+00 range 0 to 1 timed pass 1
  loihi.input "cut0" to @x shape [2] scale 1.0 range 0 to 1 timed pass 1
  loihi.population @y shape [2] lif #loihi.lif<dv = 2048> threshold [64] tensor <2 : 1>
  // CHECK: loihi.output "output0" from @y shape [2] scale 1.000000e+00 last pass 1
  loihi.output "output0" from @y shape [2] scale 1.0 last pass 1
}
