// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --pass-pipeline="builtin.module(spike-encode-input{code=#spike.rate<seed=7>})" | FileCheck %s
// RUN: spike-opt %s --pass-pipeline="builtin.module(spike-encode-input{code=#spike.delta})" | FileCheck %s --check-prefix=DELTA

// CHECK-LABEL: func @repeated
// CHECK-SAME: (%[[X:.*]]: tensor<1x8xf32> {spike.name = "x"})
// DELTA-LABEL: func @repeated
// DELTA-SAME: (%[[X:.*]]: tensor<4x1x8xf32> {spike.name = "x", spike.time_axis})
func.func @repeated(%x: tensor<1x8xf32> {spike.name = "x"}) -> tensor<4x1x8xf32> {
  // CHECK-NEXT: %[[S:.*]] = spike.encode #spike.rate<seed = 7>(%[[X]]) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  // CHECK-NEXT: spike.neuron #spike.if(%[[S]])
  // DELTA-NEXT: %[[S:.*]] = spike.encode #spike.delta(%[[X]]) steps 4 : tensor<4x1x8xf32> -> tensor<4x1x8xf32>
  // DELTA-NEXT: spike.neuron #spike.if(%[[S]])
  %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
  %1 = spike.neuron #spike.if (%0) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
  return %1 : tensor<4x1x8xf32>
}

// CHECK-LABEL: func @with_time_axis
// CHECK-SAME: (%[[X:.*]]: tensor<1x8xf32>)
// DELTA-LABEL: func @with_time_axis
// DELTA-SAME: (%[[X:.*]]: tensor<4x1x8xf32> {spike.time_axis})
func.func @with_time_axis(%x: tensor<4x1x8xf32> {spike.time_axis}) -> tensor<4x1x8xf32> {
  // CHECK-NEXT: %[[S:.*]] = spike.encode #spike.rate<seed = 7>(%[[X]]) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  // CHECK-NEXT: spike.neuron #spike.if(%[[S]])
  // DELTA-NEXT: spike.encode #spike.delta(%[[X]]) steps 4 : tensor<4x1x8xf32> -> tensor<4x1x8xf32>
  %1 = spike.neuron #spike.if (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
  return %1 : tensor<4x1x8xf32>
}

// Does not apply: an argument without uses, and a private function.
// CHECK-LABEL: func @unused
// CHECK-NOT: spike.encode
func.func @unused(%x: tensor<1x8xf32>) {
  return
}
func.func private @helper(%x: tensor<1x8xf32>) -> tensor<4x1x8xf32> {
  %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
  return %0 : tensor<4x1x8xf32>
}
