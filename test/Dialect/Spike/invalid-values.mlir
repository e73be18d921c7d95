// Constants, casts and ops that move elements.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @constant_type() {
  // expected-error @+1 {{constant_c1: expected a value of type 'tensor<3xf32>', got 'tensor<2xf32>'}}
  %0 = spike.constant dense<0.0> : tensor<2xf32> as tensor<3xf32>
  return
}

// -----

func.func @constant_element() {
  // expected-error @+1 {{constant_c1: expected a value of type 'tensor<2xi16>', got 'tensor<2xi8>'}}
  %0 = spike.constant dense<0> : tensor<2xi8> as tensor<2xi16>
  return
}

// -----

func.func @constant_vector() {
  // expected-error @+1 {{constant_c1: expected a value of type 'tensor<2xf32>', got 'vector<2xf32>'}}
  %0 = "spike.constant"() {value = dense<0.0> : vector<2xf32>} : () -> tensor<2xf32>
  return
}

// -----

func.func @constant_no_tensor() {
  // expected-error @+1 {{expected a ranked tensor, got 'vector<2xf32>'}}
  %0 = spike.constant dense<0.0> : vector<2xf32>
  return
}

// -----

func.func @constant_storage() {
  // expected-error @+1 {{constant_c2: expected counts to be stored as dense i32 values, got 'tensor<2xi8>'}}
  %0 = spike.constant dense<0> : tensor<2xi8> as tensor<2x!spike.count<max = 3>>
  return
}

// -----

func.func @constant_count_resource() {
  // expected-error @+1 {{constant_c2: expected counts to be stored as dense i32 values}}
  %0 = spike.constant dense_resource<w> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  return
}

// -----

func.func @constant_count_large() {
  // expected-error @+1 {{constant_c2: value 4 does not fit '!spike.count<max = 3>'}}
  %0 = spike.constant dense<[3, 4]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  return
}

// -----

func.func @constant_count_negative() {
  // expected-error @+1 {{constant_c2: value -1 does not fit '!spike.count<max = 3>'}}
  %0 = spike.constant dense<-1> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  return
}

// -----

func.func @constant_sparse() {
  // expected-error @+1 {{constant_c3: expected dense<...> or dense_resource<...>, got sparse}}
  %0 = spike.constant sparse<[[0]], [1.0]> : tensor<2xf32>
  return
}

// -----

func.func @constant_resource() {
  // expected-error @+1 {{constant_c3: expected resource 'short' to hold 8 bytes, got 4}}
  %0 = spike.constant dense_resource<short> : tensor<2xf32>
  return
}

{-# dialect_resources: { builtin: { short: "0x040000000000803F" } } #-}

// -----

func.func @cast(%x: tensor<2xf32>) {
  // expected-error @+1 {{cast_c1: expected result shape [2], got [1, 2]}}
  %0 = spike.cast %x : tensor<2xf32> -> tensor<1x2xi1>
  return
}

// -----

func.func @repeat_time(%x: tensor<2xf32>) {
  // expected-error @+1 {{repeat_time_c1: expected the input's shape behind a leading time axis}}
  %0 = spike.repeat_time %x : tensor<2xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @repeat_time_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{repeat_time_c1: expected the input's shape behind a leading time axis}}
  %0 = spike.repeat_time %x : tensor<f32> -> tensor<f32>
  return
}

// -----

func.func @repeat_time_element(%x: tensor<2xf32>) {
  // expected-error @+1 {{repeat_time_c2: expected element type 'f32', got 'i1'}}
  %0 = spike.repeat_time %x : tensor<2xf32> -> tensor<4x2xi1>
  return
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reshape_c1: expected 6 elements, got 5}}
  %0 = spike.reshape %x : tensor<2x3xf32> -> tensor<5xf32>
  return
}

// -----

func.func @reshape_element(%x: tensor<2xi1>) {
  // expected-error @+1 {{reshape_c2: expected element type 'i1', got 'i8'}}
  %0 = spike.reshape %x : tensor<2xi1> -> tensor<2xi8>
  return
}

// -----

func.func @transpose_repeated(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: expected a permutation of 2 axes}}
  %0 = spike.transpose %x [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @transpose_outside(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: expected a permutation of 2 axes}}
  %0 = spike.transpose %x [0, 2] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_negative(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: expected a permutation of 2 axes}}
  %0 = spike.transpose %x [-1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  return
}

// -----

func.func @transpose_short(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: expected a permutation of 2 axes, got 1}}
  %0 = spike.transpose %x [1] : tensor<2x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @transpose_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c2: expected result shape [3, 2], got [2, 3]}}
  %0 = spike.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_element(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c3: expected element type 'f32', got 'i1'}}
  %0 = spike.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xi1>
  return
}

// -----

func.func @slice_axis(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c1: expected an axis below rank 2 and a result of that rank}}
  %0 = spike.slice %x axis 2 offset 0 : tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @slice_rank(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c1: expected an axis below rank 2 and a result of that rank}}
  %0 = spike.slice %x axis 1 offset 0 : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @slice_negative(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{attribute 'axis' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
  %0 = spike.slice %x axis -1 offset 0 : tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @slice_other(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c2: expected axis 0 to keep its 2 elements, got 1}}
  %0 = spike.slice %x axis 1 offset 0 : tensor<2x3xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @slice_outside(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c2: elements 2 to 4 lie outside an axis of 3}}
  %0 = spike.slice %x axis 1 offset 2 : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_far(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c2: elements 9223372036854775807 to 9223372036854775809 lie outside an axis of 3}}
  %0 = spike.slice %x axis 1 offset 9223372036854775807 : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_element(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c3: expected element type 'f32', got 'i1'}}
  %0 = spike.slice %x axis 1 offset 0 : tensor<2x3xf32> -> tensor<2x2xi1>
  return
}
