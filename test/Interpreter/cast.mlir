// A cast keeps every value, or fails.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @keeps() {
  %0 = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %1 = spike.cast %0 : tensor<2xf32> -> tensor<2xi1>
  check.expect_eq %1, %0 : tensor<2xi1>, tensor<2xf32>
  %2 = spike.cast %1 : tensor<2xi1> -> tensor<2x!spike.count<max = 7>>
  check.expect_eq %2, %0 : tensor<2x!spike.count<max = 7>>, tensor<2xf32>
  %3 = spike.constant dense<[-5, 16777216]> : tensor<2xi32>
  %4 = spike.cast %3 : tensor<2xi32> -> tensor<2xf32>
  %5 = spike.constant dense<[-5.0, 16777216.0]> : tensor<2xf32>
  check.expect_eq %4, %5 : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @fraction() -> tensor<1xi32> {
  %0 = spike.constant dense<0.5> : tensor<1xf32>
  // expected-error @+1 {{value 0.5 does not fit 'i32'}}
  %1 = spike.cast %0 : tensor<1xf32> -> tensor<1xi32>
  return %1 : tensor<1xi32>
}

// -----

func.func @too_large() -> tensor<1x!spike.count<max = 2>> {
  %0 = spike.constant dense<3.0> : tensor<1xf32>
  // expected-error @+1 {{value 3 does not fit '!spike.count<max = 2>'}}
  %1 = spike.cast %0 : tensor<1xf32> -> tensor<1x!spike.count<max = 2>>
  return %1 : tensor<1x!spike.count<max = 2>>
}

// -----

func.func @negative() -> tensor<1xi1> {
  %0 = spike.constant dense<-1> : tensor<1xi8>
  // expected-error @+1 {{value -1 does not fit 'i1'}}
  %1 = spike.cast %0 : tensor<1xi8> -> tensor<1xi1>
  return %1 : tensor<1xi1>
}

// -----

func.func @rounded() -> tensor<1xf32> {
  %0 = spike.constant dense<16777217> : tensor<1xi32>
  // expected-error @+1 {{value 16777217 does not fit 'f32'}}
  %1 = spike.cast %0 : tensor<1xi32> -> tensor<1xf32>
  return %1 : tensor<1xf32>
}

// -----

func.func @not_a_number() -> tensor<1xi8> {
  %0 = spike.constant dense<0x7FC00000> : tensor<1xf32>
  // expected-error @+1 {{value nan does not fit 'i8'}}
  %1 = spike.cast %0 : tensor<1xf32> -> tensor<1xi8>
  return %1 : tensor<1xi8>
}
