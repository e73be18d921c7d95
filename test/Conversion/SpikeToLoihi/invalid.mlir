// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file -verify-diagnostics

// expected-error@below {{argument 0 has a batch of 2, but a chip runs one sample at a time; set the batch to 1}}
func.func @batch(%x: tensor<2x3xi1>) -> tensor<1x2x3xi1> {
  %t = spike.repeat_time %x : tensor<2x3xi1> -> tensor<1x2x3xi1>
  return %t : tensor<1x2x3xi1>
}

// -----

func.func @real_input(%x: tensor<1x3xf32>) -> tensor<1x1x3xf32> {
  %t = spike.repeat_time %x : tensor<1x3xf32> -> tensor<1x1x3xf32>
  // expected-error@below {{of layer 'lif' reads real input that no 'spike.quantize' has turned into integers; run spike-quantize first}}
  %s = spike.neuron #spike.fixed_lif<> path "lif" (%t) : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %s : tensor<1x1x3xf32>
}

// -----

func.func @model(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  // expected-error@below {{of layer 'lif' has the model 'spike.lif', which no chip neuron computes; run spike-quantize first}}
  %s = spike.neuron #spike.lif path "lif" (%t) : (tensor<1x1x3xi1>) -> tensor<1x1x3xi1>
  return %s : tensor<1x1x3xi1>
}

// -----

func.func @state(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  // expected-error@below {{of layer 'lif' takes or returns its state, which stays on the chip; remove its init, trace and final states}}
  %s, %v, %u = spike.neuron #spike.fixed_lif<> path "lif" (%t) : (tensor<1x1x3xi1>) -> (tensor<1x1x3xi1>, tensor<1x3xf32>, tensor<1x3xf32>)
  return %s : tensor<1x1x3xi1>
}

// -----

func.func @op(%x: tensor<1x3xi1>) -> tensor<1x1x3xf32> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  %f = spike.cast %t : tensor<1x1x3xi1> -> tensor<1x1x3xf32>
  // expected-error@below {{of layer 'map' is no part of a quantised program, and nothing on the chip does it; leave it to the host (host fallback), or rewrite the model without it}}
  %y = spike.map sigmoid %f : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// -----

