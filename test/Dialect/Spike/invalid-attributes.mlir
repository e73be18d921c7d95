// Parameters of neuron models and codes.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @if_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.if<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.lif<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @plif_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.plif<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @if_reset_value(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got INF}}
  %0 = spike.neuron #spike.if<v_reset = 0x7FF0000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @if_unknown(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{duplicate or unknown struct parameter name: gain}}
  %0 = spike.neuron #spike.if<gain = 1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_reset_value(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got INF}}
  %0 = spike.neuron #spike.lif<v_reset = 0x7FF0000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_unknown(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{duplicate or unknown struct parameter name: gain}}
  %0 = spike.neuron #spike.lif<gain = 1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @plif_reset_value(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got INF}}
  %0 = spike.neuron #spike.plif<v_reset = 0x7FF0000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @plif_unknown(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{duplicate or unknown struct parameter name: gain}}
  %0 = spike.neuron #spike.plif<gain = 1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @li_reset_value(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got INF}}
  %0 = spike.neuron #spike.li<v_reset = 0x7FF0000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @li_unknown(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{duplicate or unknown struct parameter name: gain}}
  %0 = spike.neuron #spike.li<gain = 1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_tau(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be at least 1, got 5.0}}
  %0 = spike.neuron #spike.lif<tau = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_tau_infinite(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.lif<tau = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @lif_tau_nan(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be finite in f32, got nan}}
  %0 = spike.neuron #spike.lif<tau = 0x7FF8000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @li_tau(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be at least 1, got 5.0}}
  %0 = spike.neuron #spike.li<tau = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @li_tau_infinite(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.li<tau = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @li_tau_nan(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be finite in f32, got nan}}
  %0 = spike.neuron #spike.li<tau = 0x7FF8000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @plif_decay(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected decay between 0 and 1, got 1.5}}
  %0 = spike.neuron #spike.plif<decay = 1.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @plif_decay_nan(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected decay between 0 and 1, got nan}}
  %0 = spike.neuron #spike.plif<decay = 0x7FF8000000000000> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @no_mnemonic(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{unknown attribute `adlif` in dialect `spike`}}
  %0 = spike.neuron #spike.adlif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @not_closed(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{unbalanced '<' character in pretty dialect name}}
  %0 = spike.neuron #spike.if<v_threshold = 1.0 (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @word(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected floating point literal}}
  // expected-error @+1 {{failed to parse Spike_IFAttr parameter 'v_threshold'}}
  %0 = spike.neuron #spike.if<v_threshold = high> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @twice(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{duplicate or unknown struct parameter name: v_reset}}
  %0 = spike.neuron #spike.if<v_reset = 1.0, v_reset = 2.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @reset(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected ::mlir::spike::ResetKind to be one of: hard, soft}}
  // expected-error @+1 {{failed to parse Spike_IFAttr parameter 'reset'}}
  %0 = spike.neuron #spike.if<reset = gentle> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fire(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected ::mlir::spike::FireRule to be one of: ge, gt}}
  // expected-error @+1 {{failed to parse Spike_IFAttr parameter 'fire'}}
  %0 = spike.neuron #spike.if<fire = eq> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @charge(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected ::mlir::spike::ChargeForm to be one of: divide, simple}}
  // expected-error @+1 {{failed to parse Spike_LIFAttr parameter 'charge'}}
  %0 = spike.neuron #spike.lif<charge = multiply> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @decay_input(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected integer value}}
  // expected-error @+1 {{failed to parse Spike_LIFAttr parameter 'decay_input'}}
  %0 = spike.neuron #spike.lif<decay_input = often> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @rate_seed(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{integer value too large}}
  // expected-error @+1 {{failed to parse Spike_RateAttr parameter 'seed'}}
  %0 = spike.encode #spike.rate<seed = 18446744073709551616> (%x) steps 4 : tensor<4x2xf32> -> tensor<4x2xi1>
  return
}

// -----

func.func @rate_word(%x: tensor<4x2xf32>) {
  // expected-error @+2 {{expected integer value}}
  // expected-error @+1 {{failed to parse Spike_RateAttr parameter 'seed'}}
  %0 = spike.encode #spike.rate<seed = luck> (%x) steps 4 : tensor<4x2xf32> -> tensor<4x2xi1>
  return
}

// -----

func.func @delta_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected threshold to be finite in f32, got nan}}
  %0 = spike.encode #spike.delta<threshold = 0x7FF8000000000000> (%x) steps 4 : tensor<4x2xf32> -> tensor<4x2xi1>
  return
}
