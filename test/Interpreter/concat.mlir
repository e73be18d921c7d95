// Tensors one after the other along one axis.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @concat() {
  %x = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = spike.constant dense<[[5.0], [6.0]]> : tensor<2x1xf32>
  %0 = spike.concat %x, %y, %x axis 1 : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x5xf32>
  %want0 = spike.constant dense<[[1.0, 2.0, 5.0, 1.0, 2.0], [3.0, 4.0, 6.0, 3.0, 4.0]]> : tensor<2x5xf32>
  check.expect_eq %0, %want0 : tensor<2x5xf32>, tensor<2x5xf32>
  %s = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %1 = spike.concat %s, %s axis 0 : (tensor<2x1xi1>, tensor<2x1xi1>) -> tensor<4x1xi1>
  %want1 = spike.constant dense<[[true], [false], [true], [false]]> : tensor<4x1xi1>
  check.expect_eq %1, %want1 : tensor<4x1xi1>, tensor<4x1xi1>
  return
}
