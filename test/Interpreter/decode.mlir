// What is read from a train.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @spikes() {
  %s = spike.constant dense<[[0, 0, 1], [1, 0, 0], [1, 0, 1], [0, 0, 1]]> : tensor<4x3xi8>
  %t = spike.cast %s : tensor<4x3xi8> -> tensor<4x3xi1>
  %mean = spike.decode mean %t : tensor<4x3xi1> -> tensor<3xf32>
  %wantMean = spike.constant dense<[0.5, 0.0, 0.75]> : tensor<3xf32>
  check.expect_eq %mean, %wantMean : tensor<3xf32>, tensor<3xf32>
  %count = spike.decode count %t : tensor<4x3xi1> -> tensor<3x!spike.count<max = 4>>
  %wantCount = spike.constant dense<[2, 0, 3]> : tensor<3xi8>
  check.expect_eq %count, %wantCount : tensor<3x!spike.count<max = 4>>, tensor<3xi8>
  %first = spike.decode first_spike %t : tensor<4x3xi1> -> tensor<3xi32>
  %wantFirst = spike.constant dense<[1, 4, 0]> : tensor<3xi32>
  check.expect_eq %first, %wantFirst : tensor<3xi32>, tensor<3xi32>
  %last = spike.decode last %t : tensor<4x3xi1> -> tensor<3xi1>
  %wantLast = spike.constant dense<[0, 0, 1]> : tensor<3xi8>
  check.expect_eq %last, %wantLast : tensor<3xi1>, tensor<3xi8>
  return
}

// -----

// Ascending in time from zero: 2^24 + 1 stays 2^24, so the mean of three is a third of 2^24.
func.func @order() {
  %x = spike.constant dense<[[16777216.0], [1.0], [1.0]]> : tensor<3x1xf32>
  %sum = spike.decode count %x : tensor<3x1xf32> -> tensor<1xf32>
  %wantSum = spike.constant dense<16777216.0> : tensor<1xf32>
  check.expect_eq %sum, %wantSum : tensor<1xf32>, tensor<1xf32>
  %mean = spike.decode mean %x : tensor<3x1xf32> -> tensor<1xf32>
  %wantMean = spike.constant dense<5592405.5> : tensor<1xf32>
  check.expect_eq %mean, %wantMean : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

func.func @does_not_fit() -> tensor<1xi1> {
  %s = spike.constant dense<true> : tensor<2x1xi1>
  // expected-error @+1 {{value 2 does not fit 'i1'}}
  %n = spike.decode count %s : tensor<2x1xi1> -> tensor<1xi1>
  return %n : tensor<1xi1>
}
