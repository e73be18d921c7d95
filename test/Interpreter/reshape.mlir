// Ops that only move elements.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @reshape() {
  %x = spike.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = spike.reshape %x : tensor<2x3xf32> -> tensor<3x1x2xf32>
  %want = spike.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]> : tensor<3x1x2xf32>
  check.expect_eq %0, %want : tensor<3x1x2xf32>, tensor<3x1x2xf32>
  return
}
