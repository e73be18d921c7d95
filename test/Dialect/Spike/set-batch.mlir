// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --spike-set-batch="size=3 axes=0" -split-input-file -verify-diagnostics | FileCheck %s

// A batch of one is found again behind reshapes that merge it with time and with tokens.
// CHECK-LABEL: func @spikformer_like
// CHECK-SAME: (%{{.*}}: tensor<3x1x8x8xf32>) -> tensor<4x3x2xf32>
func.func @spikformer_like(%image: tensor<1x1x8x8xf32>) -> tensor<4x1x2xf32> {
  %w = spike.constant dense<1.0> : tensor<6x1x3x3xf32>
  %h = spike.constant dense<1.0> : tensor<2x6xf32>
  // CHECK: spike.repeat_time {{.*}} -> tensor<4x3x1x8x8xf32>
  %t = spike.repeat_time %image : tensor<1x1x8x8xf32> -> tensor<4x1x1x8x8xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<12x1x8x8xf32>
  %f = spike.reshape %t : tensor<4x1x1x8x8xf32> -> tensor<4x1x8x8xf32>
  // CHECK: spike.conv {{.*}} -> tensor<12x6x8x8xf32>
  %c = spike.conv %f, %w strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<4x1x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<4x6x8x8xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<4x3x6x64xf32>
  %u = spike.reshape %c : tensor<4x6x8x8xf32> -> tensor<4x1x6x64xf32>
  %s = spike.neuron #spike.lif path "lif" (%u) : (tensor<4x1x6x64xf32>) -> tensor<4x1x6x64xf32>
  // CHECK: spike.transpose {{.*}} -> tensor<4x3x64x6xf32>
  %p = spike.transpose %s [0, 1, 3, 2] : tensor<4x1x6x64xf32> -> tensor<4x1x64x6xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x3x6x6xf32>
  %m = spike.matmul %s, %p : (tensor<4x1x6x64xf32>, tensor<4x1x64x6xf32>) -> tensor<4x1x6x6xf32>
  %a = spike.matmul %m, %s : (tensor<4x1x6x6xf32>, tensor<4x1x6x64xf32>) -> tensor<4x1x6x64xf32>
  // CHECK: spike.add {{.*}} -> tensor<4x3x6x64xf32>
  %r = spike.add %a, %s : (tensor<4x1x6x64xf32>, tensor<4x1x6x64xf32>) -> tensor<4x1x6x64xf32>
  // CHECK: spike.reduce {{.*}} -> tensor<4x3x6xf32>
  %d = spike.reduce mean %r dims [3] : tensor<4x1x6x64xf32> -> tensor<4x1x6xf32>
  %y = spike.linear %d, %h : (tensor<4x1x6xf32>, tensor<2x6xf32>) -> tensor<4x1x2xf32>
  // CHECK: return %{{.*}} : tensor<4x3x2xf32>
  return %y : tensor<4x1x2xf32>
}

// -----

// CHECK-LABEL: func @merged_in_the_middle
// CHECK-SAME: (%{{.*}}: tensor<3x6x4xf32>) -> tensor<3x6x4xf32>
func.func @merged_in_the_middle(%x: tensor<2x6x4xf32>) -> tensor<2x6x4xf32> {
  // CHECK: spike.reshape {{.*}} -> tensor<18x4xf32>
  %0 = spike.reshape %x : tensor<2x6x4xf32> -> tensor<12x4xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<9x8xf32>
  %1 = spike.reshape %0 : tensor<12x4xf32> -> tensor<6x8xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<3x6x4xf32>
  %2 = spike.reshape %1 : tensor<6x8xf32> -> tensor<2x6x4xf32>
  return %2 : tensor<2x6x4xf32>
}

// -----

