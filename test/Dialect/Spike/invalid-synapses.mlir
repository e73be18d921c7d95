// Linear maps, convolutions and matrix products.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @linear_rank(%x: tensor<f32>, %w: tensor<2x2xf32>) {
  // expected-error @+1 {{linear_c1: expected an input of rank 1 or more and a weight of rank 2, got ranks 0 and 2}}
  %0 = spike.linear %x, %w : (tensor<f32>, tensor<2x2xf32>) -> tensor<f32>
  return
}

// -----

func.func @linear_weight_rank(%x: tensor<2xf32>, %w: tensor<2xf32>) {
  // expected-error @+1 {{linear_c1: expected an input of rank 1 or more and a weight of rank 2, got ranks 1 and 1}}
  %0 = spike.linear %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @linear_features(%x: tensor<3xf32>, %w: tensor<4x2xf32>) {
  // expected-error @+1 {{linear_c2: expected 2 input features as in the weight, got 3}}
  %0 = spike.linear %x, %w : (tensor<3xf32>, tensor<4x2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @linear_shape(%x: tensor<1x2xf32>, %w: tensor<4x2xf32>) {
  // expected-error @+1 {{linear_c3: expected result shape [1, 4], got [1, 2]}}
  %0 = spike.linear %x, %w : (tensor<1x2xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @linear_bias(%x: tensor<2xf32>, %w: tensor<4x2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{linear_c3: expected bias of shape [4], got [2]}}
  %0 = spike.linear %x, %w, %b : (tensor<2xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @linear_element(%x: tensor<2xi1>, %w: tensor<4x2xf32>) {
  // expected-error @+1 {{linear_c3: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.linear %x, %w : (tensor<2xi1>, tensor<4x2xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @conv_weight_rank(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2xf32>) {
  // expected-error @+1 {{conv_c1: expected a weight of rank 3 or 4, got 2}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_input_rank(%x: tensor<4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c1: expected an input of rank 3 or more, got 2}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @conv_groups(%x: tensor<1x3x4x4xf32>, %w: tensor<2x1x1x1xf32>) {
  // expected-error @+1 {{conv_c2: expected 3 input and 2 output channels to be multiples of 2 groups}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_first : (tensor<1x3x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_groups_out(%x: tensor<1x4x4x4xf32>, %w: tensor<3x2x1x1xf32>) {
  // expected-error @+1 {{conv_c2: expected 4 input and 3 output channels to be multiples of 2 groups}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_first : (tensor<1x4x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @conv_no_groups(%x: tensor<1x4x4x4xf32>, %w: tensor<4x4x1x1xf32>) {
  // expected-error @+1 {{attribute 'groups' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 0 channels_first : (tensor<1x4x4x4xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x4x4xf32>
  return
}

// -----

func.func @conv_channels(%x: tensor<1x3x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c3: expected 2 input channels as in the weight, got 3}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x3x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_channels_last(%x: tensor<1x3x4x4xf32>, %w: tensor<2x3x1x1xf32>) {
  // expected-error @+1 {{conv_c3: expected 3 input channels as in the weight, got 4}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_last : (tensor<1x3x4x4xf32>, tensor<2x3x1x1xf32>) -> tensor<1x3x4x2xf32>
  return
}

// -----

func.func @conv_strides(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: expected 2 strides, got 1}}
  %0 = spike.conv %x, %w strides [1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_padding(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: expected 4 padding values, got 2}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_dilations(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: expected 2 dilations, got 1}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] dilations [1] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_window(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x5x5xf32>) {
  // expected-error @+1 {{conv_c4: a window of 5 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x5x5xf32>) -> tensor<1x2x1x1xf32>
  return
}

// -----

func.func @conv_stride_zero(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: a window of 1 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [0, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_stride_huge(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: a window of 1 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [9223372036854775807, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x1x4xf32>
  return
}

// -----

func.func @conv_padding_negative(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: a window of 1 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [1, 1] padding [-1, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x3x4xf32>
  return
}

// -----

func.func @conv_padding_huge(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) {
  // expected-error @+1 {{conv_c4: a window of 1 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 9223372036854775807] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_dilation_huge(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x2x2xf32>) {
  // expected-error @+1 {{conv_c4: a window of 2 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] dilations [1, 4611686018427387904] channels_first : (tensor<1x2x4x4xf32>, tensor<2x2x2x2xf32>) -> tensor<1x2x3x1xf32>
  return
}

// -----

func.func @conv_shape(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x1x1xf32>) {
  // expected-error @+1 {{conv_c5: expected result shape [1, 3, 4, 4], got [1, 2, 4, 4]}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @conv_bias(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x1x1xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{conv_c6: expected bias of shape [3], got [2]}}
  %0 = spike.conv %x, %w, %b strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>, tensor<2xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @conv_element(%x: tensor<1x2x4x4xi1>, %w: tensor<3x2x1x1xf32>) {
  // expected-error @+1 {{conv_c6: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x2x4x4xi1>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xi32>
  return
}

// -----

func.func @matmul_rank(%a: tensor<2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{matmul_c1: expected operands of one rank, at least 2, got 1 and 1}}
  %0 = spike.matmul %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @matmul_ranks(%a: tensor<2x2xf32>, %b: tensor<1x2x2xf32>) {
  // expected-error @+1 {{matmul_c1: expected operands of one rank, at least 2, got 2 and 3}}
  %0 = spike.matmul %a, %b : (tensor<2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return
}

// -----

func.func @matmul_batch(%a: tensor<2x2x2xf32>, %b: tensor<1x2x2xf32>) {
  // expected-error @+1 {{matmul_c2: expected equal leading axes of both operands}}
  %0 = spike.matmul %a, %b : (tensor<2x2x2xf32>, tensor<1x2x2xf32>) -> tensor<2x2x2xf32>
  return
}

// -----

func.func @matmul_inner(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{matmul_c3: expected equal inner dimensions, got 3 and 2}}
  %0 = spike.matmul %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @matmul_inner_transposed(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{matmul_c3: expected equal inner dimensions, got 2 and 3}}
  %0 = spike.matmul %a, %b transpose_lhs transpose_rhs : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @matmul_shape(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{matmul_c4: expected result shape [2, 2], got [2, 3]}}
  %0 = spike.matmul %a, %b transpose_rhs : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @matmul_element(%a: tensor<2x3xi1>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{matmul_c4: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.matmul %a, %b transpose_rhs : (tensor<2x3xi1>, tensor<2x3xf32>) -> tensor<2x2xi32>
  return
}
