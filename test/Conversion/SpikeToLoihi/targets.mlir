// RUN: spike-opt %s -convert-spike-to-loihi=target=loihi1 -split-input-file -verify-diagnostics

func.func @graded(%x: tensor<1x3xf32>) -> tensor<1x1x3xf32> {
  // expected-error@below {{sends numbers from 0 to 255, but target 'loihi1' has no graded spikes; choose a target that has them}}
  %q = spike.quantize %x by 1.0 in [0, 255] : tensor<1x3xf32> -> tensor<1x3xf32>
  %t = spike.repeat_time %q : tensor<1x3xf32> -> tensor<1x1x3xf32>
  return %t : tensor<1x1x3xf32>
}

// -----

func.func @program(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  // expected-error@below {{of layer 'lif' needs the neuron program 'neuron_du4095_dv0_align6_soft_gt', but target 'loihi1' has no neuron programs; choose a target that has them}}
  %s = spike.neuron #spike.fixed_lif<reset = soft> path "lif" (%t) : (tensor<1x1x3xi1>) -> tensor<1x1x3xi1>
  return %s : tensor<1x1x3xi1>
}

// -----

func.func @output(%x: tensor<1x3xi1>) -> tensor<1x1x2xf32> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  %w = spike.constant dense<1.0> : tensor<2x3xf32>
  // expected-error@below {{needs the neuron program 'relay', but target 'loihi1' has no neuron programs; choose a target that has them}}
  %y = spike.linear %t, %w : (tensor<1x1x3xi1>, tensor<2x3xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}
