// SPDX-License-Identifier: Apache-2.0
// A network with everything in it, as an image and back: the text is the same, and the image of its bytecode. Offsets keep
// all their digits, many pairs of a sparse projection their numbers.
// RUN: spike-opt %s --spike-map -o %t.routed.mlir 2> %t.remarks
// RUN: spike-translate --loihi-to-image %t.routed.mlir -o %t.lsi
// RUN: spike-translate --image-to-loihi %t.lsi -o %t.back.mlir
// RUN: diff %t.routed.mlir %t.back.mlir
// RUN: spike-translate --image-to-loihi --emit-bytecode %t.lsi -o %t.back.mlirbc
// RUN: spike-translate --loihi-to-image %t.back.mlirbc -o %t.again.lsi
// RUN: cmp %t.lsi %t.again.lsi
// RUN: FileCheck %s < %t.back.mlir

// CHECK-LABEL: loihi.network @everything routed time_steps 3 target "loihi2"
loihi.network @everything unmapped time_steps 3 target "loihi2" {
  loihi.program @max ports 2 states 0 params 0 {
    %a = loihi.rdc 0
    %b = loihi.rdc 1
    %less = loihi.lt %a, %b
    %max = loihi.sel %less, %b, %a
    loihi.spike %max
  }
  // CHECK: loihi.program @every
  loihi.program @every ports 1 states 2 params 1 {
    %a = loihi.rdc 0
    %v = loihi.ld 1
    %p = loihi.par 0
    %k = loihi.const -8388608
    %and = loihi.and %a, %k
    %or = loihi.or %and, %p
    %shl = loihi.shl %or, 3
    %add = loihi.add %shl, %v
    %neg = loihi.neg %add
    %min = loihi.min %neg, %v
    %mul = loihi.mul_shr %min, %p, 12
    loihi.st %mul, 0
    %ge = loihi.ge %mul, %p
    // CHECK: loihi.skip_if
    loihi.skip_if %ge {
      loihi.probe %mul
      %eq = loihi.eq %mul, %k
      // CHECK: loihi.skip_if
      loihi.skip_if %eq {
        loihi.st %mul, 1
      }
    }
    %lt = loihi.lt %p, %a
    loihi.skip_if %lt {
      %zero = loihi.const 0
      loihi.st %zero, 1
      loihi.spike %p
    }
  }
  loihi.population @x shape [4, 8] input payload_bits 9 rate 5.000000e-01 tensor <8 : 1, 4 : 8> path "encoder"
  loihi.population @fc shape [4, 6] lif <du = 2047, dv = 2048, du_offset = 0, dv_offset = 1, align = 5, refractory = 2>
      threshold [1, 2, 3, 4, 5, 6] bias [-3] bias_exponent [2] rate 1.250000e-01 path "blocks.0.fc"
  loihi.population @grown shape [4, 6] lif #loihi.lif threshold [9] bias [1, 2, 3, 4, 5, 6]
  loihi.population @pool shape [2, 6] program @max payload_bits 12
  loihi.population @head shape [2, 6] program @every params [array<i32: 1, 2, 3, 4, 5, 6>] payload_bits 24
      tensor <6 : 1>
  loihi.projection @fc_in from @x to @fc #loihi.dense<view = <positions = <4 : 8>, channels = <8 : 1>>>
      bits 8 mixed exponent 2 graded weights dense_resource<fc_in> : tensor<6x8xi8>
  loihi.projection @conv from @fc to @grown
      #loihi.conv<view = <positions = <4 : 6>, channels = <6 : 1>>, input = [2, 2], output = [2, 2], kernel = [1, 3],
                  padding = [0, 1], groups = 3>
      bits 6 mixed exponent -2 weights dense<-3> : tensor<6x2x1x3xi8>
  loihi.projection @left from @grown to @pool #loihi.strided<source = 6, loops = <2 : 12 -> 6, 6 : 1 -> 1>>
      bits 8 excitatory weights dense<255> : tensor<1xi16>
  loihi.projection @right from @fc to @pool port 1
      #loihi.sparse<view = <positions = <4 : 6>, channels = <6 : 1>>, pairs = dense<[[0, 0], [1, 1], [3, 1]]> : tensor<3x2xi32>>
      bits 8 inhibitory weights dense<[-255, -1, -7]> : tensor<3xi16>
  loihi.projection @many from @fc to @grown
      #loihi.sparse<view = <positions = <4 : 6>, channels = <6 : 1>>, pairs = dense<[
          [0, 0], [0, 1], [0, 2], [0, 3], [1, 0], [1, 1], [1, 2], [1, 3], [2, 0], [2, 1], [2, 2], [2, 3],
          [3, 0], [3, 1], [3, 2], [3, 3]]> : tensor<16x2xi32>>
      bits 8 mixed weights dense<1> : tensor<16xi8>
  loihi.projection @last from @pool to @head #loihi.dense<view = <offset = 1, positions = <2 : 6>, channels = <2 : 2>>>
      bits 4 mixed graded weights dense<[[-8, 7], [1, 2], [3, 4], [5, 6], [7, 0], [0, 1]]> : tensor<6x2xi8>
  loihi.input "pixels" to @x shape [8, 4] scale 2.550000e+02 range 0 to 255 timed
  loihi.output "logits" from @head shape [6] scale 1.000000e-01
      offset [1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, -4.44101635e-03, 1.000000e-01] last
}

{-#
  dialect_resources: {
    builtin: {
      fc_in: "0x400000004420823CFDE6F1C26B30F90EC7DD01E4887534A20F0B0D04C36ED80E71E0FD77B07670EB940BD5335F973DAAD8619B91"
    }
  }
#-}
