// Fully connected synapses.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// [1, 0] and [1, 1] by the rows [1, 2], [3, 4], [5, 6].
func.func @spikes() {
  %x = spike.constant dense<[[[1, 0]], [[1, 1]]]> : tensor<2x1x2xi8>
  %w = spike.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = spike.constant dense<[0.5, 0.0, -1.0]> : tensor<3xf32>
  %s = spike.cast %x : tensor<2x1x2xi8> -> tensor<2x1x2xi1>
  %y = spike.linear %s, %w : (tensor<2x1x2xi1>, tensor<3x2xf32>) -> tensor<2x1x3xf32>
  %want = spike.constant dense<[[[1.0, 3.0, 5.0]], [[3.0, 7.0, 11.0]]]> : tensor<2x1x3xf32>
  check.expect_eq %y, %want : tensor<2x1x3xf32>, tensor<2x1x3xf32>
  %z = spike.linear %s, %w, %b : (tensor<2x1x2xi1>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<2x1x3xf32>
  %wantZ = spike.constant dense<[[[1.5, 3.0, 4.0]], [[3.5, 7.0, 10.0]]]> : tensor<2x1x3xf32>
  check.expect_eq %z, %wantZ : tensor<2x1x3xf32>, tensor<2x1x3xf32>
  return
}

// -----

// The order of the sum: (2^24 + 1) - 2^24 is 0 in f32, 2^24 - 2^24 + 1 is 1. The bias comes last.
func.func @order() {
  %x = spike.constant dense<1.0> : tensor<3xf32>
  %w = spike.constant dense<[[16777216.0, 1.0, -16777216.0], [16777216.0, -16777216.0, 1.0]]> : tensor<2x3xf32>
  %b = spike.constant dense<[16777216.0, 16777216.0]> : tensor<2xf32>
  %y = spike.linear %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %want = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  check.expect_eq %y, %want : tensor<2xf32>, tensor<2xf32>
  %z = spike.linear %x, %w, %b : (tensor<3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %wantZ = spike.constant dense<16777216.0> : tensor<2xf32>
  check.expect_eq %z, %wantZ : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

// Each product is rounded on its own: (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46 if it is not, 0 if it is.
func.func @no_fused_multiply_add() {
  %x = spike.constant dense<[1.0, 0x3F800001]> : tensor<2xf32>
  %w = spike.constant dense<[[0xBF800002, 0x3F800001]]> : tensor<1x2xf32>
  %y = spike.linear %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
  %want = spike.constant dense<0.0> : tensor<1xf32>
  check.expect_eq %y, %want : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// A sum of negative zeros is zero, and an infinite weight is not hidden by a zero input.
func.func @zeros() {
  %x = spike.constant dense<[[0.0, 0.0], [1.0, 0.0]]> : tensor<2x2xf32>
  %w = spike.constant dense<[[-1.0, -1.0], [1.0, 0x7F800000]]> : tensor<2x2xf32>
  %y = spike.linear %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %want = spike.constant dense<[[0.0, 0x7FC00000], [-1.0, 0x7FC00000]]> : tensor<2x2xf32>
  check.expect_eq %y, %want : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// With `exact` nothing is lost before the end: (2^24 + 1) - 2^24 is 1, and the bias comes before the rounding, too.
func.func @exact() {
  %x = spike.constant dense<1.0> : tensor<3xf32>
  %w = spike.constant dense<[[16777216.0, 1.0, -16777216.0], [16777216.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %b = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %y = spike.linear %x, %w exact : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %want = spike.constant dense<[1.0, 16777216.0]> : tensor<2xf32>
  check.expect_eq %y, %want : tensor<2xf32>, tensor<2xf32>
  %z = spike.linear %x, %w, %b exact : (tensor<3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %wantZ = spike.constant dense<[1.0, 16777218.0]> : tensor<2xf32>
  check.expect_eq %z, %wantZ : tensor<2xf32>, tensor<2xf32>
  return
}
