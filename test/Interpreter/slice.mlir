// A part of one axis.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @slice() {
  %x = spike.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = spike.slice %x axis 1 offset 1 : tensor<2x3xf32> -> tensor<2x2xf32>
  %want0 = spike.constant dense<[[2.0, 3.0], [5.0, 6.0]]> : tensor<2x2xf32>
  check.expect_eq %0, %want0 : tensor<2x2xf32>, tensor<2x2xf32>
  %1 = spike.slice %x axis 0 offset 1 : tensor<2x3xf32> -> tensor<1x3xf32>
  %want1 = spike.constant dense<[[4.0, 5.0, 6.0]]> : tensor<1x3xf32>
  check.expect_eq %1, %want1 : tensor<1x3xf32>, tensor<1x3xf32>
  return
}
