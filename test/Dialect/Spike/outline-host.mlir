// SPDX-License-Identifier: Apache-2.0
// A program with ops of the host becomes parts; what skips a pass is sent again, and views are made where they are read.
// RUN: spike-opt %s --spike-outline-host --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func private @skip_chip0
// CHECK-SAME: (%[[X:.*]]: tensor<4x1x3xi1> {spike.name = "input0", spike.time_axis})
// CHECK-SAME: -> (tensor<4x1x3xf32> {spike.name = "cut0"})
// CHECK-SAME: attributes {spike.part_of = "skip", spike.pass = 0 : i64, spike.time_steps = 4 : i64}
// CHECK: %[[S:.*]] = spike.neuron #spike.fixed_lif path "l"(%[[X]])
// CHECK: return %[[S]]
// CHECK-LABEL: func.func private @skip_host1
// CHECK-SAME: (%[[C:.*]]: tensor<4x1x3xf32> {spike.name = "cut0", spike.time_axis})
// CHECK-SAME: -> (tensor<4x1x3xf32> {spike.path = "q"}, tensor<4x1x3xf32> {spike.name = "cut1"}, tensor<4x1x3xf32> {spike.name = "cut2"})
// CHECK-SAME: attributes {spike.host_layers = {q = "it is a spike.qif"}, spike.part_of = "skip", spike.pass = 1 : i64}
// CHECK: %[[Q:.*]] = spike.neuron #spike.qif path "q"(%[[C]])
// CHECK: return %[[Q]], %[[Q]], %[[C]]
// CHECK-LABEL: func.func private @skip_chip1
// CHECK-SAME: (%[[A:.*]]: tensor<4x1x3xf32> {spike.name = "cut1", spike.time_axis}, %[[B:.*]]: tensor<4x1x3xf32> {spike.name = "cut2", spike.time_axis})
// CHECK: %[[AQ:.*]] = spike.quantize %[[A]] by 1.0 in [0, 1]
// CHECK: %[[BQ:.*]] = spike.quantize %[[B]] by 1.0 in [0, 1]
// CHECK: %[[V:.*]] = spike.reshape %[[BQ]]
// CHECK: spike.neuron #spike.fixed_lif path "m"
// CHECK-NOT: func.func @skip
// expected-remark@below {{an inference has 2 passes; 12 values go to the host, 24 to the chip}}
func.func @skip(%x: tensor<4x1x3xi1>) -> tensor<4x3xf32> {
  %s = spike.neuron #spike.fixed_lif path "l" (%x) : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  // expected-remark@below {{'spike.neuron' of layer 'q' runs on the host: it is a spike.qif}}
  %q = spike.neuron #spike.qif path "q" (%s) {spike.host = "it is a spike.qif"} : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  %e = spike.quantize %q by 1.0 in [0, 1] : tensor<4x1x3xf32> -> tensor<4x1x3xf32>
  %v = spike.reshape %s : tensor<4x1x3xf32> -> tensor<4x3xf32>
  %f = spike.reshape %e : tensor<4x1x3xf32> -> tensor<4x3xf32>
  %a = spike.add %f, %v : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %o = spike.neuron #spike.fixed_lif path "m" (%a) : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %o : tensor<4x3xf32>
}

// -----

// What the host returns, and an argument that it reads, never meet the chip.
// CHECK-LABEL: func.func private @ends_host0
// CHECK-SAME: (%{{.*}}: tensor<1x3xf32> {spike.name = "input0"}) -> (tensor<4x1x3xi1> {spike.name = "cut0"})
// CHECK-LABEL: func.func private @ends_chip0
// CHECK-LABEL: func.func private @ends_host1
// CHECK-SAME: -> (tensor<1x3xf32> {spike.name = "output0"})
// CHECK-NOT: func.func
// expected-remark@below {{an inference has 1 pass; 12 values go to the host, 12 to the chip}}
func.func @ends(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  // expected-remark@below {{'spike.encode' of layer 'encode' runs on the host: it is a code}}
  %c = spike.encode #spike.latency(%x) steps 4 {spike.host = "it is a code"} : tensor<1x3xf32> -> tensor<4x1x3xi1>
  %s = spike.neuron #spike.fixed_lif path "l" (%c) : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  // expected-remark@below {{'spike.decode' of layer 'decode' runs on the host: it is a decode}}
  %d = spike.decode first_spike %s {spike.host = "it is a decode"} : tensor<4x1x3xf32> -> tensor<1x3xf32>
  return %d : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @untouched
func.func @untouched(%x: tensor<4x1x3xf32>) -> tensor<4x1x3xf32> {
  %s = spike.neuron #spike.fixed_lif path "l" (%x) : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  return %s : tensor<4x1x3xf32>
}

// -----

// expected-error@below {{'all' is left to the host as a whole, nothing of it is for the chip; compile it for the CPU (target 'simulation')}}
func.func @all(%x: tensor<4x1x3xf32>) -> tensor<4x1x3xf32> {
  %s = spike.neuron #spike.qif path "q" (%x) {spike.host = "it is a spike.qif"} : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  return %s : tensor<4x1x3xf32>
}

// -----

func.func @real(%x: tensor<4x1x3xf32>) -> tensor<4x1x3xf32> {
  // expected-error@below {{'spike.add' gives values that are read in a later pass, behind what the host computes, and are not proved to be integers; run spike-quantize first}}
  %r = spike.add %x, %x : (tensor<4x1x3xf32>, tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  %q = spike.neuron #spike.qif path "q" (%r) {spike.host = "it is a spike.qif"} : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  %e = spike.quantize %q by 1.0 in [0, 1] : tensor<4x1x3xf32> -> tensor<4x1x3xf32>
  %a = spike.add %e, %r : (tensor<4x1x3xf32>, tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  %o = spike.neuron #spike.fixed_lif path "m" (%a) : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  return %o : tensor<4x1x3xf32>
}

// -----

// expected-error@below {{expected a function with one block, got 2}}
func.func @blocks(%x: tensor<4x1x3xf32>) -> tensor<4x1x3xf32> {
  %q = spike.neuron #spike.qif path "q" (%x) {spike.host = ""} : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  cf.br ^next
^next:
  return %q : tensor<4x1x3xf32>
}
