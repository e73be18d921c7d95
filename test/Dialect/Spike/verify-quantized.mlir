// RUN: spike-opt %s --verify-spike-quantized --split-input-file --verify-diagnostics

// Everything that may occur: an input, integers, a gain, an output.
func.func @valid(%x: tensor<4x2xf32>) -> tensor<4x1xf32> {
  %q = spike.quantize %x by 127.0 in [-128, 127] : tensor<4x2xf32> -> tensor<4x2xf32>
  %g = spike.scale %q by 8.0 : tensor<4x2xf32> -> tensor<4x2xf32>
  %b = spike.constant dense<[4095.0, -524288.0]> : tensor<2xf32>
  %s = spike.neuron #spike.fixed_lif (%g) params(bias = %b) axis 1 : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %w = spike.constant dense<[[-256.0, 254.0]]> : tensor<1x2xf32>
  %y = spike.linear %s, %w : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x1xf32>
  %r = spike.scale %y by 321.5 divide : tensor<4x1xf32> -> tensor<4x1xf32>
  %c = spike.constant dense<0.25> : tensor<1xf32>
  %o = spike.add %r, %c : (tensor<4x1xf32>, tensor<1xf32>) -> tensor<4x1xf32>
  return %o : tensor<4x1xf32>
}

// -----

func.func @real_neuron(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{'spike.neuron' of layer 'if' is no #spike.fixed_lif; run spike-quantize}}
  %0 = spike.neuron #spike.if path "if" (%x) : (tensor<4x2xi1>) -> tensor<4x2xf32>
  return
}

// -----

func.func @real_current(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{'spike.neuron' has a current that is not proved to be an integer of at most 2^24}}
  %0 = spike.neuron #spike.fixed_lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @large_current(%x: tensor<4x2xf32>) {
  %q = spike.quantize %x by 1.0 in [0, 131072] : tensor<4x2xf32> -> tensor<4x2xf32>
  // expected-error @+1 {{'spike.neuron' has currents up to 1.310720e+05, expected less than 1.310720e+05 so that they fit 24 bits when they are aligned by 6}}
  %0 = spike.neuron #spike.fixed_lif (%q) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @start(%x: tensor<4x2xi1>, %v: tensor<2xf32>, %u: tensor<2xf32>) {
  // expected-error @+1 {{'spike.neuron' starts from a given state, expected zero}}
  %0 = spike.neuron #spike.fixed_lif (%x) init(%v, %u) : (tensor<4x2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @threshold(%x: tensor<4x2xi1>) {
  %t = spike.constant dense<[1.0, 0.5]> : tensor<2xf32>
  // expected-error @+1 {{'spike.neuron' has the threshold 5.000000e-01, expected an integer of 17 bits}}
  %0 = spike.neuron #spike.fixed_lif (%x) params(threshold = %t) axis 1 : (tensor<4x2xi1>, tensor<2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @bias(%x: tensor<4x2xi1>) {
  %b = spike.constant dense<[1.0, 8193.0]> : tensor<2xf32>
  // expected-error @+1 {{'spike.neuron' has the bias 8.193000e+03, expected 13 bits times a power of two up to 2^7}}
  %0 = spike.neuron #spike.fixed_lif (%x) params(bias = %b) axis 1 : (tensor<4x2xi1>, tensor<2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @own_bias(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{'spike.neuron' has the bias 8193, expected 13 bits times a power of two up to 2^7}}
  %0 = spike.neuron #spike.fixed_lif<bias = 8193> (%x) : (tensor<4x2xi1>) -> tensor<4x2xf32>
  return
}

// -----

func.func @weight(%x: tensor<4x2xi1>) {
  %w = spike.constant dense<[[1.0, 0.5]]> : tensor<1x2xf32>
  // expected-error @+1 {{'spike.linear' has the weight 5.000000e-01, expected an integer}}
  %0 = spike.linear %x, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @weights(%x: tensor<4x2xi1>) {
  %w = spike.constant dense<[[258.0, 4.0]]> : tensor<1x2xf32>
  // expected-error @+1 {{'spike.linear' has weights up to 1.290000e+02 times their common power of two 2.000000e+00, expected at most 128}}
  %0 = spike.linear %x, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @synapse_bias(%x: tensor<4x2xi1>) {
  %w = spike.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %b = spike.constant dense<[0.25]> : tensor<1xf32>
  // expected-error @+1 {{'spike.linear' has the bias 2.500000e-01, expected an integer}}
  %0 = spike.linear %x, %w, %b : (tensor<4x2xi1>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @mean(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{'spike.reduce' is no op of integers; see the table of docs/loihi.md}}
  %0 = spike.reduce mean %x dims [1] : tensor<4x2xi1> -> tensor<4xf32>
  return
}

// -----

func.func @inner_scale(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{'spike.scale' is no op of integers}}
  %0 = spike.scale %x by 129.0 : tensor<4x2xi1> -> tensor<4x2xf32>
  %1 = spike.neuron #spike.fixed_lif (%0) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @real_sum(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{'spike.add' gives values that are not proved to be integers of at most 2^24}}
  %0 = spike.add %x, %x : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}
