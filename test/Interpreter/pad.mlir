// Zeros around the last axes.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @image() {
  %x = spike.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]]]> : tensor<2x1x2xf32>
  %y = spike.pad %x padding [1, 0, 0, 2] : tensor<2x1x2xf32> -> tensor<2x2x4xf32>
  %want = spike.constant dense<[[[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0], [3.0, 4.0, 0.0, 0.0]]]> : tensor<2x2x4xf32>
  check.expect_eq %y, %want : tensor<2x2x4xf32>, tensor<2x2x4xf32>
  return
}

// -----

func.func @counts() {
  %x = spike.constant dense<[3, 5]> : tensor<2xi32> as tensor<2x!spike.count<max = 7>>
  %y = spike.pad %x padding [1, 1] : tensor<2x!spike.count<max = 7>> -> tensor<4x!spike.count<max = 7>>
  %want = spike.constant dense<[0, 3, 5, 0]> : tensor<4xi32> as tensor<4x!spike.count<max = 7>>
  check.expect_eq %y, %want : tensor<4x!spike.count<max = 7>>, tensor<4x!spike.count<max = 7>>
  return
}
