// Sums of activations, with axes stretched.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @real() {
  %a = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = spike.constant dense<[0.5, -4.0]> : tensor<2xf32>
  %y = spike.add %a, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %want = spike.constant dense<[[1.5, -2.0], [3.5, 0.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %want : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

func.func @stretch_both() {
  %a = spike.constant dense<[[1], [10]]> : tensor<2x1xi8>
  %b = spike.constant dense<[[1, 2]]> : tensor<1x2xi8>
  %y = spike.add %a, %b : (tensor<2x1xi8>, tensor<1x2xi8>) -> tensor<2x2xi16>
  %want = spike.constant dense<[[2, 3], [11, 12]]> : tensor<2x2xi16>
  check.expect_eq %y, %want : tensor<2x2xi16>, tensor<2x2xi16>
  return
}

// -----

func.func @spikes() {
  %a = spike.constant dense<[true, true, false]> : tensor<3xi1>
  %b = spike.constant dense<[true, false, false]> : tensor<3xi1>
  %y = spike.add %a, %b : (tensor<3xi1>, tensor<3xi1>) -> tensor<3x!spike.count<max = 2>>
  %z = spike.add %a, %b : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xf32>
  %want = spike.constant dense<[2.0, 1.0, 0.0]> : tensor<3xf32>
  check.expect_eq %y, %want : tensor<3x!spike.count<max = 2>>, tensor<3xf32>
  check.expect_eq %z, %want : tensor<3xf32>, tensor<3xf32>
  return
}

// -----

// A real result is computed from operands rounded to f32: 16777217 becomes 16777216.
func.func @rounded() {
  %a = spike.constant dense<16777217> : tensor<1xi32>
  %b = spike.constant dense<-16777216> : tensor<1xi32>
  %y = spike.add %a, %b : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xf32>
  %want = spike.constant dense<0.0> : tensor<1xf32>
  check.expect_eq %y, %want : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

func.func @does_not_fit() -> tensor<1x!spike.count<max = 2>> {
  %a = spike.constant dense<2> : tensor<1xi32> as tensor<1x!spike.count<max = 2>>
  %s = spike.constant dense<true> : tensor<1xi1>
  // expected-error @+1 {{'spike.add' op value 3 does not fit '!spike.count<max = 2>'}}
  %y = spike.add %a, %s : (tensor<1x!spike.count<max = 2>>, tensor<1xi1>) -> tensor<1x!spike.count<max = 2>>
  return %y : tensor<1x!spike.count<max = 2>>
}