// CHECK-LABEL: func @pieces
// CHECK-SAME: (%{{.*}}: tensor<3x6xf32>) -> tensor<3x8xf32>
func.func @pieces(%x: tensor<2x6xf32>) -> tensor<2x8xf32> {
  // CHECK: spike.slice {{.*}} -> tensor<3x2xf32>
  %0 = spike.slice %x axis 1 offset 4 : tensor<2x6xf32> -> tensor<2x2xf32>
  // CHECK: spike.concat {{.*}} -> tensor<3x8xf32>
  %1 = spike.concat %x, %0 axis 1 : (tensor<2x6xf32>, tensor<2x2xf32>) -> tensor<2x8xf32>
  return %1 : tensor<2x8xf32>
}

// -----

// Joined along the batch itself: the parts lie around it until a reshape takes them apart again.
// CHECK-LABEL: func @joined
// CHECK-SAME: (%{{.*}}: tensor<3x6xf32>) -> tensor<3x6xf32>
func.func @joined(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
  // CHECK: spike.concat {{.*}} -> tensor<9x6xf32>
  %0 = spike.concat %x, %x, %x axis 0 : (tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<6x6xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<3x3x6xf32>
  %1 = spike.reshape %0 : tensor<6x6xf32> -> tensor<3x2x6xf32>
  %2 = spike.reduce sum %1 dims [0] : tensor<3x2x6xf32> -> tensor<2x6xf32>
  return %2 : tensor<2x6xf32>
}

// -----

func.func @returned(%x: tensor<2x6xf32>) -> tensor<4x6xf32> {
  %0 = spike.concat %x, %x axis 0 : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<4x6xf32>
  // expected-error @below {{this operation does not treat it as a batch}}
  return %0 : tensor<4x6xf32>
}

// -----

// States have the batch of the neuron: a trace behind time, the last state in its place.
// CHECK-LABEL: func @states
func.func @states(%x: tensor<2x6xf32>) -> (tensor<4x2x6xf32>, tensor<2x6xf32>) {
  %t = spike.repeat_time %x : tensor<2x6xf32> -> tensor<4x2x6xf32>
  // CHECK: spike.neuron {{.*}} -> (tensor<4x3x6xf32>, tensor<4x3x6xf32>)
  %s, %v = spike.neuron #spike.if path "a" trace (%t) : (tensor<4x2x6xf32>) -> (tensor<4x2x6xf32>, tensor<4x2x6xf32>)
  // CHECK: spike.neuron {{.*}} -> (tensor<4x3x6xf32>, tensor<3x6xf32>)
  %u, %w = spike.neuron #spike.if path "b" (%s) : (tensor<4x2x6xf32>) -> (tensor<4x2x6xf32>, tensor<2x6xf32>)
  // CHECK: return %{{.*}} : tensor<4x3x6xf32>, tensor<3x6xf32>
  return %v, %w : tensor<4x2x6xf32>, tensor<2x6xf32>
}

// -----

// A constant has its own batch.
func.func @partly(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
  %p = spike.constant dense<1.0> : tensor<2x2xf32>
  // expected-error @below {{this operation does not treat it as a batch}}
  %0 = spike.concat %x, %p axis 1 : (tensor<2x6xf32>, tensor<2x2xf32>) -> tensor<2x8xf32>
  %1 = spike.slice %0 axis 1 offset 0 : tensor<2x8xf32> -> tensor<2x6xf32>
  return %1 : tensor<2x6xf32>
}

// -----

// A batch that is summed over is no batch.
func.func @reduced(%x: tensor<2x6xf32>) -> tensor<6xf32> {
  // expected-error @below {{the batch cannot be changed: this operation does not treat it as a batch}}
  %0 = spike.reduce sum %x dims [0] : tensor<2x6xf32> -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

func.func @positions(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
  %c = spike.constant dense<1.0> : tensor<2x6xf32>
  // expected-error @below {{this operation does not treat it as a batch}}
  %0 = spike.add %x, %c : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

func.func @as_time(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
  // expected-error @below {{this operation does not treat it as a batch}}
  %0 = spike.neuron #spike.if (%x) : (tensor<2x6xf32>) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

// expected-error @below {{expected one batch axis for each of 2 inputs}}
func.func @two_inputs(%x: tensor<2x6xf32>, %y: tensor<2x6xf32>) -> tensor<2x6xf32> {
  return %x : tensor<2x6xf32>
}
