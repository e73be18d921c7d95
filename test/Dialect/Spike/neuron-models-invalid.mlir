// Parameters, states and traces of neuron models.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @leaky(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected beta to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.leaky<beta = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @recurrent_leaky(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected recurrent to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.recurrent_leaky<recurrent = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @synaptic(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected alpha to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.synaptic<alpha = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @recurrent_synaptic(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected beta to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.recurrent_synaptic<beta = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @alpha(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau_alpha to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.alpha<tau_alpha = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @cuba_lif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_leak to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.cuba_lif<v_leak = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @cuba_li(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected r to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.cuba_li<r = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @cuba_lif_refrac(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected rho_reset to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.cuba_lif_refrac<rho_reset = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @box_lif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_factor to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.box_lif<v_factor = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @box_li(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_init to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.box_li<v_init = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @integrator(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_init to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.integrator<v_init = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.threshold<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @if(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_init to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.if<v_init = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @no_leak_potential(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected no v_leak in the form decay, got 5.000000e-01}}
  %0 = spike.neuron #spike.cuba_lif<v_leak = 0.5, form = decay> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @states(%x: tensor<4x2xf32>, %v: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c3: expected 2 initial states, got 1}}
  %0 = spike.neuron #spike.synaptic (%x) init(%v) : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @trace_shape(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c3: expected a state of shape [4, 2], got [2]}}
  %0:2 = spike.neuron #spike.leaky trace (%x) : (tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @trace_without_states(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c8: expected a trace of several steps with the states as results}}
  %0 = spike.neuron #spike.leaky trace (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @trace_of_one_step(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c8: expected a trace of several steps with the states as results}}
  %0:2 = spike.neuron #spike.leaky single_step trace (%x) : (tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>)
  return
}
