// SPDX-License-Identifier: Apache-2.0
// Models of snnTorch, Norse and NIR, by hand: spikes, and every state after each step.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// H = 1.5 fires; 0.75 + 0 - 1, because the membrane before was above; -0.125 + 1.
func.func @leaky_subtract() {
  %x = spike.constant dense<[[1.5], [0.0], [1.0]]> : tensor<3x1xf32>
  %s, %v0 = spike.neuron #spike.leaky trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<3x1xf32>)
  %want = spike.constant dense<[[true], [false], [false]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  %want0 = spike.constant dense<[[1.5], [-0.25], [0.875]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// H = 1.5 fires; the membrane is cleared before it leaks: 0 * 0.5 + 0.25.
func.func @leaky_zero() {
  %x = spike.constant dense<[[1.5], [0.25]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.leaky<reset = hard> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [0.25]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1.5 fires; 0.75 + 0.25 is cleared after the charge.
func.func @leaky_zero_charged() {
  %x = spike.constant dense<[[1.5], [0.25]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.leaky<reset = hard, reset_charged = true> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1.5; 0.75 + 0.5 fires again.
func.func @leaky_none() {
  %x = spike.constant dense<[[1.5], [0.5]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.leaky<reset = none> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [true]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [1.25]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1.5 fires, V = 0.5 at once; 0.25 + 2 fires, V = 1.25; 0.625 + 0 - 1 does not fire, but what was subtracted
// without a spike comes back: -0.375 + 1.
func.func @leaky_at_once() {
  %x = spike.constant dense<[[1.5], [2.0], [0.0]]> : tensor<3x1xf32>
  %s, %v0 = spike.neuron #spike.leaky<reset_delay = false> trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<3x1xf32>)
  %want = spike.constant dense<[[true], [true], [false]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  %want0 = spike.constant dense<[[0.5], [1.25], [0.625]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// A membrane on the threshold does not fire, unless the rule is >=.
func.func @leaky_strict() {
  %x = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.leaky trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[false]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// The same with >=.
func.func @leaky_not_strict() {
  %x = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.leaky<fire = ge> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[1.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// H = 1.5 fires; (0.75 + 1) - 0.5, less 1.
func.func @recurrent_leaky() {
  %x = spike.constant dense<[[1.5], [1.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.recurrent_leaky<recurrent = -0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [0.25]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// I = H = 1.5 fires; I = 0.75, H = 0.75 + 0.75 - 1.
func.func @synaptic() {
  %x = spike.constant dense<[[1.5], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.synaptic<alpha = 0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.5], [0.75]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// The current is kept, the membrane cleared.
func.func @synaptic_zero() {
  %x = spike.constant dense<[[1.5], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.synaptic<alpha = 0.5, reset = hard> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.5], [0.75]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// I = H = 1.5 fires; I = (0.75 + 1) - 0.5, H = 0.75 + 1.25 - 1 lies on the threshold.
func.func @recurrent_synaptic() {
  %x = spike.constant dense<[[1.5], [1.0]]> : tensor<2x1xf32>
  %s, %v0, %v1, %v2 = spike.neuron #spike.recurrent_synaptic<alpha = 0.5, recurrent = -0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.5], [1.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.5], [1.25]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  %want2 = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v2, %want2 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// E = 1, N = -1, H = 0; E = 0.5, N = -0.25, H = 2 * 0.25 fires; then all is cleared.
func.func @alpha_zero() {
  %x = spike.constant dense<[[1.0], [0.0], [0.0]]> : tensor<3x1xf32>
  %s, %v0, %v1, %v2 = spike.neuron #spike.alpha<alpha = 0.5, beta = 0.25, tau_alpha = 2.0, v_threshold = 0.25> trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
  %want = spike.constant dense<[[false], [true], [false]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.5], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v1, %want1 : tensor<3x1xf32>, tensor<3x1xf32>
  %want2 = spike.constant dense<[[-1.0], [-0.25], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v2, %want2 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// As before, then E = 0.25 - 0.25, N = 0 and H = 2 * (0.25 - 0.0625) - 0.25.
func.func @alpha_subtract() {
  %x = spike.constant dense<[[1.0], [0.0], [0.0]]> : tensor<3x1xf32>
  %s, %v0, %v1, %v2 = spike.neuron #spike.alpha<alpha = 0.5, beta = 0.25, tau_alpha = 2.0, v_threshold = 0.25, reset = soft> trace (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
  %want = spike.constant dense<[[false], [true], [false]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.5], [0.125]]> : tensor<3x1xf32>
  check.expect_eq %v0, %want0 : tensor<3x1xf32>, tensor<3x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v1, %want1 : tensor<3x1xf32>, tensor<3x1xf32>
  %want2 = spike.constant dense<[[-1.0], [-0.25], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %v2, %want2 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// J = 2, H = 0.5 * 2 fires, I = 2 - 1; J = 1, H = 0.5, I = 0.5.
func.func @cuba_jump() {
  %x = spike.constant dense<[[2.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.cuba_lif<v_threshold = 0.75> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// I = 0.5 * (2 - 0), H = 0.5; I = 1 + 0.5 * (0 - 1), H = 0.5 + 0.5 * ((0 - 0.5) + 0.5).
func.func @cuba_euler() {
  %x = spike.constant dense<[[2.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.cuba_lif<v_threshold = 0.75, form = euler> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[false], [false]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[0.5], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// I = 2 * 2, H = 0.5 * 4 fires, V = 1; I = 2, H = 0.5 + 1 fires, V = 0.5.
func.func @cuba_decay() {
  %x = spike.constant dense<[[2.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.cuba_lif<form = decay, w_in = 2.0, r = 0.5, reset = soft> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[true], [true]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[4.0], [2.0]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// The membrane starts at 1 and is pulled to 3: 1 + 0.5 * ((3 - 1) + 0).
func.func @cuba_leak() {
  %x = spike.constant dense<[[0.0]]> : tensor<1x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.cuba_lif<v_leak = 3.0, v_init = 1.0, v_threshold = 4.0> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>, tensor<1x1xf32>)
  %want = spike.constant dense<[[false]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[2.0]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  %want1 = spike.constant dense<[[0.0]]> : tensor<1x1xf32>
  check.expect_eq %v1, %want1 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// Nothing fires: J = 2, H = 1, I = 1; J = 1, H = 1 + 0.5 * ((0 - 1) + 1).
func.func @cuba_li() {
  %x = spike.constant dense<[[2.0], [0.0]]> : tensor<2x1xf32>
  %s, %v0, %v1 = spike.neuron #spike.cuba_li trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[1.0], [1.0]]> : tensor<2x1xf32>
  check.expect_eq %s, %want : tensor<2x1xf32>, tensor<2x1xf32>
  %want0 = spike.constant dense<[[1.0], [1.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  %want1 = spike.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  check.expect_eq %v1, %want1 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// H = 1 fires; for two steps H = 2.5 and 3.25 stay without effect; then 0.5 * 7.25 fires.
func.func @cuba_refractory() {
  %x = spike.constant dense<[[2.0], [4.0], [4.0], [4.0]]> : tensor<4x1xf32>
  %s, %v0, %v1, %v2 = spike.neuron #spike.cuba_lif_refrac<v_threshold = 0.75, rho_reset = 2.0> trace (%x)
      : (tensor<4x1xf32>) -> (tensor<4x1xi1>, tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>)
  %want = spike.constant dense<[[true], [false], [false], [true]]> : tensor<4x1xi1>
  check.expect_eq %s, %want : tensor<4x1xi1>, tensor<4x1xi1>
  %want0 = spike.constant dense<[[0.0], [0.0], [0.0], [0.0]]> : tensor<4x1xf32>
  check.expect_eq %v0, %want0 : tensor<4x1xf32>, tensor<4x1xf32>
  %want1 = spike.constant dense<[[1.0], [2.5], [3.25], [3.625]]> : tensor<4x1xf32>
  check.expect_eq %v1, %want1 : tensor<4x1xf32>, tensor<4x1xf32>
  %want2 = spike.constant dense<[[2.0], [1.0], [0.0], [2.0]]> : tensor<4x1xf32>
  check.expect_eq %v2, %want2 : tensor<4x1xf32>, tensor<4x1xf32>
  return
}

// -----

// 0.5 * ((1 - 0) + 2 * 0.5) lies on the threshold; 1 + 0.5 * ((1 - 1) + 2 * 1) fires.
func.func @box_leak_first() {
  %x = spike.constant dense<[[0.5], [1.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.box_lif<v_leak = 1.0, r = 2.0> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<2x1xf32>)
  %want = spike.constant dense<[[false], [true]]> : tensor<2x1xi1>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  %want0 = spike.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// 0.5 * ((2 * 0.5 + 1) - 0), then V = 1 - 0.75.
func.func @box_input_first() {
  %x = spike.constant dense<[[0.5]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.box_lif<v_leak = 1.0, r = 2.0, form = input_first, v_threshold = 0.75, reset = soft> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xi1>, tensor<1x1xf32>)
  %want = spike.constant dense<[[true]]> : tensor<1x1xi1>
  check.expect_eq %s, %want : tensor<1x1xi1>, tensor<1x1xi1>
  %want0 = spike.constant dense<[[0.25]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// 1 + 0.5 * ((0 - 1) + 2).
func.func @box_li() {
  %x = spike.constant dense<[[2.0]]> : tensor<1x1xf32>
  %s, %v0 = spike.neuron #spike.box_li<v_init = 1.0> trace (%x)
      : (tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>)
  %want = spike.constant dense<[[1.5]]> : tensor<1x1xf32>
  check.expect_eq %s, %want : tensor<1x1xf32>, tensor<1x1xf32>
  %want0 = spike.constant dense<[[1.5]]> : tensor<1x1xf32>
  check.expect_eq %v0, %want0 : tensor<1x1xf32>, tensor<1x1xf32>
  return
}

// -----

// 0.5 + 1 - 2.
func.func @integrator() {
  %x = spike.constant dense<[[1.0], [-2.0]]> : tensor<2x1xf32>
  %s, %v0 = spike.neuron #spike.integrator<v_init = 0.5> trace (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>)
  %want = spike.constant dense<[[1.5], [-0.5]]> : tensor<2x1xf32>
  check.expect_eq %s, %want : tensor<2x1xf32>, tensor<2x1xf32>
  %want0 = spike.constant dense<[[1.5], [-0.5]]> : tensor<2x1xf32>
  check.expect_eq %v0, %want0 : tensor<2x1xf32>, tensor<2x1xf32>
  return
}

// -----

// Every step on its own.
func.func @threshold() {
  %x = spike.constant dense<[[0.5], [0.25], [1.0]]> : tensor<3x1xf32>
  %s = spike.neuron #spike.threshold<v_threshold = 0.5> (%x)
      : (tensor<3x1xf32>) -> tensor<3x1xi1>
  %want = spike.constant dense<[[true], [false], [true]]> : tensor<3x1xi1>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  return
}
