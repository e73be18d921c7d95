// Counts without memory: both roundings at the halves, both ends.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

func.func @half_even() {
  %x = spike.constant dense<[[-1.0, 0.5, 1.5, 2.5, 3.5, 9.0]]> : tensor<1x6xf32>
  %y = spike.neuron #spike.multi_spike<levels = 4> single_step (%x) : (tensor<1x6xf32>) -> tensor<1x6x!spike.count<max = 4>>
  %want = spike.constant dense<[[0, 0, 2, 2, 4, 4]]> : tensor<1x6xi32> as tensor<1x6x!spike.count<max = 4>>
  check.expect_eq %y, %want : tensor<1x6x!spike.count<max = 4>>, tensor<1x6x!spike.count<max = 4>>
  return
}

// -----

func.func @half_up() {
  %x = spike.constant dense<[[-1.0, 0.5, 1.5, 2.5, 3.5, 9.0]]> : tensor<1x6xf32>
  %y = spike.neuron #spike.multi_spike<levels = 4, rounding = half_up> single_step (%x) : (tensor<1x6xf32>) -> tensor<1x6xf32>
  %want = spike.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 4.0]]> : tensor<1x6xf32>
  check.expect_eq %y, %want : tensor<1x6xf32>, tensor<1x6xf32>
  return
}
