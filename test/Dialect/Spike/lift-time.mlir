// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --split-input-file --verify-diagnostics --pass-pipeline="builtin.module(spike-lift-time{time-steps=4})" | FileCheck %s
// RUN: spike-opt %s --split-input-file --verify-diagnostics --pass-pipeline="builtin.module(spike-lift-time{time-steps=4 always})" | FileCheck %s --check-prefix=ALWAYS

// CHECK-LABEL: func @synapses
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x8xf32>) -> tensor<4x1x2xf32>
func.func @synapses(%x: tensor<1x3x8x8xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[T:.*]] = spike.repeat_time %[[X]] : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %w = spike.constant dense<1.0> : tensor<5x3x3x3xf32>
  %m = spike.constant dense<1.0> : tensor<5xf32>
  // CHECK: spike.conv %[[T]]{{.*}} -> tensor<4x1x5x8x8xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<1x3x8x8xf32>, tensor<5x3x3x3xf32>) -> tensor<1x5x8x8xf32>
  // CHECK: spike.batch_norm {{.*}} axis 2 {{.*}} -> tensor<4x1x5x8x8xf32>
  %1 = spike.batch_norm %0 mean %m var %m eps 0.5 axis 1 : (tensor<1x5x8x8xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<1x5x8x8xf32>
  // CHECK: %[[S:.*]] = spike.neuron #spike.lif path "lif"(%{{.*}}) : (tensor<4x1x5x8x8xf32>) -> tensor<4x1x5x8x8xf32>
  %2 = spike.neuron #spike.lif single_step path "lif" (%1) : (tensor<1x5x8x8xf32>) -> tensor<1x5x8x8xf32>
  // CHECK: spike.pool max %[[S]] {{.*}} -> tensor<4x1x5x4x4xf32>
  %3 = spike.pool max %2 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<1x5x8x8xf32> -> tensor<1x5x4x4xf32>
  // CHECK: spike.reduce mean %{{.*}} dims [3, 4] : tensor<4x1x5x4x4xf32> -> tensor<4x1x5xf32>
  %4 = spike.reduce mean %3 dims [2, 3] : tensor<1x5x4x4xf32> -> tensor<1x5xf32>
  %h = spike.constant dense<1.0> : tensor<2x5xf32>
  // CHECK: %[[Y:.*]] = spike.linear {{.*}} -> tensor<4x1x2xf32>
  // CHECK: return %[[Y]]
  %5 = spike.linear %4, %h : (tensor<1x5xf32>, tensor<2x5xf32>) -> tensor<1x2xf32>
  return %5 : tensor<1x2xf32>
}

// CHECK-LABEL: func @shapes
func.func @shapes(%x: tensor<2x6xf32>) -> (tensor<2x2x3xf32>, tensor<2x6xf32>) {
  %s = spike.neuron #spike.if single_step (%x) : (tensor<2x6xf32>) -> tensor<2x6xf32>
  // CHECK: spike.reshape %{{.*}} : tensor<4x2x6xf32> -> tensor<4x2x3x2xf32>
  %0 = spike.reshape %s : tensor<2x6xf32> -> tensor<2x3x2xf32>
  // CHECK: spike.transpose %{{.*}} [0, 1, 3, 2]
  %1 = spike.transpose %0 [0, 2, 1] : tensor<2x3x2xf32> -> tensor<2x2x3xf32>
  // CHECK: spike.slice %{{.*}} axis 2 offset 1 : tensor<4x2x6xf32> -> tensor<4x2x1xf32>
  %2 = spike.slice %s axis 1 offset 1 : tensor<2x6xf32> -> tensor<2x1xf32>
  // CHECK: spike.mask %{{.*}} : (tensor<4x2x6xf32>, tensor<4x2x1xf32>) -> tensor<4x2x6xf32>
  %3 = spike.mask %s, %2 : (tensor<2x6xf32>, tensor<2x1xf32>) -> tensor<2x6xf32>
  return %1, %3 : tensor<2x2x3xf32>, tensor<2x6xf32>
}

// An operand of fewer axes must not have its time axis taken for another one.
// CHECK-LABEL: func @broadcast
func.func @broadcast(%x: tensor<4x2x6xf32>, %y: tensor<2x6xf32>) -> tensor<4x2x6xf32> {
  %c = spike.constant dense<1.0> : tensor<6xf32>
  // CHECK: %[[A:.*]] = spike.add %{{.*}}, %{{.*}} : (tensor<4x2x6xf32>, tensor<6xf32>) -> tensor<4x2x6xf32>
  %0 = spike.add %y, %c : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  // CHECK: %[[B:.*]] = spike.reshape %[[A]] : tensor<4x2x6xf32> -> tensor<4x1x2x6xf32>
  // CHECK: spike.add %{{.*}}, %[[B]] : (tensor<4x4x2x6xf32>, tensor<4x1x2x6xf32>) -> tensor<4x4x2x6xf32>
  %1 = spike.add %x, %0 : (tensor<4x2x6xf32>, tensor<2x6xf32>) -> tensor<4x2x6xf32>
  %2 = spike.neuron #spike.if single_step (%1) : (tensor<4x2x6xf32>) -> tensor<4x2x6xf32>
  return %2 : tensor<4x2x6xf32>
}

