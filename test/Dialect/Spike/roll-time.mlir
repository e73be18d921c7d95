// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --spike-roll-time -split-input-file | FileCheck %s
// RUN: spike-opt %s --spike-roll-time=always -split-input-file | FileCheck %s --check-prefix=ALWAYS

// Two layers in a loop over the first axis: everything runs over both steps at once, and the stack is the train itself.
// CHECK-LABEL: func @network
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
func.func @network(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %w = spike.constant dense<0.5> : tensor<4x4xf32>
  %b = spike.constant dense<0.25> : tensor<4xf32>
  // CHECK-DAG: %[[W:.*]] = spike.constant dense<5.000000e-01>
  // CHECK: %[[A:.*]] = spike.linear %[[X]], %[[W]]{{.*}}-> tensor<2x3x4xf32>
  // CHECK-NEXT: %[[S:.*]] = spike.neuron #spike.if path "a"(%[[A]]) : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  // CHECK: %[[B:.*]] = spike.scale %{{.*}} by 2.0 : tensor<2x3x4xf32>
  // CHECK-NEXT: %[[T:.*]] = spike.neuron #spike.lif path "b"(%[[B]]) : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: return %[[T]]
  %0 = spike.slice %x axis 0 offset 0 : tensor<2x3x4xf32> -> tensor<1x3x4xf32>
  %x0 = spike.reshape %0 : tensor<1x3x4xf32> -> tensor<3x4xf32>
  %a0 = spike.linear %x0, %w, %b : (tensor<3x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%a0) : (tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>)
  %f0 = spike.reshape %s0 : tensor<3x4xf32> -> tensor<12xf32>
  %g0 = spike.reshape %f0 : tensor<12xf32> -> tensor<3x4xf32>
  %b0 = spike.scale %g0 by 2.0 : tensor<3x4xf32> -> tensor<3x4xf32>
  %t0, %u0 = spike.neuron #spike.lif single_step path "b" (%b0) : (tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>)
  %1 = spike.slice %x axis 0 offset 1 : tensor<2x3x4xf32> -> tensor<1x3x4xf32>
  %x1 = spike.reshape %1 : tensor<1x3x4xf32> -> tensor<3x4xf32>
  %a1 = spike.linear %x1, %w, %b : (tensor<3x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %s1 = spike.neuron #spike.if single_step path "a" (%a1) init(%v0) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %f1 = spike.reshape %s1 : tensor<3x4xf32> -> tensor<12xf32>
  %g1 = spike.reshape %f1 : tensor<12xf32> -> tensor<3x4xf32>
  %b1 = spike.scale %g1 by 2.0 : tensor<3x4xf32> -> tensor<3x4xf32>
  %t1 = spike.neuron #spike.lif single_step path "b" (%b1) init(%u0) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %r0 = spike.reshape %t0 : tensor<3x4xf32> -> tensor<1x3x4xf32>
  %r1 = spike.reshape %t1 : tensor<3x4xf32> -> tensor<1x3x4xf32>
  %y = spike.concat %r0, %r1 axis 0 : (tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// The same current at every step, parameters along an axis, and time stacked behind the batch.
// CHECK-LABEL: func @repeated
func.func @repeated(%x: tensor<3x4xf32>) -> tensor<3x2x4xf32> {
  %w = spike.constant dense<0.5> : tensor<4x4xf32>
  %th = spike.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // CHECK: %[[C:.*]] = spike.linear
  // CHECK: %[[R:.*]] = spike.repeat_time %[[C]] : tensor<3x4xf32> -> tensor<2x3x4xf32>
  // CHECK: %[[S:.*]] = spike.neuron #spike.if path "a"(%[[R]]) params(v_threshold = %{{.*}}) axis 2
  // CHECK: %[[T:.*]] = spike.transpose %[[S]] [1, 0, 2] : tensor<2x3x4xf32> -> tensor<3x2x4xf32>
  // CHECK: return %[[T]]
  %a0 = spike.linear %x, %w : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  %a1 = spike.linear %x, %w : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%a0) params(v_threshold = %th) axis 1
      : (tensor<3x4xf32>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>)
  %s1 = spike.neuron #spike.if single_step path "a" (%a1) init(%v0) params(v_threshold = %th) axis 1
      : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %r0 = spike.reshape %s0 : tensor<3x4xf32> -> tensor<3x1x4xf32>
  %r1 = spike.reshape %s1 : tensor<3x4xf32> -> tensor<3x1x4xf32>
  %y = spike.concat %r0, %r1 axis 1 : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x2x4xf32>
  return %y : tensor<3x2x4xf32>
}

// -----

// Axis numbers move, time may lie behind the batch, and an operand without time is stretched.
// CHECK-LABEL: func @axes
// CHECK-SAME: (%[[X:.*]]: tensor<3x2x4xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @axes(%x: tensor<3x2x4xf32>, %bias: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[T:.*]] = spike.transpose %[[X]] [1, 0, 2] : tensor<3x2x4xf32> -> tensor<2x3x4xf32>
  // CHECK: %[[R:.*]] = spike.reduce sum %[[T]] dims [1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
  // CHECK: %[[A:.*]] = spike.add %[[R]], %[[B]] : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: %[[S:.*]] = spike.neuron #spike.if path "a"(%[[A]])
  // CHECK: %[[L:.*]] = spike.slice %[[S]] axis 0 offset 1
  // CHECK: spike.reshape %[[L]] : tensor<1x4xf32> -> tensor<4xf32>
  %0 = spike.slice %x axis 1 offset 0 : tensor<3x2x4xf32> -> tensor<3x1x4xf32>
  %x0 = spike.reshape %0 : tensor<3x1x4xf32> -> tensor<3x4xf32>
  %1 = spike.slice %x axis 1 offset 1 : tensor<3x2x4xf32> -> tensor<3x1x4xf32>
  %x1 = spike.reshape %1 : tensor<3x1x4xf32> -> tensor<3x4xf32>
  %m0 = spike.reduce sum %x0 dims [0] : tensor<3x4xf32> -> tensor<4xf32>
  %m1 = spike.reduce sum %x1 dims [0] : tensor<3x4xf32> -> tensor<4xf32>
  %a0 = spike.add %m0, %bias : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %a1 = spike.add %m1, %bias : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%a0) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %s1 = spike.neuron #spike.if single_step path "a" (%a1) init(%v0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %s1 : tensor<4xf32>
}

