// SPDX-License-Identifier: Apache-2.0
// For latency, cores that are free share the work.
// RUN: spike-opt %s --loihi-partition="objective=minimize_latency cores=4 seed=7" -verify-diagnostics | FileCheck %s

// CHECK-LABEL: loihi.network @small partitioned
// CHECK-COUNT-4: loihi.core {
// expected-remark @+1 {{the network takes 4 cores}}
loihi.network @small unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [4, 8] input tensor <4 : 8, 8 : 1>
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1] start 1
  loihi.projection @ab from @a to @b #loihi.dense<view = <positions = <4 : 8>, channels = <8 : 1>>>
      bits 8 mixed weights dense<1> : tensor<8x8xi8>
  loihi.input "x" to @a shape [4, 8] scale 1.0 range 0 to 1
}
