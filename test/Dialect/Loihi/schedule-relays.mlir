// SPDX-License-Identifier: Apache-2.0
// A target whose delays are short: relays make up for it.
// RUN: sed -e "s|DIR|%S|" %s | spike-opt --loihi-schedule -verify-diagnostics | FileCheck %s

// CHECK-LABEL: loihi.network @relays
// expected-remark @+1 {{an inference takes 5 chip steps: 1 time step behind a longest path of 4 projections; the longest delay is 1 step; 1 relay added where paths differ by more}}
loihi.network @relays unmapped time_steps 1 target "DIR/Inputs/short-delay.json" {
  // CHECK: loihi.program @relay ports 1 states 0 params 0 {
  // CHECK-NEXT: %[[A:.*]] = loihi.rdc 0
  // CHECK-NEXT: loihi.spike %[[A]]
  loihi.population @a shape [2] input payload_bits 4 tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  loihi.population @c shape [2] lif #loihi.lif threshold [1]
  loihi.population @d shape [2] lif #loihi.lif threshold [1]
  loihi.population @e shape [2] lif #loihi.lif threshold [1]
  // CHECK: loihi.population @a_relay shape [2] program @relay payload_bits 4 start 2
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @bc from @b to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @cd from @c to @d #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @de from @d to @e #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  // CHECK: loihi.projection @ae from @a_relay to @e delay 1 #loihi
  loihi.projection @ae from @a to @e #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed graded
      weights dense<1> : tensor<1xi8>
  // CHECK: loihi.projection @a_relay_in from @a to @a_relay delay 1 #loihi.strided<loops = <2 : 1 -> 1>> bits 8 excitatory graded weights dense<1> : tensor<1xi16>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 7
}
