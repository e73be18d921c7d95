// Multiplication and division by a constant.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// 5 / 3 is 0x3FD55555, 5 times the f32 nearest to 1 / 3 is 0x3FD55556.
func.func @scale() {
  %x = spike.constant dense<[5.0, -0.0]> : tensor<2xf32>
  %y = spike.scale %x by 3.0 divide : tensor<2xf32> -> tensor<2xf32>
  %want = spike.constant dense<[0x3FD55555, -0.0]> : tensor<2xf32>
  check.expect_eq %y, %want : tensor<2xf32>, tensor<2xf32>
  %z = spike.scale %x by 0.33333334 : tensor<2xf32> -> tensor<2xf32>
  %wantZ = spike.constant dense<[0x3FD55556, -0.0]> : tensor<2xf32>
  check.expect_eq %z, %wantZ : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @spikes() {
  %x = spike.constant dense<[true, false]> : tensor<2xi1>
  %y = spike.scale %x by -0.125 : tensor<2xi1> -> tensor<2xf32>
  %want = spike.constant dense<[-0.125, -0.0]> : tensor<2xf32>
  check.expect_eq %y, %want : tensor<2xf32>, tensor<2xf32>
  return
}
