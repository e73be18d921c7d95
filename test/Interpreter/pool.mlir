// Maximum and mean over windows, in both layouts; expected values computed apart from the compiler.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// The padding does not take part: negative values stay.
func.func @max() {
  %x = spike.constant dense<[[[[-2.0, -1.0, -3.0, -3.0], [-3.0, -3.0, -3.0, -2.0], [-3.0, -2.0, -3.0, -2.0]], [[-3.0, -1.0, -3.0, -3.0], [-2.0, -1.0, -2.0, -2.0], [-2.0, -2.0, -3.0, -2.0]]]]> : tensor<1x2x3x4xf32>
  %want = spike.constant dense<[[[[-1.0, -1.0], [-2.0, -2.0]], [[-1.0, -1.0], [-1.0, -1.0]]]]> : tensor<1x2x2x2xf32>
  %y = spike.pool max %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first : tensor<1x2x3x4xf32> -> tensor<1x2x2x2xf32>
  check.expect_eq %y, %want : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x2x3x4xf32> -> tensor<1x3x4x2xf32>
  %yl = spike.pool max %xl kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_last : tensor<1x3x4x2xf32> -> tensor<1x2x2x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
  return
}

// -----

// Dilation.
func.func @max_dilated() {
  %x = spike.constant dense<[[[[-2.0, 2.0, 1.0, -1.0], [-1.0, 1.0, 0.0, -1.0], [-2.0, 0.0, 0.0, 1.0], [-2.0, 1.0, 0.0, 0.0]]]]> : tensor<1x1x4x4xf32>
  %want = spike.constant dense<[[[[1.0], [0.0]]]]> : tensor<1x1x2x1xf32>
  %y = spike.pool max %x kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] dilations [2, 3] channels_first : tensor<1x1x4x4xf32> -> tensor<1x1x2x1xf32>
  check.expect_eq %y, %want : tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x1x4x4xf32> -> tensor<1x4x4x1xf32>
  %yl = spike.pool max %xl kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] dilations [2, 3] channels_last : tensor<1x4x4x1xf32> -> tensor<1x2x1x1xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x1x2x1xf32> -> tensor<1x2x1x1xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>
  return
}

// -----

// Without the padding the border divides by fewer.
func.func @avg() {
  %x = spike.constant dense<[[[[0.0, 0.0], [-4.0, 8.0]], [[-8.0, 0.0], [4.0, 8.0]]]]> : tensor<1x2x2x2xf32>
  %want = spike.constant dense<[[[[0.0, 0.0, 0.0], [-2.0, 1.0, 4.0], [-4.0, 2.0, 8.0]], [[-8.0, -4.0, 0.0], [-2.0, 1.0, 4.0], [4.0, 6.0, 8.0]]]]> : tensor<1x2x3x3xf32>
  %y = spike.pool avg %x kernel [2, 2] strides [1, 1] padding [1, 1, 1, 1] channels_first : tensor<1x2x2x2xf32> -> tensor<1x2x3x3xf32>
  check.expect_eq %y, %want : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  %yl = spike.pool avg %xl kernel [2, 2] strides [1, 1] padding [1, 1, 1, 1] channels_last : tensor<1x2x2x2xf32> -> tensor<1x3x3x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x3x3xf32> -> tensor<1x3x3x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x3x3x2xf32>, tensor<1x3x3x2xf32>
  return
}

// -----

// With it, every window divides by its size.
func.func @avg_include() {
  %x = spike.constant dense<[[[[4.0, 8.0], [0.0, 0.0]], [[8.0, -4.0], [-8.0, -8.0]]]]> : tensor<1x2x2x2xf32>
  %want = spike.constant dense<[[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0], [0.0, 0.0, 0.0]], [[2.0, 1.0, -1.0], [0.0, -3.0, -3.0], [-2.0, -4.0, -2.0]]]]> : tensor<1x2x3x3xf32>
  %y = spike.pool avg %x kernel [2, 2] strides [1, 1] padding [1, 1, 1, 1] count_include_pad channels_first : tensor<1x2x2x2xf32> -> tensor<1x2x3x3xf32>
  check.expect_eq %y, %want : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  %yl = spike.pool avg %xl kernel [2, 2] strides [1, 1] padding [1, 1, 1, 1] count_include_pad channels_last : tensor<1x2x2x2xf32> -> tensor<1x3x3x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x3x3xf32> -> tensor<1x3x3x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x3x3x2xf32>, tensor<1x3x3x2xf32>
  return
}

// -----

// Padding that differs on every side.
func.func @uneven() {
  %x = spike.constant dense<[[[[1.0, -1.0, 0.0], [1.0, -1.0, -2.0], [-1.0, -1.0, 1.0]]]]> : tensor<1x1x3x3xf32>
  %want = spike.constant dense<[[[[0.0, 0.0], [-0.5, -0.25]]]]> : tensor<1x1x2x2xf32>
  %y = spike.pool avg %x kernel [2, 2] strides [2, 2] padding [1, 0, 0, 1] count_include_pad channels_first : tensor<1x1x3x3xf32> -> tensor<1x1x2x2xf32>
  check.expect_eq %y, %want : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x1x3x3xf32> -> tensor<1x3x3x1xf32>
  %yl = spike.pool avg %xl kernel [2, 2] strides [2, 2] padding [1, 0, 0, 1] count_include_pad channels_last : tensor<1x3x3x1xf32> -> tensor<1x2x2x1xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x1x2x2xf32> -> tensor<1x2x2x1xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>
  return
}

// -----

// The maximum of spikes is their OR; integers may be negative; no number wins, and so does +0 over -0.
func.func @max_elements() {
  %s = spike.constant dense<[[[false, true], [false, false]], [[false, false], [false, false]]]> : tensor<2x2x2xi1>
  %0 = spike.pool max %s kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<2x2x2xi1> -> tensor<2x1x1xi1>
  %want0 = spike.constant dense<[[[true]], [[false]]]> : tensor<2x1x1xi1>
  check.expect_eq %0, %want0 : tensor<2x1x1xi1>, tensor<2x1x1xi1>
  %i = spike.constant dense<[[[-3, -2]]]> : tensor<1x1x2xi8>
  %1 = spike.pool max %i kernel [1, 2] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<1x1x2xi8> -> tensor<1x1x1xi8>
  %want1 = spike.constant dense<-2> : tensor<1x1x1xi8>
  check.expect_eq %1, %want1 : tensor<1x1x1xi8>, tensor<1x1x1xi8>
  %f = spike.constant dense<[[[1.0, 0x7FC00000]], [[-0.0, 0.0]]]> : tensor<2x1x2xf32>
  %2 = spike.pool max %f kernel [1, 2] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<2x1x2xf32> -> tensor<2x1x1xf32>
  %want2 = spike.constant dense<[[[0x7FC00000]], [[0.0]]]> : tensor<2x1x1xf32>
  check.expect_eq %2, %want2 : tensor<2x1x1xf32>, tensor<2x1x1xf32>
  return
}

// -----

// A window much larger than the image costs no more than the image.
func.func @huge_window() {
  %x = spike.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %0 = spike.pool avg %x kernel [1, 2000000000] strides [1, 2000000000] padding [0, 0, 1999999998, 0] channels_first
      : tensor<1x1x2xf32> -> tensor<1x1x1xf32>
  %want = spike.constant dense<1.5> : tensor<1x1x1xf32>
  check.expect_eq %0, %want : tensor<1x1x1xf32>, tensor<1x1x1xf32>
  return
}
