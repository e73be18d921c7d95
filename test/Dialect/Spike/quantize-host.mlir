// SPDX-License-Identifier: Apache-2.0
// With host-fallback, what integers cannot express stays in real numbers, marked for the host.
// RUN: spike-opt %s --spike-quantize="input-scales=16 input-lows=-128 input-highs=127 host-fallback=true" --verify-spike-contract --verify-spike-quantized | FileCheck %s

// Integers become real numbers before the host's neuron, and its spikes enter the chip behind it.
// CHECK-LABEL: func.func @middle
// CHECK: %[[IN:.*]] = spike.quantize %arg0 by 16.0
// CHECK: %[[A:.*]] = spike.linear %[[IN]]
// CHECK: %[[R:.*]] = spike.scale %[[A]] by {{.*}} divide {spike.host = ""}
// CHECK: %[[X:.*]] = spike.add %[[R]], %{{.*}} {spike.host = ""}
// CHECK: %[[S:.*]] = spike.neuron #spike.qif path "q"(%[[X]]) {spike.host = "it is a spike.qif, which integers cannot express"}
// CHECK: %[[E:.*]] = spike.quantize %[[S]] by 1.0 in [0, 1]
// CHECK: %[[B:.*]] = spike.linear %[[E]]
// CHECK: spike.neuron #spike.fixed_lif{{.*}} path "l"
// CHECK-NOT: spike.host
// CHECK: return
func.func @middle(%x: tensor<4x1x3xf32>) -> tensor<4x1x2xf32> {
  %w0 = spike.constant dense<[[0.5, 0.25, 1.0], [1.0, -0.5, 0.75]]> : tensor<2x3xf32>
  %b0 = spike.constant dense<[0.5, -0.25]> : tensor<2xf32>
  %w1 = spike.constant dense<[[0.5, 0.25], [1.0, -0.5]]> : tensor<2x2xf32>
  %a = spike.linear %x, %w0, %b0 : (tensor<4x1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.qif path "q" (%a) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  %c = spike.linear %s, %w1 : (tensor<4x1x2xf32>, tensor<2x2xf32>) -> tensor<4x1x2xf32>
  %o = spike.neuron #spike.lif path "l" (%c) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %o : tensor<4x1x2xf32>
}

// What reads real numbers of the host is the host's, up to the spikes of a neuron. The input stays real there.
// CHECK-LABEL: func.func @grows
// CHECK-NOT: spike.quantize %arg0
// CHECK: spike.map sqrt %arg0 {spike.host = "it is an op that integers cannot express"}
// CHECK: spike.linear {{.*}} {spike.host = "it reads real numbers of the host"}
// CHECK: %[[S:.*]] = spike.neuron #spike.lif path "l"({{.*}}) {spike.host = "it reads real numbers of the host"}
// CHECK: spike.quantize %[[S]] by 1.0 in [0, 1]
// CHECK: spike.neuron #spike.fixed_lif
func.func @grows(%x: tensor<4x1x3xf32>) -> tensor<4x1x2xf32> {
  %w0 = spike.constant dense<[[0.5, 0.25, 1.0], [1.0, -0.5, 0.75]]> : tensor<2x3xf32>
  %r = spike.map sqrt %x : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  %a = spike.linear %r, %w0 : (tensor<4x1x3xf32>, tensor<2x3xf32>) -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.lif path "l" (%a) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  %o = spike.neuron #spike.lif path "m" (%s) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %o : tensor<4x1x2xf32>
}

// At the end nothing goes back. A code's spikes are i1.
// CHECK-LABEL: func.func @ends
// CHECK: %[[C:.*]] = spike.encode #spike.latency(%arg0) steps 4 {spike.host = "it is an input code other than direct"}
// CHECK: %[[F:.*]] = spike.cast %[[C]] {spike.host
// CHECK: spike.quantize %[[F]] by 1.0 in [0, 1] : tensor<4x1x3xf32> -> tensor<4x1x3xi1>
// CHECK: %[[O:.*]] = spike.neuron #spike.fixed_lif
// CHECK: %[[D:.*]] = spike.decode first_spike %[[O]] {spike.host = "it is decode first_spike"}
// CHECK: return %[[D]]
func.func @ends(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w0 = spike.constant dense<[[0.5, 0.25, 1.0], [1.0, -0.5, 0.75]]> : tensor<2x3xf32>
  %r = spike.encode #spike.latency(%x) steps 4 : tensor<1x3xf32> -> tensor<4x1x3xi1>
  %a = spike.linear %r, %w0 : (tensor<4x1x3xi1>, tensor<2x3xf32>) -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.lif path "l" (%a) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  %d = spike.decode first_spike %s : tensor<4x1x2xf32> -> tensor<1x2xf32>
  return %d : tensor<1x2xf32>
}
