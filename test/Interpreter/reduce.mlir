// Reductions over any axes, in row-major order.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @axes() {
  %x = spike.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 9.0]]]> : tensor<2x2x2xf32>
  %0 = spike.reduce sum %x dims [1] : tensor<2x2x2xf32> -> tensor<2x2xf32>
  %want0 = spike.constant dense<[[4.0, 6.0], [12.0, 15.0]]> : tensor<2x2xf32>
  check.expect_eq %0, %want0 : tensor<2x2xf32>, tensor<2x2xf32>
  %1 = spike.reduce mean %x dims [0, 2] keep_dims : tensor<2x2x2xf32> -> tensor<1x2x1xf32>
  %want1 = spike.constant dense<[[[3.5], [5.75]]]> : tensor<1x2x1xf32>
  check.expect_eq %1, %want1 : tensor<1x2x1xf32>, tensor<1x2x1xf32>
  %2 = spike.reduce max %x dims [0, 1, 2] : tensor<2x2x2xf32> -> tensor<f32>
  %want2 = spike.constant dense<9.0> : tensor<f32>
  check.expect_eq %2, %want2 : tensor<f32>, tensor<f32>
  return
}

// -----

// 2^24 + 1 stays 2^24 in f32; 1 - 2^24 + 2^24 is 1 in neither order but one.
func.func @order() {
  %x = spike.constant dense<[[16777216.0, 1.0], [-16777216.0, 0.0]]> : tensor<2x2xf32>
  %0 = spike.reduce sum %x dims [0, 1] : tensor<2x2xf32> -> tensor<f32>
  %want0 = spike.constant dense<0.0> : tensor<f32>
  check.expect_eq %0, %want0 : tensor<f32>, tensor<f32>
  %t = spike.transpose %x [1, 0] : tensor<2x2xf32> -> tensor<2x2xf32>
  %1 = spike.reduce sum %t dims [0, 1] : tensor<2x2xf32> -> tensor<f32>
  %want1 = spike.constant dense<1.0> : tensor<f32>
  check.expect_eq %1, %want1 : tensor<f32>, tensor<f32>
  return
}

// -----

func.func @integers() {
  %x = spike.constant dense<[[true, true, true], [false, false, true]]> : tensor<2x3xi1>
  %0 = spike.reduce sum %x dims [1] : tensor<2x3xi1> -> tensor<2x!spike.count<max = 3>>
  %want0 = spike.constant dense<[3, 1]> : tensor<2xi8>
  check.expect_eq %0, %want0 : tensor<2x!spike.count<max = 3>>, tensor<2xi8>
  %1 = spike.reduce max %x dims [0] : tensor<2x3xi1> -> tensor<3xi1>
  %want1 = spike.constant dense<true> : tensor<3xi1>
  check.expect_eq %1, %want1 : tensor<3xi1>, tensor<3xi1>
  %2 = spike.reduce mean %x dims [0] : tensor<2x3xi1> -> tensor<3xf32>
  %want2 = spike.constant dense<[0.5, 0.5, 1.0]> : tensor<3xf32>
  check.expect_eq %2, %want2 : tensor<3xf32>, tensor<3xf32>
  %n = spike.constant dense<[-7, -9]> : tensor<2xi16>
  %3 = spike.reduce max %n dims [0] : tensor<2xi16> -> tensor<i16>
  %want3 = spike.constant dense<-7> : tensor<i16>
  check.expect_eq %3, %want3 : tensor<i16>, tensor<i16>
  return
}

// -----

// Whatever is not zero counts: a subnormal, infinity and NaN do, a negative zero does not.
func.func @nonzero() {
  %x = spike.constant dense<[[0.0, -0.0, 1.0e-40], [0x7FC00000, 0x7F800000, -3.0]]> : tensor<2x3xf32>
  %0 = spike.reduce nonzero %x dims [1] : tensor<2x3xf32> -> tensor<2x!spike.count<max = 3>>
  %want0 = spike.constant dense<[1, 3]> : tensor<2xi8>
  check.expect_eq %0, %want0 : tensor<2x!spike.count<max = 3>>, tensor<2xi8>
  %1 = spike.reduce nonzero %x dims [0, 1] keep_dims : tensor<2x3xf32> -> tensor<1x1xi32>
  %want1 = spike.constant dense<4> : tensor<1x1xi32>
  check.expect_eq %1, %want1 : tensor<1x1xi32>, tensor<1x1xi32>
  %n = spike.constant dense<[-7, 0, 9]> : tensor<3xi16>
  %2 = spike.reduce nonzero %n dims [0] : tensor<3xi16> -> tensor<i8>
  %want2 = spike.constant dense<2> : tensor<i8>
  check.expect_eq %2, %want2 : tensor<i8>, tensor<i8>
  return
}

// -----

func.func @not_a_number() {
  %x = spike.constant dense<[1.0, 0x7FC00000, 2.0]> : tensor<3xf32>
  %0 = spike.reduce max %x dims [0] : tensor<3xf32> -> tensor<f32>
  %want = spike.constant dense<0x7FC00000> : tensor<f32>
  check.expect_eq %0, %want : tensor<f32>, tensor<f32>
  return
}

// -----

func.func @does_not_fit() -> tensor<i8> {
  %x = spike.constant dense<[127, 1]> : tensor<2xi8>
  // expected-error @+1 {{'spike.reduce' op value 128 does not fit 'i8'}}
  %0 = spike.reduce sum %x dims [0] : tensor<2xi8> -> tensor<i8>
  return %0 : tensor<i8>
}
