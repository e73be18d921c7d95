// Elementwise ops, normalisation, windows and reductions.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @add_align(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{add_c1: the operands' shapes do not align}}
  %0 = spike.add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @add_shape(%a: tensor<2x1xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{add_c1: expected result shape [2, 3], got [2, 1]}}
  %0 = spike.add %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @add_element(%a: tensor<2xf32>, %b: tensor<2xi1>) {
  // expected-error @+1 {{add_c2: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.add %a, %b : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xi32>
  return
}

// -----

func.func @mask_align(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{mask_c1: the operands' shapes do not align}}
  %0 = spike.mask %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @mask_shape(%a: tensor<2x1xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{mask_c1: expected result shape [2, 3], got [2, 1]}}
  %0 = spike.mask %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @mask_element(%a: tensor<2xf32>, %b: tensor<2xi1>) {
  // expected-error @+1 {{mask_c2: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.mask %a, %b : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xi32>
  return
}

// -----

func.func @scale_zero(%x: tensor<2xf32>) {
  // expected-error @+1 {{scale_c1: expected a finite factor, not zero for a division, got 0.0}}
  %0 = spike.scale %x by 0.0 divide : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @scale_nan(%x: tensor<2xf32>) {
  // expected-error @+1 {{scale_c1: expected a finite factor, not zero for a division, got nan}}
  %0 = spike.scale %x by 0x7FC00000 : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @scale_infinite(%x: tensor<2xf32>) {
  // expected-error @+1 {{scale_c1: expected a finite factor, not zero for a division, got -INF}}
  %0 = spike.scale %x by 0xFF800000 : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @scale_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{scale_c1: expected result shape [2], got [3]}}
  %0 = spike.scale %x by 2.0 : tensor<2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @scale_element(%x: tensor<2xi8>) {
  // expected-error @+1 {{scale_c2: expected an f32 result, got 'i8'}}
  %0 = spike.scale %x by 2.0 : tensor<2xi8> -> tensor<2xi8>
  return
}

// -----

func.func @scale_factor(%x: tensor<2xf32>) {
  // expected-error @+2 {{unexpected decimal integer literal for a floating point value}}
  // expected-note @+1 {{add a trailing dot to make the literal a float}}
  %0 = spike.scale %x by 2 : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @batch_norm_shape(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c1: expected result shape [2, 3], got [3, 2]}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @batch_norm_axis(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c1: expected an axis below rank 2, got 2}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 2 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_eps(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected a finite eps of at least zero, got -1.0}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps -1.0 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_eps_nan(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected a finite eps of at least zero, got nan}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0x7FF8000000000000 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_mean(%x: tensor<2x3xf32>, %m: tensor<2xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected mean of shape [3], got [2]}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_var(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<2xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected var of shape [3], got [2]}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<2xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_gamma(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected gamma of shape [3], got [2]}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_beta(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{batch_norm_c2: expected beta of shape [3], got [2]}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_element(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c3: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 0.1 axis 1 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xi32>
  return
}

// -----

func.func @pool_rank(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{pool_c1: expected an input of rank 3 or more, got 2}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<4x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @pool_kernel(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c1: expected a kernel of two axes, got 1}}
  %0 = spike.pool max %x kernel [1] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_strides(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: expected 2 strides, got 3}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_padding(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: expected 4 padding values, got 2}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1] padding [0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_dilations(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: expected 2 dilations, got 3}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1] padding [0, 0, 0, 0] dilations [1, 1, 1] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_window(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: a window of 5 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.pool max %x kernel [5, 5] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_kernel_zero(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: a window of 0 does not fit a padded axis of length 4, or its stride, padding or dilation is out of range}}
  %0 = spike.pool max %x kernel [0, 1] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_shape(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c2: expected result shape [1, 2, 3, 3], got [1, 2, 4, 4]}}
  %0 = spike.pool max %x kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @pool_outside(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c3: padding of 1 leaves a window without any element of the image}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1] padding [1, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x5x4xf32>
  return
}

// -----

func.func @pool_element(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{pool_c4: expected element type 'f32', got 'i1'}}
  %0 = spike.pool max %x kernel [1, 1] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xi1>
  return
}

// -----

func.func @pool_mean(%x: tensor<1x2x4x4xi1>) {
  // expected-error @+1 {{pool_c4: expected an f32 mean, got 'i1'}}
  %0 = spike.pool avg %x kernel [1, 1] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x2x4x4xi1> -> tensor<1x2x4x4xi1>
  return
}

// -----

func.func @reduce_none(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c1: expected at least one axis}}
  %0 = spike.reduce sum %x dims [] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_descending(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c1: expected ascending axes below rank 2, got 0}}
  %0 = spike.reduce sum %x dims [1, 0] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_twice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c1: expected ascending axes below rank 2, got 1}}
  %0 = spike.reduce sum %x dims [1, 1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_outside(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c1: expected ascending axes below rank 2, got 2}}
  %0 = spike.reduce sum %x dims [2] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_negative(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c1: expected ascending axes below rank 2, got -1}}
  %0 = spike.reduce sum %x dims [-1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c2: expected result shape [2, 1], got [2]}}
  %0 = spike.reduce sum %x dims [1] keep_dims : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_max(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c4: expected element type 'f32', got 'i1'}}
  %0 = spike.reduce max %x dims [1] : tensor<2x3xf32> -> tensor<2xi1>
  return
}

// -----

func.func @reduce_mean(%x: tensor<2x3xi1>) {
  // expected-error @+1 {{reduce_c4: expected an f32 mean, got 'i32'}}
  %0 = spike.reduce mean %x dims [1] : tensor<2x3xi1> -> tensor<2xi32>
  return
}

// -----

func.func @reduce_nonzero(%x: tensor<2x3xi1>) {
  // expected-error @+1 {{reduce_c4: expected an integer number of nonzero elements, got 'f32'}}
  %0 = spike.reduce nonzero %x dims [1] : tensor<2x3xi1> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_element(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reduce_c4: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.reduce sum %x dims [1] : tensor<2x3xf32> -> tensor<2xi32>
  return
}

// -----

func.func @kind(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected one of [sum, mean, max, nonzero] for what a reduction computes, got: median}}
  %0 = spike.reduce median %x dims [1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @quantize_factor(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c1: expected a finite factor above zero, got 0.0}}
  %0 = spike.quantize %x by 0.0 in [0, 3] : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @quantize_zero(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c2: expected an interval within +-16777216 that holds 0, got [1, 3]}}
  %0 = spike.quantize %x by 1.0 in [1, 3] : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @quantize_large(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c2: expected an interval within +-16777216 that holds 0, got [0, 16777217]}}
  %0 = spike.quantize %x by 1.0 in [0, 16777217] : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @quantize_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c3: expected result shape [2], got [3]}}
  %0 = spike.quantize %x by 1.0 in [0, 3] : tensor<2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @quantize_count(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c3: expected an element type that holds -1 to 3, got '!spike.count<max = 3>'}}
  %0 = spike.quantize %x by 1.0 in [-1, 3] : tensor<2xf32> -> tensor<2x!spike.count<max = 3>>
  return
}

// -----

func.func @quantize_byte(%x: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c3: expected an element type that holds 0 to 255, got 'i8'}}
  %0 = spike.quantize %x by 1.0 in [0, 255] : tensor<2xf32> -> tensor<2xi8>
  return
}
