// The chip's neuron in integers; every membrane is worked out by hand from the equations of docs/spec.md.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// dv = 2048 halves toward zero; threshold 2 is 128 aligned. 64; 32 + 64 = 96; 48 + 128 = 176 > 128: fires.
// -64; -32 - 64 = -96; -48 + 128 = 80.
func.func @halved() {
  %x = spike.constant dense<[[1.0, -1.0], [1.0, -1.0], [2.0, 2.0]]> : tensor<3x2xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 2> trace (%x) : (tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>)
  %spikes = spike.constant dense<[[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]> : tensor<3x2xf32>
  %membranes = spike.constant dense<[[64.0, -64.0], [96.0, -96.0], [0.0, 80.0]]> : tensor<3x2xf32>
  %currents = spike.constant dense<[[64.0, -64.0], [64.0, -64.0], [128.0, 128.0]]> : tensor<3x2xf32>
  check.expect_eq %s, %spikes : tensor<3x2xf32>, tensor<3x2xf32>
  check.expect_eq %v#0, %membranes : tensor<3x2xf32>, tensor<3x2xf32>
  check.expect_eq %v#1, %currents : tensor<3x2xf32>, tensor<3x2xf32>
  return
}

// -----

// dv = 1000 keeps 3096 of 4096: floor(320 * 3096 / 4096) = floor(241.9) = 241, floor(182.2) = 182, the same below
// zero. floor(4000000 * 3096 / 4096) = floor(3023437.5), although the product needs 34 bits.
func.func @odd_decay() {
  %x = spike.constant dense<[[5.0, -5.0, 62500.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<dv = 1000, threshold = 131071> trace (%x) : (tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>)
  %spikes = spike.constant dense<[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %membranes = spike.constant dense<[[320.0, -320.0, 4000000.0], [241.0, -241.0, 3023437.0], [182.0, -182.0, 2285293.0]]> : tensor<3x3xf32>
  %currents = spike.constant dense<[[320.0, -320.0, 4000000.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  check.expect_eq %s, %spikes : tensor<3x3xf32>, tensor<3x3xf32>
  check.expect_eq %v#0, %membranes : tensor<3x3xf32>, tensor<3x3xf32>
  check.expect_eq %v#1, %currents : tensor<3x3xf32>, tensor<3x3xf32>
  return
}

// -----

// du = 2047 halves u; dv = 4095 keeps 1 of 4096: floor(6400 / 4096) + 3200 = 3201, floor(3201 / 4096) + 1600.
// -3200 + 3 * 64 = -3008, and -floor(6400 / 4096) - 3008 = -3009.
func.func @current_decays() {
  %x = spike.constant dense<[[100.0, -100.0], [0.0, 3.0], [0.0, 0.0]]> : tensor<3x2xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<du = 2047, dv = 4095, threshold = 131071> trace (%x) : (tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>)
  %spikes = spike.constant dense<[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]> : tensor<3x2xf32>
  %membranes = spike.constant dense<[[6400.0, -6400.0], [3201.0, -3009.0], [1600.0, -1504.0]]> : tensor<3x2xf32>
  %currents = spike.constant dense<[[6400.0, -6400.0], [3200.0, -3008.0], [1600.0, -1504.0]]> : tensor<3x2xf32>
  check.expect_eq %s, %spikes : tensor<3x2xf32>, tensor<3x2xf32>
  check.expect_eq %v#0, %membranes : tensor<3x2xf32>, tensor<3x2xf32>
  check.expect_eq %v#1, %currents : tensor<3x2xf32>, tensor<3x2xf32>
  return
}

// -----

// A bias is in units of the membrane: 40; 80 > 64 fires; 40 again.
func.func @bias() {
  %x = spike.constant dense<[[0.0], [0.0], [0.0]]> : tensor<3x1xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<threshold = 1, bias = 40> trace (%x) : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
  %spikes = spike.constant dense<[[0.0], [1.0], [0.0]]> : tensor<3x1xf32>
  %membranes = spike.constant dense<[[40.0], [0.0], [40.0]]> : tensor<3x1xf32>
  %currents = spike.constant dense<[[0.0], [0.0], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %s, %spikes : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v#0, %membranes : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v#1, %currents : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// A soft reset keeps what is above; 192 - 64 = 128; at >= 64 the last one fires, too.
func.func @soft() {
  %x = spike.constant dense<[[3.0], [0.0], [0.0]]> : tensor<3x1xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<threshold = 1, reset = soft, fire = ge> trace (%x) : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
  %spikes = spike.constant dense<[[1.0], [1.0], [1.0]]> : tensor<3x1xf32>
  %membranes = spike.constant dense<[[128.0], [64.0], [0.0]]> : tensor<3x1xf32>
  %currents = spike.constant dense<[[192.0], [0.0], [0.0]]> : tensor<3x1xf32>
  check.expect_eq %s, %spikes : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v#0, %membranes : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v#1, %currents : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// 2^17 aligned is 2^23, which wraps to -2^23; the membrane stops at 1 - 2^23. -8388607 + 8388544 = -63. -131073
// wraps to 8388544; the sum stays below the threshold 8388544. Two times 8388544 stops at 2^23 - 1 and fires.
func.func @limits() {
  %x = spike.constant dense<[[131072.0, 131071.0, -131072.0], [131071.0, 131071.0, -131072.0], [-131073.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %s, %v:2 = spike.neuron #spike.fixed_lif<threshold = 131071> trace (%x) : (tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>)
  %spikes = spike.constant dense<[[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %membranes = spike.constant dense<[[-8388607.0, 8388544.0, -8388607.0], [-63.0, 0.0, -8388607.0], [8388481.0, 0.0, -8388607.0]]> : tensor<3x3xf32>
  %currents = spike.constant dense<[[-8388608.0, 8388544.0, -8388608.0], [8388544.0, 8388544.0, -8388608.0], [8388544.0, 0.0, 0.0]]> : tensor<3x3xf32>
  check.expect_eq %s, %spikes : tensor<3x3xf32>, tensor<3x3xf32>
  check.expect_eq %v#0, %membranes : tensor<3x3xf32>, tensor<3x3xf32>
  check.expect_eq %v#1, %currents : tensor<3x3xf32>, tensor<3x3xf32>
  return
}

// -----

// Thresholds and biases of the channels: 64 > 64 is no spike, 64 + 1 is one; 64 - 65 is below zero.
func.func @by_channel() {
  %x = spike.constant dense<1.0> : tensor<1x3xf32>
  %t = spike.constant dense<[1.0, 1.0, 0.0]> : tensor<3xf32>
  %b = spike.constant dense<[0.0, 1.0, -65.0]> : tensor<3xf32>
  %s = spike.neuron #spike.fixed_lif (%x) params(threshold = %t, bias = %b) axis 1 : (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %spikes = spike.constant dense<[[0.0, 1.0, 0.0]]> : tensor<1x3xf32>
  check.expect_eq %s, %spikes : tensor<1x3xf32>, tensor<1x3xf32>
  return
}

// -----

// Multiples of 2 units that 3, 4, 9 and -5 units reach, of three at most; with gt those that they exceed.
func.func @levels() {
  %x = spike.constant dense<[[3.0, 4.0, 9.0, -5.0]]> : tensor<1x4xf32>
  %s = spike.neuron #spike.fixed_lif<dv = 4096, threshold = 2, fire = ge, levels = 3> (%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %t = spike.neuron #spike.fixed_lif<dv = 4096, threshold = 2, levels = 3> (%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %reached = spike.constant dense<[[1.0, 2.0, 3.0, 0.0]]> : tensor<1x4xf32>
  %exceeded = spike.constant dense<[[1.0, 1.0, 3.0, 0.0]]> : tensor<1x4xf32>
  check.expect_eq %s, %reached : tensor<1x4xf32>, tensor<1x4xf32>
  check.expect_eq %t, %exceeded : tensor<1x4xf32>, tensor<1x4xf32>
  return
}
