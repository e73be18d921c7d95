// Batch normalisation with fixed statistics.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// gain = 3 / sqrt(3 + 1) = 1.5, shift = 1 - 2 * 1.5 = -2; and gain = 1 / sqrt(0 + 1), shift = 0 without gamma and beta.
func.func @both_axes() {
  %x = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %m = spike.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %v = spike.constant dense<[3.0, 0.0]> : tensor<2xf32>
  %g = spike.constant dense<[3.0, 1.0]> : tensor<2xf32>
  %b = spike.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 1.0 axis 1
      : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %want0 = spike.constant dense<[[-0.5, 2.0], [2.5, 4.0]]> : tensor<2x2xf32>
  check.expect_eq %0, %want0 : tensor<2x2xf32>, tensor<2x2xf32>
  %1 = spike.batch_norm %x mean %m var %v gamma %g beta %b eps 1.0 axis 0
      : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %want1 = spike.constant dense<[[-0.5, 1.0], [3.0, 4.0]]> : tensor<2x2xf32>
  check.expect_eq %1, %want1 : tensor<2x2xf32>, tensor<2x2xf32>
  %2 = spike.batch_norm %x mean %m var %v eps 1.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %want2 = spike.constant dense<[[-0.5, 2.0], [0.5, 4.0]]> : tensor<2x2xf32>
  check.expect_eq %2, %want2 : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// Gain and shift are computed in f64 and rounded once: 1 / sqrt(2 + 1e-5) is 0x3F3504D6 and shift = -1 / sqrt(2 + 1e-5).
func.func @rounded_once() {
  %x = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %m = spike.constant dense<[1.0, 1.0]> : tensor<2xf32>
  %v = spike.constant dense<[2.0, 2.0]> : tensor<2xf32>
  %0 = spike.batch_norm %x mean %m var %v eps 1.0e-05 axis 0 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %want = spike.constant dense<[0xBF3504D6, 0.0]> : tensor<2xf32>
  check.expect_eq %0, %want : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

// Every axis behind the channel belongs to it, and spikes are real numbers here.
func.func @image() {
  %x = spike.constant dense<[[[true, false]], [[true, true]]]> : tensor<2x1x2xi1>
  %m = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %v = spike.constant dense<[0.25, 4.0]> : tensor<2xf32>
  %0 = spike.batch_norm %x mean %m var %v eps 0.0 axis 0 : (tensor<2x1x2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %want = spike.constant dense<[[[2.0, 0.0]], [[0.0, 0.0]]]> : tensor<2x1x2xf32>
  check.expect_eq %0, %want : tensor<2x1x2xf32>, tensor<2x1x2xf32>
  return
}
