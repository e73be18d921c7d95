// One activation gated by another.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @gate() {
  %v = spike.constant dense<[[1.5, 2.5], [-3.5, 4.5]]> : tensor<2x2xf32>
  %s = spike.constant dense<[[true, false]]> : tensor<1x2xi1>
  %y = spike.mask %v, %s : (tensor<2x2xf32>, tensor<1x2xi1>) -> tensor<2x2xf32>
  %want = spike.constant dense<[[1.5, 0.0], [-3.5, 0.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %want : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// A product, not a selection: signed zeros and what is not a number come through.
func.func @product() {
  %v = spike.constant dense<[-1.0, 0x7F800000]> : tensor<2xf32>
  %s = spike.constant dense<[false, false]> : tensor<2xi1>
  %y = spike.mask %v, %s : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %want = spike.constant dense<[-0.0, 0x7FC00000]> : tensor<2xf32>
  check.expect_eq %y, %want : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

func.func @integers() {
  %a = spike.constant dense<[3, 2]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %s = spike.constant dense<[true, false]> : tensor<2xi1>
  %y = spike.mask %a, %s : (tensor<2x!spike.count<max = 3>>, tensor<2xi1>) -> tensor<2x!spike.count<max = 3>>
  %want = spike.constant dense<[3, 0]> : tensor<2xi8>
  check.expect_eq %y, %want : tensor<2x!spike.count<max = 3>>, tensor<2xi8>
  return
}

// -----

func.func @does_not_fit() -> tensor<1xi8> {
  %a = spike.constant dense<-128> : tensor<1xi8>
  // expected-error @+1 {{'spike.mask' op value 16384 does not fit 'i8'}}
  %y = spike.mask %a, %a : (tensor<1xi8>, tensor<1xi8>) -> tensor<1xi8>
  return %y : tensor<1xi8>
}
