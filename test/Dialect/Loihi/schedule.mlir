// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --loihi-schedule -split-input-file -verify-diagnostics | FileCheck %s

// Two ways from @a to @c: the shorter one waits. @late is read by @c alone.
// CHECK-LABEL: loihi.network @diamond
// expected-remark @+1 {{an inference takes 6 chip steps: 4 time steps behind a longest path of 2 projections; the longest delay is 1 step}}
loihi.network @diamond unmapped time_steps 4 target "loihi2" {
  // CHECK: loihi.population @a shape [2] input tensor
  loihi.population @a shape [2] input tensor <2 : 1>
  // CHECK: loihi.population @b shape [2] lif #loihi.lif threshold [1] start 1
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // CHECK: loihi.population @late shape [2] lif #loihi.lif threshold [0] bias [1] start 1
  loihi.population @late shape [2] lif #loihi.lif threshold [0] bias [1]
  // CHECK: loihi.population @c shape [2] lif #loihi.lif threshold [1] start 2
  loihi.population @c shape [2] lif #loihi.lif threshold [1] start 7 tensor <2 : 1>
  // CHECK: @ab from @a to @b #loihi
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  // CHECK: @bc from @b to @c #loihi
  loihi.projection @bc from @b to @c delay 5 #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed
      weights dense<1> : tensor<1xi8>
  // CHECK: @ac from @a to @c delay 1 #loihi
  loihi.projection @ac from @a to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  // CHECK: @lc from @late to @c #loihi
  loihi.projection @lc from @late to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed
      weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
  loihi.output "y" from @c shape [2] scale 1.0
}

// -----

// expected-error @+1 {{populations 'c' -> 'b' -> 'c' form a cycle, which no schedule can balance: unroll it over the time steps}}
loihi.network @cycle unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  loihi.population @c shape [2] lif #loihi.lif threshold [1]
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @bc from @b to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @cb from @c to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

// CHECK-LABEL: loihi.network @empty unmapped
// expected-remark @+1 {{an inference takes 2 chip steps: 2 time steps behind a longest path of 0 projections}}
loihi.network @empty unmapped time_steps 2 target "loihi2" {
}

// -----

// expected-error @+1 {{network 'mapped' is in phase partitioned, expected unmapped}}
loihi.network @mapped partitioned time_steps 1 target "loihi2" {
  loihi.population @a shape [2] lif #loihi.lif threshold [1]
  loihi.core {
    loihi.slice @a positions 0 to 1 channels 0 to 2
  }
}

// -----

// expected-error @+1 {{unknown target 'loihi9'}}
loihi.network @n unmapped time_steps 1 target "loihi9" {
}
