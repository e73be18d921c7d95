// SPDX-License-Identifier: Apache-2.0
// SpikingJelly's other models, by hand: spikes, and every state after each step.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// The membrane starts at 0.75, not at its reset value of -1: 1.25 fires, V = -1.
func.func @if_start() {
  %x = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.if<v_init = 0.75, v_reset = -1.0> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[-1.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// H = 0.5, and 0.5 + 0.5 reaches the threshold; what is subtracted from is H.
func.func @if_offset() {
  %x = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.if<v_offset = 0.5, reset = soft> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[-0.5]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// H = 2 * 0.75 + 0.5, because 1 - 1 / 4 = 0.75.
func.func @lif_keep() {
  %x = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.lif<tau = 4.0, decay_input = false, charge = keep, v_init = 2.0, reset = soft> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// H = 2 * (1 - 0.25) + 0.5.
func.func @plif_keep() {
  %x = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.plif<decay = 0.25, decay_input = false, charge = keep, v_init = 2.0, reset = soft> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// H = (1 + 0) / 2; 0.5 + (1 - 0.25) / 2; 0.875 + (2 - 0.875 * 0.125) / 2 fires.
func.func @qif() {
  %x = spike.constant dense<[[1.0], [1.0], [2.0]]> : tensor<3x1xf32>
  %s, %v0 = spike.neuron #spike.qif<v_c = 1.0> trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<3x1xf32>)
  %want = spike.constant dense<[[false], [false], [true]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  %want0 = spike.constant dense<[[0.5], [0.875], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// exp(0) = 1: H = (0 + 1) / 2 fires, V = 0; (-1 + 1) / 2.
func.func @eif() {
  %x = spike.constant dense<[[0.0], [-1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.eif<theta_rh = 0.0, v_threshold = 0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 2 / 2 fires, W = (1 - 0) / 2 + 0.5; H = (1 - 1) / 2, W = 1 + (0 - 1) / 2.
func.func @izhikevich() {
  %x = spike.constant dense<[[2.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.izhikevich<v_c = 1.0, a = 1.0, b = 0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 2 * 0.5 fires, V = 1 / 2 - 0.5; 2 * -0.5 is rectified.
func.func @klif() {
  %x = spike.constant dense<[[1.0], [-1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.klif<k = 2.0, unit = 0.5, scale_reset = true, reset = soft> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 2 * 0.5 fires, V = 0; 2 * 0.25.
func.func @klif_unscaled() {
  %x = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.klif<k = 2.0> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1 fires, M = 1, V = 1 - (1 + sigmoid(1)) = -0.7310586; H = -0.3655293, M = sigmoid(-0.1827646) = 0.4544356.
func.func @clif() {
  %x = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.clif trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[-0.7310586], [-0.3655293]]> : tensor<2x1xf32>
  check.expect_close %v0, %want0 tolerance 1.0e-6 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.4544356]]> : tensor<2x1xf32>
  check.expect_close %v1, %want1 tolerance 1.0e-6 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = (0 - 0.25) + 1 fires; ((0.375 - 0.25) + 1) - 0.375 * 0.5 - 0.25 fires.
func.func @glif() {
  %x = spike.constant dense<[[1.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.glif<drift = 0.25, subtract = 0.25> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [true]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.75], [0.6875]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [1.0]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1 resets the membrane and is the output; then H = 0.5.
func.func @liaf() {
  %x = spike.constant dense<[[2.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.liaf trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %s, %want : tensor<2x1xf32>, tensor<2x1xf32>
  %want0 = spike.constant dense<[[0.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 2, V = 1; H = 1 + (1 - 1) / 2, V = 0. The output is less the threshold.
func.func @liaf_related() {
  %x = spike.constant dense<[[4.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.liaf<threshold_related = true, reset = soft> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %s, %want : tensor<2x1xf32>, tensor<2x1xf32>
  %want0 = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// A quarter turn: U = 4, H = 0; U = 0, H = 0.5 * 4 fires.
func.func @raf() {
  %x = spike.constant dense<[[4.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.raf<decay = 0.5, cosine = 0.0, sine = 1.0> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[false], [true]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[4.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// 2.5 is rounded to even, V = 0.5; 0.25 + 6 is held to 4, V = 2.25; -8 gives none.
func.func @ilif() {
  %x = spike.constant dense<[[2.5], [6.0], [-8.0]]> : tensor<3x1xf32>
  %s, %v0 = spike.neuron #spike.ilif trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1x!spike.count<max = 4>>, tensor<3x1xf32>)
  %want = spike.constant dense<[[2], [4], [0]]> : tensor<3x1xi8>
  check.expect_eq %s, %want : tensor<3x1x!spike.count<max = 4>>, tensor<3x1xi8>
  %want0 = spike.constant dense<[[0.5], [2.25], [-6.875]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// A threshold of 0.5: 1.5 / 0.5 = 3 is more than 2; V = 1.5 - 2 * 0.5.
func.func @ilif_real() {
  %x = spike.constant dense<[[1.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.ilif<v_threshold = 0.5, max = 2> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>)
  %want = spike.constant dense<[[2.0]]> : tensor<1x1xf32>
  check.expect_eq %s, %want : tensor<1x1xf32>, tensor<1x1xf32>
  %want0 = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// -1.5 fires below, V = -0.5; 0; 1.25 fires above.
func.func @ternary_if_soft() {
  %x = spike.constant dense<[[-1.5], [0.5], [1.25]]> : tensor<3x1xf32>
  %s, %v0 = spike.neuron #spike.ternary_if<reset = soft> trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>)
  %want = spike.constant dense<[[-1.0], [0.0], [1.0]]> : tensor<3x1xf32>
  check.expect_eq %s, %want : tensor<3x1xf32>, tensor<3x1xf32>
  %want0 = spike.constant dense<[[-0.5], [0.0], [0.25]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// Either sign resets to 0.5. Signed integers hold the output.
func.func @ternary_if_hard() {
  %x = spike.constant dense<[[-2.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.ternary_if<v_reset = 0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi8>, tensor<2x1xf32>)
  %want = spike.constant dense<[[-1], [1]]> : tensor<2x1xi8>
  check.expect_eq %s, %want : tensor<2x1xi8>, tensor<2x1xi8>
  %want0 = spike.constant dense<[[0.5], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = -2 / 2 fires below; (1 - 0) / 2.
func.func @ternary_lif() {
  %x = spike.constant dense<[[-2.0], [1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.ternary_lif trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[-1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %s, %want : tensor<2x1xf32>, tensor<2x1xf32>
  %want0 = spike.constant dense<[[0.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}
