// Products of two activations.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @real() {
  %a = spike.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %b = spike.constant dense<[[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]]> : tensor<1x3x2xf32>
  %y = spike.matmul %a, %b : (tensor<1x2x3xf32>, tensor<1x3x2xf32>) -> tensor<1x2x2xf32>
  %want = spike.constant dense<[[[4.0, 5.0], [10.0, 11.0]]]> : tensor<1x2x2xf32>
  check.expect_eq %y, %want : tensor<1x2x2xf32>, tensor<1x2x2xf32>
  return
}

// -----

// Swapped operands give what transposed operands give.
func.func @transposed() {
  %a = spike.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]> : tensor<2x2x3xf32>
  %b = spike.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 1.0], [2.0, 3.0]]]> : tensor<2x3x2xf32>
  %at = spike.transpose %a [0, 2, 1] : tensor<2x2x3xf32> -> tensor<2x3x2xf32>
  %bt = spike.transpose %b [0, 2, 1] : tensor<2x3x2xf32> -> tensor<2x2x3xf32>
  %want = spike.constant dense<[[[22.0, 28.0], [49.0, 64.0]], [[7.0, 8.0], [9.0, 1.0]]]> : tensor<2x2x2xf32>
  %0 = spike.matmul %a, %b : (tensor<2x2x3xf32>, tensor<2x3x2xf32>) -> tensor<2x2x2xf32>
  %1 = spike.matmul %at, %b transpose_lhs : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x2x2xf32>
  %2 = spike.matmul %a, %bt transpose_rhs : (tensor<2x2x3xf32>, tensor<2x2x3xf32>) -> tensor<2x2x2xf32>
  %3 = spike.matmul %at, %bt transpose_lhs transpose_rhs : (tensor<2x3x2xf32>, tensor<2x2x3xf32>) -> tensor<2x2x2xf32>
  check.expect_eq %0, %want : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  check.expect_eq %1, %want : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  check.expect_eq %2, %want : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  check.expect_eq %3, %want : tensor<2x2x2xf32>, tensor<2x2x2xf32>
  return
}

// -----

// Spikes multiply as bits and add as integers.
func.func @spikes() {
  %a = spike.constant dense<[[true, true, false], [true, true, true]]> : tensor<2x3xi1>
  %y = spike.matmul %a, %a transpose_rhs : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x2x!spike.count<max = 3>>
  %want = spike.constant dense<[[2, 2], [2, 3]]> : tensor<2x2xi8>
  check.expect_eq %y, %want : tensor<2x2x!spike.count<max = 3>>, tensor<2x2xi8>
  %z = spike.matmul %a, %a transpose_rhs : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x2xf32>
  check.expect_eq %z, %want : tensor<2x2xf32>, tensor<2x2xi8>
  return
}

// -----

// No product or sum wraps around on the way to the check of the range.
func.func @does_not_fit() -> tensor<1x1xi32> {
  %a = spike.constant dense<-2147483648> : tensor<1x4xi32>
  // expected-error @+1 {{value 1.84467441e+19 does not fit 'i32'}}
  %y = spike.matmul %a, %a transpose_rhs : (tensor<1x4xi32>, tensor<1x4xi32>) -> tensor<1x1xi32>
  return %y : tensor<1x1xi32>
}

// -----

// Zero times infinity is not a number on either side.
func.func @infinite() {
  %a = spike.constant dense<[[0.0, 1.0]]> : tensor<1x2xf32>
  %b = spike.constant dense<[[0x7F800000], [1.0]]> : tensor<2x1xf32>
  %bt = spike.transpose %b [1, 0] : tensor<2x1xf32> -> tensor<1x2xf32>
  %at = spike.transpose %a [1, 0] : tensor<1x2xf32> -> tensor<2x1xf32>
  %want = spike.constant dense<0x7FC00000> : tensor<1x1xf32>
  %y = spike.matmul %a, %b : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  check.expect_eq %y, %want : tensor<1x1xf32>, tensor<1x1xf32>
  %z = spike.matmul %bt, %at : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  check.expect_eq %z, %want : tensor<1x1xf32>, tensor<1x1xf32>
  return
}