// CHECK-LABEL: func @operands_without_time
// CHECK-SAME: -> (tensor<4x2x2xf32>, tensor<4x2x2xf32>)
func.func @operands_without_time(%x: tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %c = spike.constant dense<1.0> : tensor<3x2xf32>
  %d = spike.constant dense<2.0> : tensor<2x2xf32>
  %s = spike.neuron #spike.if single_step (%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: %[[C:.*]] = spike.repeat_time %{{.*}} : tensor<3x2xf32> -> tensor<4x3x2xf32>
  // CHECK: spike.matmul %{{.*}}, %[[C]] : (tensor<4x2x3xf32>, tensor<4x3x2xf32>) -> tensor<4x2x2xf32>
  %0 = spike.matmul %s, %c : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  // CHECK: spike.repeat_time %{{.*}} : tensor<2x2xf32> -> tensor<4x2x2xf32>
  return %0, %d : tensor<2x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func @repeat_within_step
func.func @repeat_within_step(%x: tensor<2x3xf32>) -> tensor<5x2x3xf32> {
  %s = spike.neuron #spike.if single_step (%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: %[[R:.*]] = spike.repeat_time %{{.*}} : tensor<4x2x3xf32> -> tensor<5x4x2x3xf32>
  // CHECK: spike.transpose %[[R]] [1, 0, 2, 3] : tensor<5x4x2x3xf32> -> tensor<4x5x2x3xf32>
  %0 = spike.repeat_time %s : tensor<2x3xf32> -> tensor<5x2x3xf32>
  return %0 : tensor<5x2x3xf32>
}

// Does not apply: the model runs over time already. The argument with the time axis is marked, the repeated one is not.
// CHECK-LABEL: func @multi_step
// CHECK-SAME: (%[[X:.*]]: tensor<3x1x8xf32> {spike.time_axis}, %[[Y:.*]]: tensor<1x8xf32>) -> tensor<3x1x8xf32>
func.func @multi_step(%x: tensor<3x1x8xf32>, %y: tensor<1x8xf32>) -> tensor<3x1x8xf32> {
  %0 = spike.repeat_time %y : tensor<1x8xf32> -> tensor<3x1x8xf32>
  // CHECK: spike.add %[[X]],
  %1 = spike.add %x, %0 : (tensor<3x1x8xf32>, tensor<3x1x8xf32>) -> tensor<3x1x8xf32>
  %2 = spike.neuron #spike.lif (%1) : (tensor<3x1x8xf32>) -> tensor<3x1x8xf32>
  return %2 : tensor<3x1x8xf32>
}

// A run written out, step by step: the sliced axis is time.
// CHECK-LABEL: func @written_out
// CHECK-SAME: (%{{.*}}: tensor<2x1x8xf32> {spike.time_axis}) -> tensor<1x1x8xf32>
func.func @written_out(%x: tensor<2x1x8xf32>) -> tensor<1x1x8xf32> {
  %0 = spike.scale %x by 0.5 : tensor<2x1x8xf32> -> tensor<2x1x8xf32>
  %1 = spike.slice %0 axis 0 offset 0 : tensor<2x1x8xf32> -> tensor<1x1x8xf32>
  %2, %v = spike.neuron #spike.lif (%1) : (tensor<1x1x8xf32>) -> (tensor<1x1x8xf32>, tensor<1x8xf32>)
  %3 = spike.slice %0 axis 0 offset 1 : tensor<2x1x8xf32> -> tensor<1x1x8xf32>
  %4 = spike.add %2, %3 : (tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %5 = spike.neuron #spike.lif (%4) init(%v) : (tensor<1x1x8xf32>, tensor<1x8xf32>) -> tensor<1x1x8xf32>
  return %5 : tensor<1x1x8xf32>
}

// Does not apply: each part of the axis starts anew, as the samples of a batch do.
// CHECK-LABEL: func @parts_of_a_batch
// CHECK-SAME: (%{{.*}}: tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
func.func @parts_of_a_batch(%x: tensor<2x1x8xf32>) -> tensor<2x1x8xf32> {
  %0 = spike.slice %x axis 0 offset 0 : tensor<2x1x8xf32> -> tensor<1x1x8xf32>
  %1 = spike.neuron #spike.lif (%0) : (tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %2 = spike.slice %x axis 0 offset 1 : tensor<2x1x8xf32> -> tensor<1x1x8xf32>
  %3 = spike.neuron #spike.lif (%2) : (tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %4 = spike.concat %1, %3 axis 0 : (tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<2x1x8xf32>
  return %4 : tensor<2x1x8xf32>
}

// Without neurons only on demand.
// CHECK-LABEL: func @no_neuron
// CHECK-SAME: -> tensor<1x8xf32>
// ALWAYS-LABEL: func @no_neuron
// ALWAYS-SAME: -> tensor<4x1x8xf32>
func.func @no_neuron(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %0 = spike.scale %x by 0.5 : tensor<1x8xf32> -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @mixed(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  // expected-error @below {{runs a single time step, but another neuron of 'mixed' runs 3; use one step mode}}
  %0 = spike.neuron #spike.lif single_step path "a" (%x) : (tensor<3x8xf32>) -> tensor<3x8xf32>
  // expected-note @below {{the other neuron is here}}
  %1 = spike.neuron #spike.lif path "b" (%0) : (tensor<3x8xf32>) -> tensor<3x8xf32>
  return %1 : tensor<3x8xf32>
}

// -----

func.func @has_time_already(%x: tensor<3x8xf32>) -> tensor<8xf32> {
  %0 = spike.neuron #spike.lif single_step (%x) : (tensor<3x8xf32>) -> tensor<3x8xf32>
  // expected-error @below {{cannot be lifted over time}}
  %1 = spike.decode mean %0 : tensor<3x8xf32> -> tensor<8xf32>
  return %1 : tensor<8xf32>
}