// -----

// Currents that have nothing in common are put together; states that are read in between come from a trace, and the
// first step may start from a state that the source gives.
// CHECK-LABEL: func @traced
func.func @traced(%x: tensor<4xf32>, %y: tensor<4xf32>, %v: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[C:.*]] = spike.concat {{.*}} axis 0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  // CHECK: %{{.*}}, %[[V:.*]] = spike.neuron #spike.if path "a" trace(%[[C]]) init(%arg2) : (tensor<2x4xf32>, tensor<4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>)
  // CHECK: spike.slice %[[V]] axis 0 offset 0
  // CHECK: spike.slice %[[V]] axis 0 offset 1
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%x) init(%v) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %s1, %v1 = spike.neuron #spike.if single_step path "a" (%y) init(%v0) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %v0, %v1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// A current that depends on the neuron's own spikes: the steps stay apart.
// CHECK-LABEL: func @recurrent
func.func @recurrent(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[S:.*]], %[[V:.*]] = spike.neuron #spike.if path "a[0:1]"(%{{.*}}) : (tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<4xf32>)
  // CHECK: spike.add
  // CHECK: spike.neuron #spike.if path "a[1:2]"(%{{.*}}) init(%[[V]]) : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %a = spike.add %x, %s0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %s1 = spike.neuron #spike.if single_step path "a" (%a) init(%v0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %s1 : tensor<4xf32>
}

// -----

// A module that starts anew has a chain for each start.
// CHECK-LABEL: func @restarted
func.func @restarted(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: path "a"(%{{.*}}) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK: path "a#1"(%{{.*}}) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %y = spike.scale %x by 3.0 : tensor<4xf32> -> tensor<4xf32>
  %s0, %v0 = spike.neuron #spike.if single_step path "a" (%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %s1 = spike.neuron #spike.if single_step path "a" (%x) init(%v0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %s2 = spike.neuron #spike.if single_step path "a" (%y) : (tensor<4xf32>) -> tensor<4xf32>
  return %s1, %s2 : tensor<4xf32>, tensor<4xf32>
}

// -----

// One step is left to spike-lift-time, unless it is known to be all of the inference.
// CHECK-LABEL: func @one_step
// CHECK: spike.neuron #spike.if single_step path "a"
// ALWAYS-LABEL: func @one_step
// ALWAYS: spike.neuron #spike.if path "a"(%{{.*}}) : (tensor<1x4xf32>) -> tensor<1x4xf32>
func.func @one_step(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = spike.neuron #spike.if single_step path "a" (%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// Neurons over time stay as they are, whatever else is joined.
// CHECK-LABEL: func @no_loop
// CHECK: spike.concat
func.func @no_loop(%x: tensor<2x4xf32>) -> tensor<4x4xf32> {
  %a = spike.scale %x by 2.0 : tensor<2x4xf32> -> tensor<2x4xf32>
  %s = spike.neuron #spike.if path "a" (%a) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %t = spike.scale %s by 2.0 : tensor<2x4xf32> -> tensor<2x4xf32>
  %y = spike.concat %a, %t axis 0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
