// RUN: spike-opt %s -convert-spike-to-loihi="statistics=true" -verify-diagnostics -o /dev/null
// RUN: spike-opt %s -convert-spike-to-loihi="name=classifier" | FileCheck %s

// The network has the function's name unless it is given one.
// CHECK: loihi.network @classifier unmapped

// A current that the host reads, too, has neurons of its own.
// expected-remark@below {{layer 'input': 3 neurons in 1 populations, 0 synapses in 0 projections}}
// expected-remark@below {{layer 'linear': 2 neurons in 1 populations, 6 synapses in 1 projections}}
// expected-remark@below {{layer 'lif': 2 neurons in 1 populations, 2 synapses in 1 projections}}
func.func @layers(%x: tensor<1x3xi1>) -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  %w = spike.constant dense<1.0> : tensor<2x3xf32>
  %y = spike.linear %t, %w : (tensor<1x1x3xi1>, tensor<2x3xf32>) -> tensor<1x1x2xf32>
  %s = spike.neuron #spike.fixed_lif<> path "lif" (%y) : (tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %s, %y : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}
