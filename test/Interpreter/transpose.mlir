// Axis i of the result is axis permutation[i] of the input.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @transpose() {
  %x = spike.constant dense<[[[1, 2, 3], [4, 5, 6]]]> : tensor<1x2x3xi8>
  %0 = spike.transpose %x [2, 0, 1] : tensor<1x2x3xi8> -> tensor<3x1x2xi8>
  %want = spike.constant dense<[[[1, 4]], [[2, 5]], [[3, 6]]]> : tensor<3x1x2xi8>
  check.expect_eq %0, %want : tensor<3x1x2xi8>, tensor<3x1x2xi8>
  return
}

// -----

func.func @rank_zero() {
  %x = spike.constant dense<2.0> : tensor<f32>
  %0 = spike.transpose %x [] : tensor<f32> -> tensor<f32>
  check.expect_eq %0, %x : tensor<f32>, tensor<f32>
  return
}
