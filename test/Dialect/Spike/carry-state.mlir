// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --spike-carry-state -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @repeated
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[V:.*]]: tensor<2x3xf32> {spike.initial = 5.000000e-01 : f32, spike.state = "lif.v"})
// CHECK-SAME: -> (tensor<1x2x3xf32> {spike.step_axis = 0 : i64}, tensor<2x3xf32> {spike.state = "lif.v"})
func.func @repeated(%x: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
  // CHECK: %[[R:.*]] = spike.repeat_time %[[X]] : tensor<2x3xf32> -> tensor<1x2x3xf32>
  %t = spike.repeat_time %x : tensor<2x3xf32> -> tensor<4x2x3xf32>
  // CHECK: %[[S:.*]], %[[F:.*]] = spike.neuron #spike.lif<v_reset = 0.5> path "lif"(%[[R]]) init(%[[V]])
  %s = spike.neuron #spike.lif<v_reset = 0.5> path "lif" (%t) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  // CHECK: return %[[S]], %[[F]]
  return %s : tensor<4x2x3xf32>
}

// -----

// Time is the second axis of the input, and a mean ends it.
// CHECK-LABEL: func @batch_first
// CHECK-SAME: tensor<2x1x3xf32> {spike.step_axis = 1 : i64}
// CHECK-SAME: {spike.initial = 0.000000e+00 : f32, spike.state = "neuron.v"}
// CHECK-SAME: {spike.initial = 0.000000e+00 : f32, spike.state = "readout.total"}
// CHECK-SAME: {spike.initial = 0.000000e+00 : f32, spike.state = "readout.steps"}
func.func @batch_first(%x: tensor<2x4x3xf32>) -> tensor<2x5xf32> {
  %w = spike.constant dense<1.0> : tensor<5x3xf32>
  %t = spike.transpose %x [1, 0, 2] : tensor<2x4x3xf32> -> tensor<4x2x3xf32>
  %s = spike.neuron #spike.if (%t) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  // CHECK: %[[M:.*]], %{{.*}}:2 = spike.neuron #spike.running path "readout"
  // CHECK: %[[R:.*]] = spike.reshape %[[M]] : tensor<1x2x3xf32> -> tensor<2x3xf32>
  %m = spike.reduce mean %s dims [0] : tensor<4x2x3xf32> -> tensor<2x3xf32>
  // CHECK: spike.linear %[[R]]
  %y = spike.linear %m, %w : (tensor<2x3xf32>, tensor<5x3xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// The maximum starts below every current; a kept axis stays; the last step is this step.
// CHECK-LABEL: func @readouts
// CHECK-SAME: spike.initial = 0xFF800000 : f32, spike.state = "readout.total"
// CHECK-SAME: spike.state = "readout#1.total"
func.func @readouts(%x: tensor<4x2x3xf32>) -> (tensor<1x2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %s = spike.neuron #spike.if path "if" (%x) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  // CHECK: spike.neuron #spike.running<kind = max>
  %m = spike.reduce max %s dims [0] keep_dims : tensor<4x2x3xf32> -> tensor<1x2x3xf32>
  // CHECK: spike.neuron #spike.running<kind = sum>
  %c = spike.decode count %s : tensor<4x2x3xf32> -> tensor<2x3xf32>
  // CHECK: spike.reshape {{.*}} : tensor<1x2x3xf32> -> tensor<2x3xf32>
  %l = spike.decode last %s : tensor<4x2x3xf32> -> tensor<2x3xf32>
  return %m, %c, %l : tensor<1x2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// A batch that equals the number of steps is not mistaken for time.
// CHECK-LABEL: func @ambiguous
// CHECK-SAME: (%{{.*}}: tensor<2x3xf32>, %{{.*}}: tensor<2x3xf32> {spike.initial
func.func @ambiguous(%x: tensor<2x3xf32>) -> tensor<2x2x3xf32> {
  %t = spike.repeat_time %x : tensor<2x3xf32> -> tensor<2x2x3xf32>
  %s = spike.neuron #spike.if path "if" (%t) : (tensor<2x2x3xf32>) -> tensor<2x2x3xf32>
  return %s : tensor<2x2x3xf32>
}

// -----

func.func @slice_of_time(%x: tensor<4x2x3xf32>) -> tensor<4x2x3xf32> {
  // expected-error @below {{cannot be run step by step: this operation does not treat its 4 time steps one by one}}
  %a = spike.slice %x axis 0 offset 1 : tensor<4x2x3xf32> -> tensor<3x2x3xf32>
  %b = spike.slice %x axis 0 offset 0 : tensor<4x2x3xf32> -> tensor<1x2x3xf32>
  %c = spike.concat %a, %b axis 0 : (tensor<3x2x3xf32>, tensor<1x2x3xf32>) -> tensor<4x2x3xf32>
  %s = spike.neuron #spike.if path "if" (%c) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  return %s : tensor<4x2x3xf32>
}

// -----

func.func @encoded(%x: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
  // expected-error @below {{codes its input over all 4 time steps}}
  %t = spike.encode #spike.latency (%x) steps 4 : tensor<2x3xf32> -> tensor<4x2x3xf32>
  %s = spike.neuron #spike.if path "if" (%t) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  return %s : tensor<4x2x3xf32>
}

// -----

// expected-error @below {{has no neurons}}
func.func @stateless(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  return %x : tensor<2x3xf32>
}

// -----

func.func @two_times(%x: tensor<4x2x3xf32>) -> tensor<2x2x3xf32> {
  %s = spike.neuron #spike.if path "if" (%x) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  %h = spike.slice %s axis 0 offset 0 : tensor<4x2x3xf32> -> tensor<2x2x3xf32>
  // expected-error @below {{runs 2 time steps, another neuron runs 4}}
  %u = spike.neuron #spike.if path "second" (%h) : (tensor<2x2x3xf32>) -> tensor<2x2x3xf32>
  return %u : tensor<2x2x3xf32>
}

// -----

func.func @channel_reset(%x: tensor<4x2x3xf32>, %r: tensor<3xf32>) -> tensor<4x2x3xf32> {
  // expected-error @below {{starts from a reset value of each channel}}
  %s = spike.neuron #spike.if path "if" (%x) params(v_reset = %r) axis 2 : (tensor<4x2x3xf32>, tensor<3xf32>) -> tensor<4x2x3xf32>
  return %s : tensor<4x2x3xf32>
}

// -----

func.func @own_state(%x: tensor<4x2x3xf32>, %v: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
  // expected-error @below {{steps time itself}}
  %s = spike.neuron #spike.if path "if" (%x) init(%v) : (tensor<4x2x3xf32>, tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return %s : tensor<4x2x3xf32>
}
