// What the checks refuse.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @shapes(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{'check.expect_eq' op expect_eq_c1: expected equal shapes, got 'tensor<2xf32>' and 'tensor<3xf32>'}}
  check.expect_eq %a, %b : tensor<2xf32>, tensor<3xf32>
  return
}

// -----

func.func @close_shapes(%a: tensor<2xf32>, %b: tensor<1x2xf32>) {
  // expected-error @+1 {{'check.expect_close' op expect_close_c1: expected equal shapes, got 'tensor<2xf32>' and 'tensor<1x2xf32>'}}
  check.expect_close %a, %b tolerance 0.0 : tensor<2xf32>, tensor<1x2xf32>
  return
}

// -----

func.func @negative(%a: tensor<2xf32>) {
  // expected-error @+1 {{expect_close_c2: expected a finite tolerance of at least zero, got -1.0}}
  check.expect_close %a, %a tolerance -1.0 : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @infinite(%a: tensor<2xf32>) {
  // expected-error @+1 {{expect_close_c2: expected a finite tolerance of at least zero, got INF}}
  check.expect_close %a, %a tolerance 0x7FF0000000000000 : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @not_a_tensor(%a: f32) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor}}
  "check.expect_eq"(%a, %a) : (f32, f32) -> ()
  return
}

// -----

func.func @no_number(%a: tensor<2xf32>) {
  // expected-error @+1 {{expected floating point literal}}
  check.expect_close %a, %a tolerance much : tensor<2xf32>, tensor<2xf32>
  return
}
