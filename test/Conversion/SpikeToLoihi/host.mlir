// SPDX-License-Identifier: Apache-2.0
// The parts of a program are one network, whose inputs and outputs say in which pass they are; the host's part stays.
// RUN: spike-opt %s --convert-spike-to-loihi --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: loihi.network @m unmapped time_steps 4 target "loihi2" host ["q"]
// CHECK-DAG: loihi.input "input0" to @input0 shape [1, 3] scale 1.000000e+00 range 0 to 1 timed{{$}}
// CHECK-DAG: loihi.input "cut1" to @cut1 shape [1, 3] scale 1.000000e+00 range 0 to 1 timed pass 1
// CHECK-DAG: loihi.output "cut0" from @l shape [1, 3] scale 1.000000e+00{{$}}
// CHECK-DAG: loihi.output "output0" from @o shape [1, 3] scale 1.000000e+00 pass 1
// CHECK: func.func private @m_host1
// CHECK-NOT: func.func
func.func private @m_chip0(%x: tensor<4x1x3xi1> {spike.name = "input0", spike.time_axis})
    -> (tensor<4x1x3xf32> {spike.name = "cut0"})
    attributes {spike.part_of = "m", spike.pass = 0 : i64, spike.time_steps = 4 : i64} {
  %s = spike.neuron #spike.fixed_lif path "l" (%x) : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  return %s : tensor<4x1x3xf32>
}
func.func private @m_host1(%c: tensor<4x1x3xf32> {spike.name = "cut0", spike.time_axis})
    -> (tensor<4x1x3xf32> {spike.name = "cut1"})
    attributes {spike.host_layers = {q = "it is a spike.qif"}, spike.part_of = "m", spike.pass = 1 : i64} {
  %q = spike.neuron #spike.qif path "q" (%c) : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  return %q : tensor<4x1x3xf32>
}
func.func private @m_chip1(%a: tensor<4x1x3xf32> {spike.name = "cut1", spike.time_axis})
    -> (tensor<4x1x3xf32> {spike.name = "output0"})
    attributes {spike.part_of = "m", spike.pass = 1 : i64, spike.time_steps = 4 : i64} {
  %e = spike.quantize %a by 1.0 in [0, 1] : tensor<4x1x3xf32> -> tensor<4x1x3xf32>
  %o = spike.neuron #spike.fixed_lif path "o" (%e) : (tensor<4x1x3xf32>) -> tensor<4x1x3xf32>
  return %o : tensor<4x1x3xf32>
}

// -----

func.func @marked(%x: tensor<4x1x3xi1>) -> tensor<4x1x3xf32> {
  // expected-error@below {{of layer 'q' is the host's; cut the program with spike-outline-host first}}
  %q = spike.neuron #spike.qif path "q" (%x) {spike.host = "it is a spike.qif"} : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  return %q : tensor<4x1x3xf32>
}

// -----

// expected-error@below {{is part of a program, but misses 'spike.pass', 'spike.time_steps' or the 'spike.name' of an argument or result; cut the program with spike-outline-host}}
func.func private @m_chip0(%x: tensor<4x1x3xi1>) -> tensor<4x1x3xf32> attributes {spike.part_of = "m"} {
  %s = spike.neuron #spike.fixed_lif path "l" (%x) : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  return %s : tensor<4x1x3xf32>
}

// -----

func.func private @m_chip0(%x: tensor<4x1x3xi1> {spike.name = "input0", spike.time_axis})
    -> (tensor<4x1x3xf32> {spike.name = "cut0"})
    attributes {spike.part_of = "m", spike.pass = 0 : i64, spike.time_steps = 4 : i64} {
  %s = spike.neuron #spike.fixed_lif path "l" (%x) : (tensor<4x1x3xi1>) -> tensor<4x1x3xf32>
  return %s : tensor<4x1x3xf32>
}
// expected-error@below {{runs 2 time steps, but the parts before it run 4; all parts of a program run as many}}
func.func private @m_chip1(%x: tensor<2x1x3xi1> {spike.name = "cut0", spike.time_axis})
    -> (tensor<2x1x3xf32> {spike.name = "output0"})
    attributes {spike.part_of = "m", spike.pass = 1 : i64, spike.time_steps = 2 : i64} {
  %s = spike.neuron #spike.fixed_lif path "o" (%x) : (tensor<2x1x3xi1>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}
