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

// -----

func.func @qif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a0 to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.qif<a0 = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @eif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected theta_rh to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.eif<theta_rh = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @izhikevich(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected w_init to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.izhikevich<w_init = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @klif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected unit to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.klif<unit = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @clif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.clif<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @glif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected drift to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.glif<drift = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @liaf(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.liaf<v_reset = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @raf(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected sine to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.raf<sine = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ilif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.ilif<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ternary_if(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_reset to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.ternary_if<v_reset = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ternary_lif(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected v_threshold to be finite in f32, got 1.000000e+39}}
  %0 = spike.neuron #spike.ternary_lif<v_threshold = 1.0e+39> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @qif_tau(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be positive, got 0.000000e+00}}
  %0 = spike.neuron #spike.qif<tau = 0.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @eif_width(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected delta_t to be positive, got -1.000000e+00}}
  %0 = spike.neuron #spike.eif<delta_t = -1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @izhikevich_tau_w(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau_w to be positive, got 0.000000e+00}}
  %0 = spike.neuron #spike.izhikevich<tau_w = 0.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @klif_tau(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected tau to be at least 1, got 5.000000e-01}}
  %0 = spike.neuron #spike.klif<tau = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ilif_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a v_threshold to divide by, got 0}}
  %0 = spike.neuron #spike.ilif<v_threshold = 0.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ilif_max(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a largest count between 1 and 16777216, got 0}}
  %0 = spike.neuron #spike.ilif<max = 0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ternary_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a positive v_threshold of a neuron that fires at both signs, got -1.000000e+00}}
  %0 = spike.neuron #spike.ternary_if<v_threshold = -1.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @keep_decays_input(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected decay_input = false and v_reset = 0.0 in the form keep, got true and 0.000000e+00}}
  %0 = spike.neuron #spike.lif<charge = keep> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @keep_resets(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected decay_input = false and v_reset = 0.0 in the form keep, got false and 5.000000e-01}}
  %0 = spike.neuron #spike.plif<decay_input = false, v_reset = 0.5, charge = keep> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @ternary_is_no_count(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c5: expected a signed element type or f32 for outputs from -1 to 1, got '!spike.count<max = 3>'}}
  %0 = spike.neuron #spike.ternary_if (%x) : (tensor<4x2xf32>) -> tensor<4x2x!spike.count<max = 3>>
  return
}

// -----

func.func @count_too_small(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c5: expected an element type that holds 4, got 'i1'}}
  %0 = spike.neuron #spike.ilif (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @fixed_decay(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected du below 4096 and dv of at most that, got 4095 and 4097}}
  %0 = spike.neuron #spike.fixed_lif<dv = 4097> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_threshold(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a threshold of at most 131071, got 131072}}
  %0 = spike.neuron #spike.fixed_lif<threshold = 131072> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_bias(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected a bias within +-524288, got -524289}}
  %0 = spike.neuron #spike.fixed_lif<bias = -524289> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_align(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected to align by at most 6 bits, got 7}}
  %0 = spike.neuron #spike.fixed_lif<align = 7> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_reset(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected reset = hard or soft, got none}}
  %0 = spike.neuron #spike.fixed_lif<reset = none> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_levels(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected levels between 1 and 64, got 65}}
  %0 = spike.neuron #spike.fixed_lif<levels = 65> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @fixed_soft_levels(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected reset = hard with more than one level, got soft}}
  %0 = spike.neuron #spike.fixed_lif<reset = soft, levels = 2> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}
