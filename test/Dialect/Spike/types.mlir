// Types and attributes are read and written back; defaults are left out, doubles keep their bits.
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func private @counts(
// CHECK-SAME: tensor<2x!spike.count<max = 1>>, tensor<!spike.count<max = 2147483647>>, !spike.count<max = 18>
func.func private @counts(tensor<2x!spike.count<max = 1>>, tensor<!spike.count<max = 2147483647>>, !spike.count<max = 18>)

// CHECK-LABEL: func.func private @neurons
func.func private @neurons() attributes {
  // CHECK-SAME: a0 = #spike.if, a1 = #spike.if<v_threshold = -0.5, v_reset = 2.0, reset = soft, fire = gt>
  a0 = #spike.if<v_threshold = 1.0>,
  a1 = #spike.if<fire = gt, reset = soft, v_reset = 2.0, v_threshold = -0.5>,
  // CHECK-SAME: a2 = #spike.lif, a3 = #spike.lif<tau = 1.0, v_threshold = 0.1, v_reset = -0.07, decay_input = false, reset = soft, fire = gt, charge = simple>
  a2 = #spike.lif<decay_input = true>,
  a3 = #spike.lif<tau = 1.0, v_threshold = 0.1, v_reset = -0.07, decay_input = false, reset = soft, fire = gt, charge = simple>,
  // CHECK-SAME: a4 = #spike.plif, a5 = #spike.plif<decay = 0.0, v_threshold = 1.0E+30, v_reset = 1.0E-300, decay_input = false, reset = soft, fire = gt>
  a4 = #spike.plif,
  a5 = #spike.plif<decay = 0.0, v_threshold = 1.0e+30, v_reset = 1.0e-300, decay_input = false, reset = soft, fire = gt>,
  // CHECK-SAME: a6 = #spike.li, a7 = #spike.li<tau = 4.0, v_reset = 0.30000000000000004, decay_input = false>
  a6 = #spike.li,
  a7 = #spike.li<tau = 4.0, v_reset = 0.30000000000000004, decay_input = false>
}

// CHECK-LABEL: func.func private @codes
func.func private @codes() attributes {
  // CHECK-SAME: b0 = #spike.direct, b1 = #spike.rate, b2 = #spike.rate<seed = 3>, b3 = #spike.latency, b4 = #spike.phase
  b0 = #spike.direct, b1 = #spike.rate<seed = 0>, b2 = #spike.rate<seed = 3>, b3 = #spike.latency, b4 = #spike.phase,
  // CHECK-SAME: b5 = #spike.delta, b6 = #spike.delta<threshold = -1.5>
  b5 = #spike.delta, b6 = #spike.delta<threshold = -1.5>
}
