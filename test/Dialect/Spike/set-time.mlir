// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --spike-set-time="steps=6" -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @lifted
// CHECK-SAME: (%{{.*}}: tensor<2x3xf32>) -> tensor<6x2x4xf32>
func.func @lifted(%x: tensor<2x3xf32>) -> tensor<4x2x4xf32> {
  %w = spike.constant dense<1.0> : tensor<4x3xf32>
  // CHECK: spike.repeat_time {{.*}} -> tensor<6x2x3xf32>
  %t = spike.repeat_time %x : tensor<2x3xf32> -> tensor<4x2x3xf32>
  %f = spike.reshape %t : tensor<4x2x3xf32> -> tensor<8x3xf32>
  // CHECK: spike.linear {{.*}} -> tensor<12x4xf32>
  %y = spike.linear %f, %w : (tensor<8x3xf32>, tensor<4x3xf32>) -> tensor<8x4xf32>
  %u = spike.reshape %y : tensor<8x4xf32> -> tensor<4x2x4xf32>
  // CHECK: spike.neuron {{.*}} -> tensor<6x2x4xf32>
  %s = spike.neuron #spike.lif (%u) : (tensor<4x2x4xf32>) -> tensor<4x2x4xf32>
  return %s : tensor<4x2x4xf32>
}

// -----

// The sum over time depends on how many steps there are in a way that the shape does not show.
func.func @decoded(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %t = spike.repeat_time %x : tensor<2x3xf32> -> tensor<4x2x3xf32>
  // expected-error @below {{the number of time steps cannot be changed}}
  %y = spike.reduce sum %t dims [0] : tensor<4x2x3xf32> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// expected-error @below {{no input is repeated over time}}
func.func @own_time(%x: tensor<4x2x3xf32>) -> tensor<4x2x3xf32> {
  return %x : tensor<4x2x3xf32>
}

// -----

// A neuron without memory keeps its form when it gets time: no axis means anything to it.
// CHECK-LABEL: func.func @without_memory
func.func @without_memory(%x: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
  %t = spike.repeat_time %x : tensor<2x3xf32> -> tensor<4x2x3xf32>
  // CHECK: spike.neuron #spike.multi_spike{{.*}}single_step{{.*}} -> tensor<6x2x3xf32>
  %s = spike.neuron #spike.multi_spike<levels = 4> single_step (%t) : (tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  return %s : tensor<4x2x3xf32>
}