func.func @weight(%x: tensor<1x2xi1>) -> tensor<1x1x1xf32> {
  %t = spike.repeat_time %x : tensor<1x2xi1> -> tensor<1x1x2xi1>
  %w = spike.constant dense<[[0.5, 1.0]]> : tensor<1x2xf32>
  // expected-error@below {{has a weight of 0.500000, which is no integer up to 2^24; run spike-quantize with fewer bits}}
  %y = spike.linear %t, %w : (tensor<1x1x2xi1>, tensor<1x2xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// -----

func.func @weight_bits(%x: tensor<1x2xi1>) -> tensor<1x1x1xf32> {
  %t = spike.repeat_time %x : tensor<1x2xi1> -> tensor<1x1x2xi1>
  %w = spike.constant dense<[[129.0, -3.0]]> : tensor<1x2xf32>
  // expected-error@below {{has weights from -3 to 129 in units of 2^0, but target 'loihi2' stores signed weights of at most 8 bits with an exponent from -7 to 7; run spike-quantize with fewer bits}}
  %y = spike.linear %t, %w : (tensor<1x1x2xi1>, tensor<1x2xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// -----

func.func @threshold(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  %th = spike.constant dense<[1.0, 2.0, 131072.0]> : tensor<3xf32>
  // expected-error@below {{of layer 'lif' has a threshold of 131072, but target 'loihi2' holds 0 to 131071; quantise with fewer bits}}
  %s = spike.neuron #spike.fixed_lif<> path "lif" (%t) params(threshold = %th) axis 2 : (tensor<1x1x3xi1>, tensor<3xf32>) -> tensor<1x1x3xi1>
  return %s : tensor<1x1x3xi1>
}

// -----

func.func @bias(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<1x1x3xi1>
  // expected-error@below {{of layer 'lif' has a bias of 4097, but target 'loihi2' holds 13 bits shifted left by at most 7; quantise with coarser biases}}
  %s = spike.neuron #spike.fixed_lif<bias = 4097> path "lif" (%t) : (tensor<1x1x3xi1>) -> tensor<1x1x3xi1>
  return %s : tensor<1x1x3xi1>
}

// -----

func.func @code(%x: tensor<1x3xf32>) -> tensor<2x1x3xi1> {
  // expected-error@below {{has the code 'spike.rate', which inputs of a chip do not have; use the direct code, or give the spikes as input}}
  %t = spike.encode #spike.rate<seed = 1> (%x) steps 2 : tensor<1x3xf32> -> tensor<2x1x3xi1>
  return %t : tensor<2x1x3xi1>
}

// -----

func.func @inner_factor(%x: tensor<1x2xi1>) -> tensor<1x1x1xf32> {
  %t = spike.repeat_time %x : tensor<1x2xi1> -> tensor<1x1x2xi1>
  %h = spike.scale %t by 0.5 : tensor<1x1x2xi1> -> tensor<1x1x2xf32>
  %w = spike.constant dense<1.0> : tensor<1x2xf32>
  // expected-error@below {{reads real numbers: a factor of 5.000000e-01 comes before it; only the end of a program may scale, run spike-quantize first}}
  %y = spike.linear %h, %w : (tensor<1x1x2xf32>, tensor<1x2xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// -----

func.func @mean_pool(%x: tensor<1x1x2x2xi1>) -> tensor<1x1x1x1x1xf32> {
  %t = spike.repeat_time %x : tensor<1x1x2x2xi1> -> tensor<1x1x1x2x2xi1>
  // expected-error@below {{takes a mean, which spike-quantize turns into a convolution; run it first}}
  %y = spike.pool avg %t kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<1x1x1x2x2xi1> -> tensor<1x1x1x1x1xf32>
  return %y : tensor<1x1x1x1x1xf32>
}

// -----

func.func @largest(%x: tensor<1x3xi1>) -> tensor<2x1xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  // expected-error@below {{takes the max, but sums only are placed; use a sum, or a pool for a maximum}}
  %y = spike.reduce max %t dims [2] : tensor<2x1x3xi1> -> tensor<2x1xi1>
  return %y : tensor<2x1xi1>
}

// -----

func.func @time_slice(%x: tensor<1x3xi1>) -> tensor<1x1x3xi1> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  // expected-error@below {{cuts or mixes the time axis; time must stay the leading axis}}
  %y = spike.slice %t axis 0 offset 1 : tensor<2x1x3xi1> -> tensor<1x1x3xi1>
  return %y : tensor<1x1x3xi1>
}

// -----

func.func @first_spike(%x: tensor<1x3xi1>) -> tensor<1x3xf32> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  // expected-error@below {{reads the time of the first spike, which no population sends; read a mean or a count}}
  %y = spike.decode first_spike %t : tensor<2x1x3xi1> -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

func.func @message(%x: tensor<1x2xf32>) -> tensor<1x1x1x1xf32> {
  %q = spike.quantize %x by 1.0 in [0, 1048576] : tensor<1x2xf32> -> tensor<1x2xf32>
  %t = spike.repeat_time %q : tensor<1x2xf32> -> tensor<1x1x2xf32>
  %r = spike.reshape %t : tensor<1x1x2xf32> -> tensor<1x1x1x2xf32>
  // expected-error@below {{may send numbers from 0 to 1099511627776, which take 42 bits; messages of target 'loihi2' hold 24; quantise with fewer bits}}
  %y = spike.matmul %r, %r transpose_rhs : (tensor<1x1x1x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// -----

// expected-error@below {{returns an input as result 0; a chip has nothing to compute}}
func.func @nothing(%x: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  return %x : tensor<1x1x3xf32>
}

// -----

func.func @steps(%x: tensor<1x3xi1>) -> (tensor<2x1x3xi1>, tensor<3x1x3xi1>) {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  // expected-error@below {{runs 3 time steps, but the program has 2; all layers must run as many}}
  %u = spike.repeat_time %x : tensor<1x3xi1> -> tensor<3x1x3xi1>
  return %t, %u : tensor<2x1x3xi1>, tensor<3x1x3xi1>
}

// -----

func.func @two_factors(%x: tensor<1x3xi1>) -> tensor<2x1x3xf32> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  %y = spike.scale %t by 3.0 divide : tensor<2x1x3xi1> -> tensor<2x1x3xf32>
  // expected-error@below {{is the second factor of an output; fold the factors into one}}
  %z = spike.scale %y by 0.3 : tensor<2x1x3xf32> -> tensor<2x1x3xf32>
  return %z : tensor<2x1x3xf32>
}

// -----

func.func @number(%x: tensor<1x3xi1>) -> tensor<2xf32> {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  // expected-error@below {{of layer 'reduce' returns a number without an axis; keep an axis of one element}}
  %y = spike.reduce sum %t dims [1, 2] : tensor<2x1x3xi1> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// expected-error@below {{argument 0 has no axis besides time; give it an axis for the batch}}
func.func @scalar(%x: tensor<f32>) -> tensor<2xf32> {
  %t = spike.repeat_time %x : tensor<f32> -> tensor<2xf32>
  return %t : tensor<2xf32>
}
