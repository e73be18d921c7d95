// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --loihi-route -split-input-file -verify-diagnostics | FileCheck %s

// Every neuron of @b sends one message to the core of @c, whose tile of two by two cores is the next one.
// CHECK-LABEL: loihi.network @n routed
// expected-remark @+1 {{expected per inference: 4 messages between 2 cores on 1 chip, 4 hops on chips and 0 between them; the busiest link carries 4}}
loihi.network @n placed time_steps 2 target "loihi2" {
  loihi.population @b shape [2] lif #loihi.lif threshold [0] bias [1] rate 1.0
  loihi.population @c shape [2] lif #loihi.lif threshold [1] start 1
  loihi.projection @bc from @b to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.chip 0 at (0, 0)
  // CHECK: loihi.core at <chip = 0, x = 0, y = 0> {
  loihi.core at <chip = 0, x = 0, y = 0> {
    loihi.slice @b positions 0 to 1 channels 0 to 2
  }
  // CHECK: loihi.core at <chip = 0, x = 3, y = 1> {
  loihi.core at <chip = 0, x = 3, y = 1> {
    loihi.slice @c positions 0 to 1 channels 0 to 2
  }
}

// -----

// expected-error @+1 {{network 'n' is in phase unmapped, expected placed or routed}}
loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1]
}
