// Input codes.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @direct() {
  %x = spike.constant dense<[0.25, -3.0]> : tensor<2xf32>
  %y = spike.encode #spike.direct (%x) steps 2 : tensor<2xf32> -> tensor<2x2xf32>
  %want = spike.constant dense<[[0.25, -3.0], [0.25, -3.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %want : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// Never at 0, always at 1; the train of the seed 7 was computed apart from the compiler (SplitMix64, upper 24 bits).
func.func @rate() {
  %x = spike.constant dense<[0.0, 1.0, 0.5, 0.5]> : tensor<4xf32>
  %y = spike.encode #spike.rate<seed = 7> (%x) steps 6 : tensor<4xf32> -> tensor<6x4xi1>
  %want = spike.constant dense<[[false, true, true, true], [false, true, false, true], [false, true, true, false], [false, true, true, false], [false, true, true, false], [false, true, false, true]]> : tensor<6x4xi1>
  check.expect_eq %y, %want : tensor<6x4xi1>, tensor<6x4xi1>
  return
}

// -----

// roundeven(3 * (1 - x)): 3, 0, roundeven(1.5) = 2, and values outside [0, 1] are clamped; no number, no spike.
func.func @latency() {
  %x = spike.constant dense<[0.0, 1.0, 0.5, -4.0, 9.0, 0x7FC00000]> : tensor<6xf32>
  %y = spike.encode #spike.latency (%x) steps 4 : tensor<6xf32> -> tensor<4x6xi8>
  %want = spike.constant dense<[[0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [1, 0, 0, 1, 0, 0]]> : tensor<4x6xi8>
  check.expect_eq %y, %want : tensor<4x6xi8>, tensor<4x6xi8>
  return
}

// -----

// 0.625 = 0.101 in binary; 1 is clamped to 0.111; 0.0625 lies below the last digit.
func.func @phase() {
  %x = spike.constant dense<[0.625, 1.0, 0.0625, -1.0]> : tensor<4xf32>
  %y = spike.encode #spike.phase (%x) steps 3 : tensor<4xf32> -> tensor<3x4xi1>
  %want = spike.constant dense<[[1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]]> : tensor<3x4xi8>
  check.expect_eq %y, %want : tensor<3x4xi1>, tensor<3x4xi8>
  return
}

// -----

// The longest phase code: digit 24 is the last that an f32 below one can have here.
func.func @phase_long() {
  %x = spike.constant dense<[1.0]> : tensor<1xf32>
  %y = spike.encode #spike.phase (%x) steps 126 : tensor<1xf32> -> tensor<126x1xi1>
  %n = spike.decode count %y : tensor<126x1xi1> -> tensor<1xi32>
  %want = spike.constant dense<[24]> : tensor<1xi32>
  check.expect_eq %n, %want : tensor<1xi32>, tensor<1xi32>
  return
}

// -----

// The input before the first step is zero; a rise of exactly the threshold is a spike, a fall is none.
func.func @delta() {
  %x = spike.constant dense<[[0.5, 0.25], [0.75, 0.75], [1.5, 0.0]]> : tensor<3x2xf32>
  %y = spike.encode #spike.delta<threshold = 0.5> (%x) steps 3 : tensor<3x2xf32> -> tensor<3x2xi1>
  %want = spike.constant dense<[[1, 0], [0, 1], [1, 0]]> : tensor<3x2xi8>
  check.expect_eq %y, %want : tensor<3x2xi1>, tensor<3x2xi8>
  return
}
