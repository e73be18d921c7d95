// Types: what may flow, and how much of it.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @dynamic(%x: tensor<?xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values of f32, i1, i8, i16, i32 or !spike.count, but got 'tensor<?xf32>'}}
  %0 = spike.scale %x by 2.0 : tensor<?xf32> -> tensor<?xf32>
  return
}

// -----

func.func @empty(%x: tensor<2x0xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values}}
  %0 = spike.scale %x by 2.0 : tensor<2x0xf32> -> tensor<2x0xf32>
  return
}

// -----

func.func @too_many(%x: tensor<1099511627777xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values}}
  %0 = spike.scale %x by 2.0 : tensor<1099511627777xf32> -> tensor<1099511627777xf32>
  return
}

// -----

func.func @overflow(%x: tensor<4294967296x4294967296x1xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values}}
  %0 = spike.reshape %x : tensor<4294967296x4294967296x1xf32> -> tensor<1xf32>
  return
}

// -----

func.func @unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{invalid kind of type specified: expected builtin.tensor, but found 'tensor<*xf32>'}}
  %0 = spike.scale %x by 2.0 : tensor<*xf32> -> tensor<*xf32>
  return
}

// -----

func.func @double(%x: tensor<2xf64>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values of f32, i1, i8, i16, i32 or !spike.count, but got 'tensor<2xf64>'}}
  %0 = spike.scale %x by 2.0 : tensor<2xf64> -> tensor<2xf64>
  return
}

// -----

func.func @unsigned(%x: tensor<2xui8>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1 to 2^40 values}}
  %0 = spike.reshape %x : tensor<2xui8> -> tensor<2xui8>
  return
}

// -----

func.func @wide(%x: tensor<2xf32>) {
  // expected-error @+1 {{result #0 must be statically shaped tensor of 1 to 2^40 values}}
  %0 = spike.cast %x : tensor<2xf32> -> tensor<2xi64>
  return
}

// -----

func.func @weight(%x: tensor<2xf32>, %w: tensor<2x2xi8>) {
  // expected-error @+1 {{operand #1 must be statically shaped tensor of f32 values, but got 'tensor<2x2xi8>'}}
  %0 = spike.linear %x, %w : (tensor<2xf32>, tensor<2x2xi8>) -> tensor<2xf32>
  return
}

// -----

func.func @count_zero() {
  // expected-error @+1 {{expected a largest count between 1 and 2147483647, got 0}}
  %0 = spike.constant dense<0> : tensor<1xi32> as tensor<1x!spike.count<max = 0>>
  return
}

// -----

func.func @count_too_large() {
  // expected-error @+1 {{expected a largest count between 1 and 2147483647, got 2147483648}}
  %0 = spike.constant dense<0> : tensor<1xi32> as tensor<1x!spike.count<max = 2147483648>>
  return
}
