// Every neuron model, by hand: charge, fire, reset.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics

// V = 0.5; 1.0 fires at >=, and V = 0; 0.5.
func.func @if_ge_hard() {
  %x = spike.constant dense<[[0.5], [0.5], [0.5]]> : tensor<3x1xf32>
  %s, %v = spike.neuron #spike.if (%x) : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<1xf32>)
  %want = spike.constant dense<[[false], [true], [false]]> : tensor<3x1xi1>
  %wantV = spike.constant dense<0.5> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// V = 0.5; 1.0 does not fire at >; 1.5 does.
func.func @if_gt_soft() {
  %x = spike.constant dense<[[0.5], [0.5], [0.5]]> : tensor<3x1xf32>
  %s, %v = spike.neuron #spike.if<reset = soft, fire = gt> (%x) : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<1xf32>)
  %want = spike.constant dense<[[0.0], [0.0], [1.0]]> : tensor<3x1xf32>
  %wantV = spike.constant dense<0.5> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// V = -1; H = 1 fires, V = -1; H = 0.
func.func @if_reset_value() {
  %x = spike.constant dense<[[2.0], [1.0]]> : tensor<2x1xf32>
  %s, %v = spike.neuron #spike.if<v_reset = -1.0> (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1x!spike.count<max = 4>>, tensor<1xf32>)
  %want = spike.constant dense<[[1], [0]]> : tensor<2x1xi8>
  %wantV = spike.constant dense<0.0> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<2x1x!spike.count<max = 4>>, tensor<2x1xi8>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// H = 0.25; 0.25 + (1 - 0.25) / 2 = 0.625; 0.625 + (2.5 - 0.625) / 2 = 1.5625 fires.
func.func @lif_decay_input() {
  %x = spike.constant dense<[[0.5], [1.0], [2.5]]> : tensor<3x1xf32>
  %s, %v = spike.neuron #spike.lif (%x) : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<1xf32>)
  %want = spike.constant dense<[[false], [false], [true]]> : tensor<3x1xi1>
  %hard = spike.constant dense<0.0> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  check.expect_eq %v, %hard : tensor<1xf32>, tensor<1xf32>
  %s2, %v2 = spike.neuron #spike.lif<reset = soft> (%x) : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<1xf32>)
  %soft = spike.constant dense<0.5625> : tensor<1xf32>
  check.expect_eq %s2, %want : tensor<3x1xi1>, tensor<3x1xi1>
  check.expect_eq %v2, %soft : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// H = 0.5; 0.25 + 1 = 1.25 fires, V = 0.25; 0.125 + 2.5 = 2.625 fires, V = 1.625.
func.func @lif_full_input() {
  %x = spike.constant dense<[[0.5], [1.0], [2.5]]> : tensor<3x1xf32>
  %s, %v = spike.neuron #spike.lif<decay_input = false, reset = soft> (%x)
      : (tensor<3x1xf32>) -> (tensor<3x1xi1>, tensor<1xf32>)
  %want = spike.constant dense<[[false], [true], [true]]> : tensor<3x1xi1>
  %wantV = spike.constant dense<1.625> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<3x1xi1>, tensor<3x1xi1>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// The leak pulls towards v_reset: -1 + (1 - 0) / 4 = -0.75; -0.75 + (1 - 0.25) / 4 = -0.5625. Both ways of writing it.
func.func @lif_simple() {
  %x = spike.constant dense<1.0> : tensor<2x1xf32>
  %wantV = spike.constant dense<-0.5625> : tensor<1xf32>
  %s, %v = spike.neuron #spike.lif<tau = 4.0, v_reset = -1.0, charge = simple> (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  %s2, %v2 = spike.neuron #spike.lif<tau = 4.0, v_reset = -1.0> (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  check.expect_eq %v2, %wantV : tensor<1xf32>, tensor<1xf32>
  // Without decay of the input: -1 + 0 + 1 = 0; 0 + (-1 - 0) / 4 + 1 = 0.75.
  %wantFull = spike.constant dense<0.75> : tensor<1xf32>
  %s3, %v3 = spike.neuron #spike.lif<tau = 4.0, v_reset = -1.0, decay_input = false, charge = simple> (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  check.expect_eq %v3, %wantFull : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// The division stays a division: 1 / 3 in f32 is 0x3EAAAAAB, and 5 / 3 is 0x3FD55555, one below 5 * (1 / 3).
func.func @lif_divides() {
  %x = spike.constant dense<[[1.0, 5.0]]> : tensor<1x2xf32>
  %s, %v = spike.neuron #spike.lif<tau = 3.0, v_threshold = 9.0> (%x) : (tensor<1x2xf32>) -> (tensor<1x2xi1>, tensor<2xf32>)
  %wantV = spike.constant dense<[0x3EAAAAAB, 0x3FD55555]> : tensor<2xf32>
  check.expect_eq %v, %wantV : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

// 0 + 4 * 0.25 = 1 fires; 0 + 2 * 0.25 = 0.5. Without decay of the input: 4 fires; 2 fires.
func.func @plif() {
  %x = spike.constant dense<[[4.0], [2.0]]> : tensor<2x1xf32>
  %s, %v = spike.neuron #spike.plif<decay = 0.25> (%x) : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  %want = spike.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %wantV = spike.constant dense<0.5> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  // V = 3; 3 - 3 * 0.25 + 2 = 4.25, V = 3.25.
  %s2, %v2 = spike.neuron #spike.plif<decay = 0.25, decay_input = false, reset = soft> (%x)
      : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  %want2 = spike.constant dense<true> : tensor<2x1xi1>
  %wantV2 = spike.constant dense<3.25> : tensor<1xf32>
  check.expect_eq %s2, %want2 : tensor<2x1xi1>, tensor<2x1xi1>
  check.expect_eq %v2, %wantV2 : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// The output is the membrane: 2; 2 + (4 - 2) / 2 = 3; 3 + (0 - 3) / 2 = 1.5.
func.func @li() {
  %x = spike.constant dense<[[4.0], [4.0], [0.0]]> : tensor<3x1xf32>
  %y, %v = spike.neuron #spike.li (%x) : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<1xf32>)
  %want = spike.constant dense<[[2.0], [3.0], [1.5]]> : tensor<3x1xf32>
  %wantV = spike.constant dense<1.5> : tensor<1xf32>
  check.expect_eq %y, %want : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  // Without decay of the input: 4; 2 + 4 = 6; 3 + 0 = 3.
  %y2 = spike.neuron #spike.li<decay_input = false> (%x) : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %want2 = spike.constant dense<[[4.0], [6.0], [3.0]]> : tensor<3x1xf32>
  check.expect_eq %y2, %want2 : tensor<3x1xf32>, tensor<3x1xf32>
  return
}

// -----

// State carried from one run to the next gives what one run gives.
func.func @state() {
  %a = spike.constant dense<[[0.75, 0.25], [0.75, 0.25]]> : tensor<2x2xf32>
  %v0 = spike.constant dense<[0.0, 0.5]> : tensor<2xf32>
  %s1, %v1 = spike.neuron #spike.if (%a) init(%v0) : (tensor<2x2xf32>, tensor<2xf32>) -> (tensor<2x2xi1>, tensor<2xf32>)
  %want1 = spike.constant dense<[[false, false], [true, true]]> : tensor<2x2xi1>
  check.expect_eq %s1, %want1 : tensor<2x2xi1>, tensor<2x2xi1>
  %b = spike.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %s2, %v2 = spike.neuron #spike.if single_step (%b) init(%v1) : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  %want2 = spike.constant dense<[false, true]> : tensor<2xi1>
  %wantV = spike.constant dense<[0.5, 0.0]> : tensor<2xf32>
  check.expect_eq %s2, %want2 : tensor<2xi1>, tensor<2xi1>
  check.expect_eq %v2, %wantV : tensor<2xf32>, tensor<2xf32>
  return
}

// -----

// Parameters along an axis that is neither the first nor the last. Membranes start at their channel's reset value:
// -0.5 + 1 = 0.5; 7 + 1 = 8 fires, V = 7.
func.func @params() {
  %x = spike.constant dense<1.0> : tensor<1x2x2xf32>
  %th = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %vr = spike.constant dense<[-0.5, 7.0]> : tensor<2xf32>
  %s, %v = spike.neuron #spike.if (%x) params(v_threshold = %th, v_reset = %vr) axis 1
      : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<1x2x2xi1>, tensor<2x2xf32>)
  %want = spike.constant dense<[[[false, false], [true, true]]]> : tensor<1x2x2xi1>
  %wantV = spike.constant dense<[[0.5, 0.5], [7.0, 7.0]]> : tensor<2x2xf32>
  check.expect_eq %s, %want : tensor<1x2x2xi1>, tensor<1x2x2xi1>
  check.expect_eq %v, %wantV : tensor<2x2xf32>, tensor<2x2xf32>
  return
}

// -----

// The same operand may stand for two parameters.
func.func @shared_param() {
  %x = spike.constant dense<8.0> : tensor<1x2xf32>
  %p = spike.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %s = spike.neuron #spike.lif (%x) params(tau = %p, v_threshold = %p) axis 1
      : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xi1>
  %want = spike.constant dense<[[true, false]]> : tensor<1x2xi1>
  check.expect_eq %s, %want : tensor<1x2xi1>, tensor<1x2xi1>
  return
}

// -----

// Integer currents are real numbers to a neuron.
func.func @integer_current() {
  %x = spike.constant dense<[[3, -1]]> : tensor<1x2xi8>
  %s = spike.neuron #spike.if<v_threshold = 3.0> (%x) : (tensor<1x2xi8>) -> tensor<1x2xi1>
  %want = spike.constant dense<[[true, false]]> : tensor<1x2xi1>
  check.expect_eq %s, %want : tensor<1x2xi1>, tensor<1x2xi1>
  return
}

// -----

// What is not a number never fires, and stays.
func.func @not_a_number() {
  %x = spike.constant dense<[[0x7FC00000], [9.0]]> : tensor<2x1xf32>
  %s, %v = spike.neuron #spike.if (%x) : (tensor<2x1xf32>) -> (tensor<2x1xi1>, tensor<1xf32>)
  %want = spike.constant dense<false> : tensor<2x1xi1>
  %wantV = spike.constant dense<0x7FC00000> : tensor<1xf32>
  check.expect_eq %s, %want : tensor<2x1xi1>, tensor<2x1xi1>
  check.expect_eq %v, %wantV : tensor<1xf32>, tensor<1xf32>
  return
}

// -----

// Sum, mean and maximum up to each step; the mean carries the number of steps.
func.func @running() {
  %x = spike.constant dense<[[-3.0], [5.0], [1.0]]> : tensor<3x1xf32>
  %sum = spike.neuron #spike.running<kind = sum> (%x) : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %mean, %total, %steps = spike.neuron #spike.running (%x) : (tensor<3x1xf32>) -> (tensor<3x1xf32>, tensor<1xf32>, tensor<1xf32>)
  %max = spike.neuron #spike.running<kind = max> (%x) : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %wantSum = spike.constant dense<[[-3.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %wantMean = spike.constant dense<[[-3.0], [1.0], [1.0]]> : tensor<3x1xf32>
  %wantMax = spike.constant dense<[[-3.0], [5.0], [5.0]]> : tensor<3x1xf32>
  %three = spike.constant dense<3.0> : tensor<1xf32>
  check.expect_eq %sum, %wantSum : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %mean, %wantMean : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %max, %wantMax : tensor<3x1xf32>, tensor<3x1xf32>
  check.expect_eq %total, %three : tensor<1xf32>, tensor<1xf32>
  check.expect_eq %steps, %three : tensor<1xf32>, tensor<1xf32>
  return
}
