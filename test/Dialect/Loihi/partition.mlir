// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --loihi-partition -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: loihi.network @small partitioned
// expected-remark @+1 {{the network takes 1 core}}
loihi.network @small unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [4, 8] input tensor <4 : 8, 8 : 1>
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1] start 1
  loihi.projection @ab from @a to @b #loihi.dense<view = <positions = <4 : 8>, channels = <8 : 1>>>
      bits 8 mixed weights dense<1> : tensor<8x8xi8>
  loihi.input "x" to @a shape [4, 8] scale 1.0 range 0 to 1
  // CHECK: loihi.core {
  // CHECK-NEXT: loihi.slice @b positions 0 to 4 channels 0 to 8
  // CHECK-NEXT: }
}

// -----

// Cores and places from before go.
// CHECK-LABEL: loihi.network @again partitioned
// expected-remark @+1 {{the network takes 1 core}}
loihi.network @again placed time_steps 1 target "loihi2" {
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1]
  // CHECK-NOT: loihi.chip
  loihi.chip 0 at (0, 0)
  // CHECK: loihi.core {
  // CHECK-NEXT: loihi.slice @b positions 0 to 4 channels 0 to 8
  // CHECK-NOT: loihi.core
  loihi.core at <chip = 0, x = 0, y = 0> {
    loihi.slice @b positions 0 to 2 channels 0 to 8
  }
  loihi.core at <chip = 0, x = 1, y = 0> {
    loihi.slice @b positions 2 to 4 channels 0 to 8
  }
}

// -----

// expected-error @+1 {{network 'large' needs 1025 cores, 128 are there (target 'ncl-1chip', 1 chips of 128 cores)}}
loihi.network @large unmapped time_steps 1 target "ncl-1chip" {
  loihi.population @b shape [1048577, 8] lif #loihi.lif threshold [1]
}

// -----

loihi.network @unscheduled unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{a balanced schedule needs a delay of -1, got 0; run loihi-schedule}}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

// expected-error @+1 {{network 'empty' has no neurons but inputs, so nothing to map: give it a population of another kind}}
loihi.network @empty unmapped time_steps 1 target "loihi2" {
}

// -----

// What nobody reads of an input takes no memory and no time.
// CHECK-LABEL: loihi.network @unread partitioned
// expected-remark @+1 {{the network takes 1 core}}
loihi.network @unread unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [1000000000, 2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1] start 1
  loihi.projection @ab from @a to @b #loihi.dense<view = <offset = 1999999990, positions = <>, channels = <2 : 1>>>
      bits 8 mixed weights dense<1> : tensor<2x2xi8>
  loihi.projection @pairs from @a to @b #loihi.strided<source = 1999999991, loops = <2 : -1 -> 1>>
      bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}
