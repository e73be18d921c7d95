// Every neuron model, with all its defaults and with some parameters of its own.
// RUN: spike-opt %s | spike-opt | FileCheck %s
// RUN: spike-opt %s --mlir-print-op-generic | spike-opt | FileCheck %s

// CHECK-LABEL: func.func @one_state
func.func @one_state(%x: tensor<4x2xf32>) {
  // CHECK: spike.neuron #spike.if<v_init = 0.5>(%{{.*}})
  %0 = spike.neuron #spike.if<v_init = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.lif<reset = none, v_init = -1.5>(%{{.*}})
  %1 = spike.neuron #spike.lif<reset = none, v_init = -1.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.plif<v_init = 0.0>(%{{.*}})
  %2 = spike.neuron #spike.plif<v_init = 0.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.integrator(%{{.*}})
  %3 = spike.neuron #spike.integrator (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.neuron #spike.threshold<v_threshold = 0.5, fire = gt>(%{{.*}})
  %4 = spike.neuron #spike.threshold<v_threshold = 0.5, fire = gt> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.box_lif<v_factor = 0.1, form = input_first>(%{{.*}})
  %5 = spike.neuron #spike.box_lif<v_factor = 0.1, form = input_first> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.box_li<r = 2.0>(%{{.*}})
  %6 = spike.neuron #spike.box_li<r = 2.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// CHECK-LABEL: func.func @several_states
func.func @several_states(%x: tensor<4x2xf32>, %v: tensor<2xf32>) {
  // CHECK: spike.neuron #spike.cuba_lif<i_factor = 0.2, form = euler, reset = soft, fire = ge>(%{{.*}}) init(%{{.*}}, %{{.*}}) :
  // CHECK-SAME: -> (tensor<4x2xi1>, tensor<2xf32>, tensor<2xf32>)
  %0:3 = spike.neuron #spike.cuba_lif<i_factor = 0.2, form = euler, reset = soft, fire = ge> (%x) init(%v, %v)
      : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<4x2xi1>, tensor<2xf32>, tensor<2xf32>)
  // CHECK: spike.neuron #spike.cuba_li<v_leak = 0.25> trace(%{{.*}}) :
  // CHECK-SAME: -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>)
  %1:3 = spike.neuron #spike.cuba_li<v_leak = 0.25> trace (%x)
      : (tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>)
  // CHECK: spike.neuron #spike.cuba_lif_refrac<rho_reset = 2.0>(%{{.*}})
  %2 = spike.neuron #spike.cuba_lif_refrac<rho_reset = 2.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.synaptic<alpha = 0.5, reset_delay = false>(%{{.*}})
  %3 = spike.neuron #spike.synaptic<alpha = 0.5, reset_delay = false> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.recurrent_synaptic<recurrent = 0.5>(%{{.*}})
  %4 = spike.neuron #spike.recurrent_synaptic<recurrent = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.alpha<tau_alpha = 2.0>(%{{.*}})
  %5 = spike.neuron #spike.alpha<tau_alpha = 2.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// CHECK-LABEL: func.func @leaky
func.func @leaky(%x: tensor<4x2xf32>, %beta: tensor<2xf32>) {
  // CHECK: spike.neuron #spike.leaky<beta = 0.9, reset = hard, reset_charged = true>(%{{.*}})
  %0 = spike.neuron #spike.leaky<beta = 0.9, reset = hard, reset_charged = true> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.leaky path "a" trace(%{{.*}}) params(beta = %{{.*}}) axis 1
  %1:2 = spike.neuron #spike.leaky path "a" trace (%x) params(beta = %beta) axis 1
      : (tensor<4x2xf32>, tensor<2xf32>) -> (tensor<4x2xi1>, tensor<4x2xf32>)
  // CHECK: spike.neuron #spike.recurrent_leaky<recurrent = -0.5>(%{{.*}})
  %2 = spike.neuron #spike.recurrent_leaky<recurrent = -0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// CHECK-LABEL: func.func @spikingjelly
func.func @spikingjelly(%x: tensor<4x2xf32>, %keep: tensor<2xf32>) {
  // CHECK: spike.neuron #spike.if<v_offset = 0.5>(%{{.*}})
  %0 = spike.neuron #spike.if<v_offset = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.lif<decay_input = false, charge = keep>(%{{.*}})
  %1 = spike.neuron #spike.lif<decay_input = false, charge = keep> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.plif<decay_input = false, charge = keep>(%{{.*}})
  %2 = spike.neuron #spike.plif<decay_input = false, charge = keep> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.qif<a0 = 0.5>(%{{.*}})
  %3 = spike.neuron #spike.qif<a0 = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.eif<delta_t = 0.5>(%{{.*}})
  %4 = spike.neuron #spike.eif<delta_t = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.izhikevich<w_init = 0.5>(%{{.*}})
  %5 = spike.neuron #spike.izhikevich<w_init = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.klif<k = 1.5, scale_reset = true>(%{{.*}})
  %6 = spike.neuron #spike.klif<k = 1.5, scale_reset = true> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.clif(%{{.*}})
  %7 = spike.neuron #spike.clif (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.glif(%{{.*}}) params(keep = %{{.*}}) axis 1
  %8 = spike.neuron #spike.glif (%x) params(keep = %keep) axis 1 : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.liaf<threshold_related = true>(%{{.*}})
  %9 = spike.neuron #spike.liaf<threshold_related = true> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.neuron #spike.raf<decay = 0.5>(%{{.*}})
  %10 = spike.neuron #spike.raf<decay = 0.5> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.ilif<max = 8>(%{{.*}}) : (tensor<4x2xf32>) -> tensor<4x2x!spike.count<max = 8>>
  %11 = spike.neuron #spike.ilif<max = 8> (%x) : (tensor<4x2xf32>) -> tensor<4x2x!spike.count<max = 8>>
  // CHECK: spike.neuron #spike.ternary_if(%{{.*}}) : (tensor<4x2xf32>) -> tensor<4x2xi8>
  %12 = spike.neuron #spike.ternary_if (%x) : (tensor<4x2xf32>) -> tensor<4x2xi8>
  // CHECK: spike.neuron #spike.ternary_lif<tau = 4.0>(%{{.*}}) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %13 = spike.neuron #spike.ternary_lif<tau = 4.0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.neuron #spike.fixed_lif<du = 2048, dv = 128, threshold = 64, bias = -5, reset = soft, fire = ge, align = 0>(%{{.*}})
  %14 = spike.neuron #spike.fixed_lif<du = 2048, dv = 128, threshold = 64, bias = -5, reset = soft, fire = ge, align = 0> (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: spike.neuron #spike.fixed_lif(%{{.*}}) params(threshold = %{{.*}}, bias = %{{.*}}) axis 1
  %15 = spike.neuron #spike.fixed_lif (%x) params(threshold = %keep, bias = %keep) axis 1 : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}
