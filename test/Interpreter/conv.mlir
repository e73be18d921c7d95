// Convolutions in both layouts; the expected values were computed apart from the compiler, on whole numbers.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// Two channels in and out, no padding.
func.func @plain() {
  %x = spike.constant dense<[[[[-1.0, 1.0, 0.0], [0.0, -2.0, -2.0], [-2.0, -2.0, -1.0]], [[2.0, 2.0, -1.0], [-2.0, 2.0, -1.0], [2.0, -2.0, 2.0]]]]> : tensor<1x2x3x3xf32>
  %w = spike.constant dense<[[[[-2.0, 2.0], [-1.0, 2.0]], [[-1.0, -1.0], [0.0, 1.0]]], [[[0.0, 2.0], [2.0, -2.0]], [[-2.0, -1.0], [2.0, 1.0]]]]> : tensor<2x2x2x2xf32>
  %want = spike.constant dense<[[[[-2.0, -6.0], [-8.0, 1.0]], [[-2.0, 0.0], [0.0, -11.0]]]]> : tensor<1x2x2x2xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first
      : (tensor<1x2x3x3xf32>, tensor<2x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  check.expect_eq %y, %want : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x2x3x3xf32> -> tensor<1x3x3x2xf32>
  %yl = spike.conv %xl, %w strides [1, 1] padding [0, 0, 0, 0] channels_last
      : (tensor<1x3x3x2xf32>, tensor<2x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
  return
}

// -----

// Padding that differs on every side, a bias.
func.func @padded() {
  %x = spike.constant dense<[[[[2.0, 0.0, 1.0], [-2.0, 0.0, -1.0]]]]> : tensor<1x1x2x3xf32>
  %w = spike.constant dense<[[[[1.0, 2.0], [-1.0, -2.0]]], [[[2.0, -1.0], [-1.0, 1.0]]]]> : tensor<2x1x2x2xf32>
  %b = spike.constant dense<[0.0, -1.0]> : tensor<2xf32>
  %want = spike.constant dense<[[[[0.0, -4.0, -2.0, -2.0, -1.0], [0.0, 8.0, 4.0, 4.0, 2.0]], [[-1.0, 1.0, -3.0, 0.0, -2.0], [-1.0, -5.0, 5.0, -3.0, 2.0]]]]> : tensor<1x2x2x5xf32>
  %y = spike.conv %x, %w, %b strides [1, 1] padding [1, 0, 2, 1] channels_first
      : (tensor<1x1x2x3xf32>, tensor<2x1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x5xf32>
  check.expect_eq %y, %want : tensor<1x2x2x5xf32>, tensor<1x2x2x5xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x1x2x3xf32> -> tensor<1x2x3x1xf32>
  %yl = spike.conv %xl, %w, %b strides [1, 1] padding [1, 0, 2, 1] channels_last
      : (tensor<1x2x3x1xf32>, tensor<2x1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x5x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x2x5xf32> -> tensor<1x2x5x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x5x2xf32>, tensor<1x2x5x2xf32>
  return
}

// -----

// Strides, and a batch.
func.func @strided() {
  %x = spike.constant dense<[[[[1.0, -1.0, 2.0, 2.0, 2.0], [-2.0, -1.0, 1.0, -1.0, 0.0], [2.0, 1.0, -2.0, 0.0, 2.0], [0.0, 1.0, 1.0, 1.0, -2.0]]], [[[1.0, -1.0, 2.0, 0.0, 0.0], [-2.0, 1.0, -1.0, 2.0, -2.0], [2.0, 2.0, 1.0, 1.0, 0.0], [-2.0, 2.0, -1.0, 0.0, -2.0]]]]> : tensor<2x1x4x5xf32>
  %w = spike.constant dense<[[[[1.0, -2.0, -2.0], [-2.0, -2.0, 1.0]]]]> : tensor<1x1x2x3xf32>
  %want = spike.constant dense<[[[[6.0, -6.0], [3.0, -12.0]]], [[[0.0, -2.0], [-5.0, -1.0]]]]> : tensor<2x1x2x2xf32>
  %y = spike.conv %x, %w strides [2, 2] padding [0, 0, 0, 0] channels_first
      : (tensor<2x1x4x5xf32>, tensor<1x1x2x3xf32>) -> tensor<2x1x2x2xf32>
  check.expect_eq %y, %want : tensor<2x1x2x2xf32>, tensor<2x1x2x2xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<2x1x4x5xf32> -> tensor<2x4x5x1xf32>
  %yl = spike.conv %xl, %w strides [2, 2] padding [0, 0, 0, 0] channels_last
      : (tensor<2x4x5x1xf32>, tensor<1x1x2x3xf32>) -> tensor<2x2x2x1xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<2x1x2x2xf32> -> tensor<2x2x2x1xf32>
  check.expect_eq %yl, %wantl : tensor<2x2x2x1xf32>, tensor<2x2x2x1xf32>
  return
}

// -----

// Dilation with padding: some taps of a row lie inside, some outside.
func.func @dilated() {
  %x = spike.constant dense<[[[[-1.0, 0.0, -2.0, 2.0], [1.0, 0.0, 0.0, 1.0], [-2.0, -1.0, -1.0, 0.0], [-2.0, -2.0, 2.0, -2.0]]]]> : tensor<1x1x4x4xf32>
  %w = spike.constant dense<[[[[-1.0, 0.0], [2.0, -1.0]]]]> : tensor<1x1x2x2xf32>
  %want = spike.constant dense<[[[[0.0, 1.0, 0.0], [1.0, -3.0, -2.0], [-2.0, -3.0, -4.0], [0.0, 2.0, 1.0]]]]> : tensor<1x1x4x3xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] dilations [2, 3] channels_first
      : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x4x3xf32>
  check.expect_eq %y, %want : tensor<1x1x4x3xf32>, tensor<1x1x4x3xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x1x4x4xf32> -> tensor<1x4x4x1xf32>
  %yl = spike.conv %xl, %w strides [1, 1] padding [1, 1, 1, 1] dilations [2, 3] channels_last
      : (tensor<1x4x4x1xf32>, tensor<1x1x2x2xf32>) -> tensor<1x4x3x1xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x1x4x3xf32> -> tensor<1x4x3x1xf32>
  check.expect_eq %yl, %wantl : tensor<1x4x3x1xf32>, tensor<1x4x3x1xf32>
  return
}

// -----

// Two groups of two channels in and one out.
func.func @grouped() {
  %x = spike.constant dense<[[[[2.0, 2.0], [-2.0, 1.0]], [[0.0, 2.0], [0.0, -1.0]], [[0.0, 2.0], [-2.0, 1.0]], [[-1.0, 1.0], [-2.0, 2.0]]]]> : tensor<1x4x2x2xf32>
  %w = spike.constant dense<[[[[0.0, -2.0]], [[2.0, -1.0]]], [[[0.0, 0.0]], [[0.0, -2.0]]]]> : tensor<2x2x1x2xf32>
  %want = spike.constant dense<[[[[-6.0], [-1.0]], [[-2.0], [-4.0]]]]> : tensor<1x2x2x1xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_first
      : (tensor<1x4x2x2xf32>, tensor<2x2x1x2xf32>) -> tensor<1x2x2x1xf32>
  check.expect_eq %y, %want : tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x4x2x2xf32> -> tensor<1x2x2x4xf32>
  %yl = spike.conv %xl, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last
      : (tensor<1x2x2x4xf32>, tensor<2x2x1x2xf32>) -> tensor<1x2x1x2xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x2x2x1xf32> -> tensor<1x2x1x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>
  return
}

// -----

// One channel per group.
func.func @depthwise() {
  %x = spike.constant dense<[[[[-2.0, 2.0], [1.0, 2.0]], [[-1.0, 2.0], [1.0, 1.0]], [[-1.0, 2.0], [-2.0, 2.0]]]]> : tensor<1x3x2x2xf32>
  %w = spike.constant dense<[[[[0.0, -1.0], [-1.0, 0.0]]], [[[0.0, 1.0], [2.0, -2.0]]], [[[2.0, -1.0], [0.0, -2.0]]]]> : tensor<3x1x2x2xf32>
  %want = spike.constant dense<[[[[2.0], [-3.0]], [[-6.0], [2.0]], [[-4.0], [-8.0]]]]> : tensor<1x3x2x1xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [1, 0, 0, 0] groups 3 channels_first
      : (tensor<1x3x2x2xf32>, tensor<3x1x2x2xf32>) -> tensor<1x3x2x1xf32>
  check.expect_eq %y, %want : tensor<1x3x2x1xf32>, tensor<1x3x2x1xf32>
  %xl = spike.transpose %x [0, 2, 3, 1] : tensor<1x3x2x2xf32> -> tensor<1x2x2x3xf32>
  %yl = spike.conv %xl, %w strides [1, 1] padding [1, 0, 0, 0] groups 3 channels_last
      : (tensor<1x2x2x3xf32>, tensor<3x1x2x2xf32>) -> tensor<1x2x1x3xf32>
  %wantl = spike.transpose %want [0, 2, 3, 1] : tensor<1x3x2x1xf32> -> tensor<1x2x1x3xf32>
  check.expect_eq %yl, %wantl : tensor<1x2x1x3xf32>, tensor<1x2x1x3xf32>
  return
}

// -----

// One spatial axis.
func.func @one_axis() {
  %x = spike.constant dense<[[[-1.0, -2.0, -2.0, -1.0, -2.0], [2.0, 1.0, -2.0, -1.0, 0.0]]]> : tensor<1x2x5xf32>
  %w = spike.constant dense<[[[2.0, 1.0, 1.0], [-2.0, 1.0, -1.0]], [[-1.0, 1.0, -1.0], [-1.0, 0.0, 2.0]]]> : tensor<2x2x3xf32>
  %b = spike.constant dense<[0.0, 2.0]> : tensor<2xf32>
  %want = spike.constant dense<[[[-2.0, -10.0, -2.0], [5.0, 0.0, 2.0]]]> : tensor<1x2x3xf32>
  %y = spike.conv %x, %w, %b strides [2] padding [1, 2] channels_first
      : (tensor<1x2x5xf32>, tensor<2x2x3xf32>, tensor<2xf32>) -> tensor<1x2x3xf32>
  check.expect_eq %y, %want : tensor<1x2x3xf32>, tensor<1x2x3xf32>
  %xl = spike.transpose %x [0, 2, 1] : tensor<1x2x5xf32> -> tensor<1x5x2xf32>
  %yl = spike.conv %xl, %w, %b strides [2] padding [1, 2] channels_last
      : (tensor<1x5x2xf32>, tensor<2x2x3xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  %wantl = spike.transpose %want [0, 2, 1] : tensor<1x2x3xf32> -> tensor<1x3x2xf32>
  check.expect_eq %yl, %wantl : tensor<1x3x2xf32>, tensor<1x3x2xf32>
  return
}

// -----

// The order of the sum is (kh, kw, channel), whatever the layout: 2^24 and 1 from the first tap's channels, -2^24 from the
// second tap. Channel by channel it would be 2^24 - 2^24 + 1.
func.func @order() {
  %x = spike.constant dense<1.0> : tensor<1x2x1x2xf32>
  %w = spike.constant dense<[[[[16777216.0, -16777216.0]], [[1.0, 0.0]]]]> : tensor<1x2x1x2xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first
      : (tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>) -> tensor<1x1x1x1xf32>
  %want = spike.constant dense<0.0> : tensor<1x1x1x1xf32>
  check.expect_eq %y, %want : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
  return
}

// -----

// Spikes behind two batch axes; a window that lies wholly in the padding sums to zero.
func.func @spikes() {
  %x = spike.constant dense<true> : tensor<2x1x1x1x1xi1>
  %w = spike.constant dense<0.5> : tensor<1x1x1x1xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 1, 1] channels_first
      : (tensor<2x1x1x1x1xi1>, tensor<1x1x1x1xf32>) -> tensor<2x1x1x1x3xf32>
  %want = spike.constant dense<[[[[[0.0, 0.5, 0.0]]]], [[[[0.0, 0.5, 0.0]]]]]> : tensor<2x1x1x1x3xf32>
  check.expect_eq %y, %want : tensor<2x1x1x1x3xf32>, tensor<2x1x1x1x3xf32>
  return
}
