// Constants of every storage, range and resource.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @dense() -> (tensor<2x2xf32>, tensor<3xi8>, tensor<2xi16>, tensor<2xi32>) {
  %0 = spike.constant dense<[[1.0, -2.5], [0.0, 1.0e+30]]> : tensor<2x2xf32>
  %1 = spike.constant dense<[-128, 0, 127]> : tensor<3xi8>
  %2 = spike.constant dense<[-32768, 32767]> : tensor<2xi16>
  %3 = spike.constant dense<[-2147483648, 2147483647]> : tensor<2xi32>
  check.expect_eq %1, %1 : tensor<3xi8>, tensor<3xi8>
  return %0, %1, %2, %3 : tensor<2x2xf32>, tensor<3xi8>, tensor<2xi16>, tensor<2xi32>
}

// -----

// A spike is one, not minus one.
func.func @spike() {
  %0 = spike.constant dense<[true, false]> : tensor<2xi1>
  %1 = spike.constant dense<[1.0, 0.0]> : tensor<2xf32>
  check.expect_eq %0, %1 : tensor<2xi1>, tensor<2xf32>
  return
}

// -----

func.func @splat_and_count() {
  %0 = spike.constant dense<3> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %1 = spike.constant dense<3.0> : tensor<2xf32>
  check.expect_eq %0, %1 : tensor<2x!spike.count<max = 3>>, tensor<2xf32>
  return
}

// -----

func.func @rank_zero() {
  %0 = spike.constant dense<2.0> : tensor<f32>
  check.expect_eq %0, %0 : tensor<f32>, tensor<f32>
  return
}

// -----

func.func @resource() {
  %0 = spike.constant dense_resource<weight> : tensor<2xf32>
  %1 = spike.constant dense<[1.0, -2.0]> : tensor<2xf32>
  check.expect_eq %0, %1 : tensor<2xf32>, tensor<2xf32>
  %2 = spike.constant dense_resource<spikes> : tensor<2xi1>
  %3 = spike.constant dense<[true, false]> : tensor<2xi1>
  check.expect_eq %2, %3 : tensor<2xi1>, tensor<2xi1>
  return
}

{-#
  dialect_resources: { builtin: {
    weight: "0x040000000000803F000000C0",
    spikes: "0x010000000100"
  } }
#-}

// -----

func.func @no_data() {
  // expected-error @+1 {{'spike.constant' op resource 'elsewhere' has no data}}
  %0 = spike.constant dense_resource<elsewhere> : tensor<2xf32>
  check.expect_eq %0, %0 : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @no_spike() {
  // expected-error @+1 {{'spike.constant' op value 2 does not fit 'i1'}}
  %0 = spike.constant dense_resource<two> : tensor<1xi1>
  check.expect_eq %0, %0 : tensor<1xi1>, tensor<1xi1>
  return
}

{-# dialect_resources: { builtin: { two: "0x0100000002" } } #-}
