// The same tensor at every time step.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @repeat_time() {
  %x = spike.constant dense<[true, false]> : tensor<2xi1>
  %0 = spike.repeat_time %x : tensor<2xi1> -> tensor<3x2xi1>
  %want = spike.constant dense<[[true, false], [true, false], [true, false]]> : tensor<3x2xi1>
  check.expect_eq %0, %want : tensor<3x2xi1>, tensor<3x2xi1>
  return
}

// -----

func.func @rank_zero() {
  %x = spike.constant dense<2.0> : tensor<f32>
  %0 = spike.repeat_time %x : tensor<f32> -> tensor<2xf32>
  %want = spike.constant dense<2.0> : tensor<2xf32>
  check.expect_eq %0, %want : tensor<2xf32>, tensor<2xf32>
  return
}
