// SPDX-License-Identifier: Apache-2.0
// From a network without places to one that is ready to be an image; every pass takes what the one before leaves.
// RUN: spike-opt %s --spike-map 2>&1 | FileCheck %s

// CHECK: remark: an inference takes 6 chip steps: 4 time steps behind a longest path of 2 projections; the longest delay is 1 step
// CHECK: remark: the network takes 1 core
// CHECK: remark: places for 1 core on 1 chip
// CHECK: remark: expected per inference: 0 messages between 1 core on 1 chip
// CHECK-LABEL: loihi.network @n routed time_steps 4 target "loihi2" {
loihi.network @n unmapped time_steps 4 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  // CHECK: loihi.population @b shape [2] lif #loihi.lif threshold [1] start 1
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // CHECK: loihi.population @c shape [2] lif #loihi.lif threshold [1] start 2
  loihi.population @c shape [2] lif #loihi.lif threshold [1] tensor <2 : 1>
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.projection @bc from @b to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  // CHECK: loihi.projection @ac from @a to @c delay 1
  loihi.projection @ac from @a to @c #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
  loihi.output "y" from @c shape [2] scale 1.0
  // CHECK: loihi.chip 0 at (0, 0)
  // CHECK: loihi.core at <chip = 0,
  // CHECK-DAG: loihi.slice @b positions 0 to 1 channels 0 to 2
  // CHECK-DAG: loihi.slice @c positions 0 to 1 channels 0 to 2
}
