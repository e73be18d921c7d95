// What the checks accept, and how they fail.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @equal() {
  %a = spike.constant dense<[0x7FC00000, 0x7F800000, -0.0]> : tensor<3xf32>
  %b = spike.constant dense<[0x7FC00001, 0x7F800000, -0.0]> : tensor<3xf32>
  check.expect_eq %a, %b : tensor<3xf32>, tensor<3xf32>
  check.expect_close %a, %b tolerance 0.0 : tensor<3xf32>, tensor<3xf32>
  return
}

// -----

func.func @close() {
  %a = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = spike.constant dense<[1.25, 1.75]> : tensor<2xf32>
  check.expect_close %a, %b tolerance 0.25 : tensor<2xf32>, tensor<2xf32>
  // expected-error @+1 {{'check.expect_close' op failed at [0]: expected 1.25, got 1}}
  check.expect_close %a, %b tolerance 0.125 : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @different() {
  %a = spike.constant dense<[[0, 0, 0], [0, 0, 7]]> : tensor<2x3xi8>
  %b = spike.constant dense<0.0> : tensor<2x3xf32>
  // expected-error @+1 {{'check.expect_eq' op failed at [1, 2]: expected 0, got 7}}
  check.expect_eq %a, %b : tensor<2x3xi8>, tensor<2x3xf32>
  return
}

// -----

func.func @sign_of_zero() {
  %a = spike.constant dense<0.0> : tensor<1xf32>
  %b = spike.constant dense<-0.0> : tensor<1xf32>
  // expected-error @+1 {{'check.expect_eq' op failed at [0]: expected -0, got 0}}
  check.expect_eq %a, %b : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

func.func @not_a_number() {
  %a = spike.constant dense<0.0> : tensor<f32>
  %b = spike.constant dense<0x7FC00000> : tensor<f32>
  // expected-error @+1 {{'check.expect_close' op failed at []: expected nan, got 0}}
  check.expect_close %a, %b tolerance 1.0 : tensor<f32>, tensor<f32>
  return
}
