// Functions of numbers: roundings, comparisons with equal and unordered operands, and stretched operands.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics
// RUN: spike-opt %s --split-input-file --verify-roundtrip -o /dev/null

func.func @roundings() {
  %x = spike.constant dense<[0.5, 1.5, 2.5, -0.5, -1.25]> : tensor<5xf32>
  %round = spike.map round %x : (tensor<5xf32>) -> tensor<5xf32>
  %wantRound = spike.constant dense<[0.0, 2.0, 2.0, -0.0, -1.0]> : tensor<5xf32>
  check.expect_eq %round, %wantRound : tensor<5xf32>, tensor<5xf32>
  %floor = spike.map floor %x : (tensor<5xf32>) -> tensor<5xf32>
  %wantFloor = spike.constant dense<[0.0, 1.0, 2.0, -1.0, -2.0]> : tensor<5xf32>
  check.expect_eq %floor, %wantFloor : tensor<5xf32>, tensor<5xf32>
  %ceil = spike.map ceil %x : (tensor<5xf32>) -> tensor<5xf32>
  %wantCeil = spike.constant dense<[1.0, 2.0, 3.0, -0.0, -1.0]> : tensor<5xf32>
  check.expect_eq %ceil, %wantCeil : tensor<5xf32>, tensor<5xf32>
  %abs = spike.map abs %x : (tensor<5xf32>) -> tensor<5xf32>
  %wantAbs = spike.constant dense<[0.5, 1.5, 2.5, 0.5, 1.25]> : tensor<5xf32>
  check.expect_eq %abs, %wantAbs : tensor<5xf32>, tensor<5xf32>
  return
}

// -----

// 1 / 3 is 0x3EAAAAAB; the root of 2 is 0x3FB504F3.
func.func @quotients() {
  %x = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %three = spike.constant dense<3.0> : tensor<1xf32>
  %div = spike.map div %x, %three : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
  %wantDiv = spike.constant dense<[0x3EAAAAAB, 0x3F2AAAAB]> : tensor<2xf32>
  check.expect_eq %div, %wantDiv : tensor<2xf32>, tensor<2xf32>
  %sqrt = spike.map sqrt %x : (tensor<2xf32>) -> tensor<2xf32>
  %wantSqrt = spike.constant dense<[1.0, 0x3FB504F3]> : tensor<2xf32>
  check.expect_eq %sqrt, %wantSqrt : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @comparisons() {
  %x = spike.constant dense<[1.0, 2.0, 0x7FC00000]> : tensor<3xf32>
  %y = spike.constant dense<[2.0, 2.0, 2.0]> : tensor<3xf32>
  %ge = spike.map ge %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %wantGe = spike.constant dense<[false, true, false]> : tensor<3xi1>
  check.expect_eq %ge, %wantGe : tensor<3xi1>, tensor<3xi1>
  %gt = spike.map gt %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %none = spike.constant dense<0.0> : tensor<3xf32>
  check.expect_eq %gt, %none : tensor<3xf32>, tensor<3xf32>
  %lt = spike.map lt %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %wantLt = spike.constant dense<[true, false, false]> : tensor<3xi1>
  check.expect_eq %lt, %wantLt : tensor<3xi1>, tensor<3xi1>
  %le = spike.map le %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %wantLe = spike.constant dense<[true, true, false]> : tensor<3xi1>
  check.expect_eq %le, %wantLe : tensor<3xi1>, tensor<3xi1>
  %eq = spike.map eq %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  check.expect_eq %eq, %wantGe : tensor<3xi1>, tensor<3xi1>
  %ne = spike.map ne %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %wantNe = spike.constant dense<[true, false, true]> : tensor<3xi1>
  check.expect_eq %ne, %wantNe : tensor<3xi1>, tensor<3xi1>
  %max = spike.map max %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %wantMax = spike.constant dense<[2.0, 2.0, 0x7FC00000]> : tensor<3xf32>
  check.expect_eq %max, %wantMax : tensor<3xf32>, tensor<3xf32>
  %min = spike.map min %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %wantMin = spike.constant dense<[1.0, 2.0, 0x7FC00000]> : tensor<3xf32>
  check.expect_eq %min, %wantMin : tensor<3xf32>, tensor<3xf32>
  return
}

// -----

// The condition runs along rows, the numbers along columns; an element that is not chosen does not matter.
func.func @select() {
  %c = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %a = spike.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %b = spike.constant dense<[[3, 4], [5, 6]]> : tensor<2x2xi32> as tensor<2x2x!spike.count<max = 7>>
  %y = spike.map select %c, %a, %b : (tensor<2x1xi1>, tensor<2xf32>, tensor<2x2x!spike.count<max = 7>>) -> tensor<2x2xf32>
  %want = spike.constant dense<[[1.0, 0x7FC00000], [5.0, 6.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %want : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// Values of torch.sigmoid in float64, rounded to f32; the error is a few units in the last place.
func.func @sigmoid() {
  %x = spike.constant dense<[0.0, 1.0, -1.0, 10.0, -20.0, 1000.0, -1000.0]> : tensor<7xf32>
  %y = spike.map sigmoid %x : (tensor<7xf32>) -> tensor<7xf32>
  %want = spike.constant dense<[0.5, 0.7310586, 0.26894142, 0.9999546, 2.0611537e-09, 1.0, 0.0]> : tensor<7xf32>
  check.expect_close %y, %want tolerance 1.0e-07 : tensor<7xf32>, tensor<7xf32>
  return
}
