// Halves go to the even integer, both ends hold, NaN becomes 0.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @signed() {
  %x = spike.constant dense<[0.25, 0.75, -0.25, 1.24, 200.0, -200.0, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<9xf32>
  %q = spike.quantize %x by 2.0 in [-128, 127] : tensor<9xf32> -> tensor<9xf32>
  %want = spike.constant dense<[0.0, 2.0, 0.0, 2.0, 127.0, -128.0, 127.0, -128.0, 0.0]> : tensor<9xf32>
  check.expect_eq %q, %want : tensor<9xf32>, tensor<9xf32>
  return
}

// -----

func.func @counts() {
  %x = spike.constant dense<[-1.0, 0.5, 0.502, 1.0, 3.0]> : tensor<5xf32>
  %q = spike.quantize %x by 255.0 in [0, 255] : tensor<5xf32> -> tensor<5x!spike.count<max = 255>>
  %want = spike.constant dense<[0, 128, 128, 255, 255]> : tensor<5xi32> as tensor<5x!spike.count<max = 255>>
  check.expect_eq %q, %want : tensor<5x!spike.count<max = 255>>, tensor<5x!spike.count<max = 255>>
  return
}
