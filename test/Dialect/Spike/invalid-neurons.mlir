// Neurons, codes and readouts.
// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @rank(%x: tensor<4xf32>) {
  // expected-error @+1 {{neuron_c1: expected a time axis and at least one more, got rank 1}}
  %0 = spike.neuron #spike.if (%x) : (tensor<4xf32>) -> tensor<4xi1>
  return
}

// -----

func.func @shape(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c2: expected result shape [4, 2], got [4, 3]}}
  %0 = spike.neuron #spike.if (%x) : (tensor<4x2xf32>) -> tensor<4x3xi1>
  return
}

// -----

func.func @init_shape(%x: tensor<4x2xf32>, %v: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c3: expected a state of shape [2], got [4, 2]}}
  %0 = spike.neuron #spike.if (%x) init(%v) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @final_shape(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c3: expected a state of shape [2], got [3]}}
  %0, %1 = spike.neuron #spike.if (%x) : (tensor<4x2xf32>) -> (tensor<4x2xi1>, tensor<3xf32>)
  return
}

// -----

func.func @single_step_state(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c3: expected a state of shape [4, 2], got [2]}}
  %0, %1 = spike.neuron #spike.if single_step (%x) : (tensor<4x2xf32>) -> (tensor<4x2xi1>, tensor<2xf32>)
  return
}

// -----

func.func @init_count(%x: tensor<4x2xf32>, %v: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c3: expected 1 initial states, got 2}}
  %0 = spike.neuron #spike.if (%x) init(%v, %v) : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @final_count(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c3: expected 1 final states, got 2}}
  %0, %1, %2 = spike.neuron #spike.if (%x) : (tensor<4x2xf32>) -> (tensor<4x2xi1>, tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @param_names(%x: tensor<4x2xf32>, %p: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c4: expected one name per parameter operand, got 0 names and 1 operands}}
  %0 = "spike.neuron"(%x, %p) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 1>, axis = 1 : i64}> : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @param_axis(%x: tensor<4x2xf32>, %p: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c4: expected parameter operands together with an axis}}
  %0 = "spike.neuron"(%x, %p) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 1>, param_names = ["v_reset"]}> : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @axis_alone(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c4: expected parameter operands together with an axis}}
  %0 = "spike.neuron"(%x) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 0>, axis = 1 : i64}> : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @axis_time(%x: tensor<4x2xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{neuron_c4: expected an axis of the population, got 0 of rank 2}}
  %0 = spike.neuron #spike.if (%x) params(v_reset = %p) axis 0 : (tensor<4x2xf32>, tensor<4xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @axis_outside(%x: tensor<4x2xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{neuron_c4: expected an axis of the population, got 2 of rank 2}}
  %0 = spike.neuron #spike.if (%x) params(v_reset = %p) axis 2 : (tensor<4x2xf32>, tensor<4xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @param_unknown(%x: tensor<4x2xf32>, %p: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c4: the model has no parameter 'tau'}}
  %0 = spike.neuron #spike.if (%x) params(tau = %p) axis 1 : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @param_twice(%x: tensor<4x2xf32>, %p: tensor<2xf32>) {
  // expected-error @+1 {{neuron_c4: parameter 'v_reset' is given twice}}
  %0 = spike.neuron #spike.if (%x) params(v_reset = %p, v_reset = %p) axis 1 : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @param_shape(%x: tensor<4x2xf32>, %p: tensor<3xf32>) {
  // expected-error @+1 {{neuron_c4: expected v_reset of shape [2], got [3]}}
  %0 = spike.neuron #spike.if (%x) params(v_reset = %p) axis 1 : (tensor<4x2xf32>, tensor<3xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @readout(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{neuron_c5: expected an f32 output of a model that does not fire, got 'i1'}}
  %0 = spike.neuron #spike.li (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @model(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{Invalid attribute `model` in property conversion: #spike.rate}}
  %0 = "spike.neuron"(%x) <{model = #spike.rate, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @encode_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{encode_c1: expected result shape [4, 2], got [3, 2]}}
  %0 = spike.encode #spike.rate (%x) steps 4 : tensor<2xf32> -> tensor<3x2xi1>
  return
}

// -----

func.func @encode_time(%x: tensor<3x2xf32>) {
  // expected-error @+1 {{encode_c1: expected an input with a time axis of 4 steps}}
  %0 = spike.encode #spike.delta (%x) steps 4 : tensor<3x2xf32> -> tensor<4x2xi1>
  return
}

// -----

func.func @encode_steps(%x: tensor<2xf32>) {
  // expected-error @+1 {{attribute 'steps' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = spike.encode #spike.rate (%x) steps 0 : tensor<2xf32> -> tensor<1x2xi1>
  return
}

// -----

func.func @encode_real(%x: tensor<2xf32>) {
  // expected-error @+1 {{encode_c2: expected an f32 result of a real code, got 'i1'}}
  %0 = spike.encode #spike.direct (%x) steps 4 : tensor<2xf32> -> tensor<4x2xi1>
  return
}

// -----

func.func @encode_phase(%x: tensor<2xf32>) {
  // expected-error @+1 {{encode_c3: expected at most 126 steps of the phase code, got 127}}
  %0 = spike.encode #spike.phase (%x) steps 127 : tensor<2xf32> -> tensor<127x2xi1>
  return
}

// -----

func.func @encode_code(%x: tensor<2xf32>) {
  // expected-error @+1 {{Invalid attribute `encoding` in property conversion: #spike.if}}
  %0 = "spike.encode"(%x) <{encoding = #spike.if, steps = 4 : i64}> : (tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// -----

func.func @decode_rank(%x: tensor<4xi1>) {
  // expected-error @+1 {{decode_c1: expected a time axis and at least one more, got rank 1}}
  %0 = spike.decode count %x : tensor<4xi1> -> tensor<i32>
  return
}

// -----

func.func @decode_shape(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{decode_c1: expected result shape [2], got [4]}}
  %0 = spike.decode count %x : tensor<4x2xi1> -> tensor<4xi32>
  return
}

// -----

func.func @decode_mean(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{decode_c2: expected an f32 mean, got 'i32'}}
  %0 = spike.decode mean %x : tensor<4x2xi1> -> tensor<2xi32>
  return
}

// -----

func.func @decode_last(%x: tensor<4x2xi1>) {
  // expected-error @+1 {{decode_c2: expected element type 'i1', got 'f32'}}
  %0 = spike.decode last %x : tensor<4x2xi1> -> tensor<2xf32>
  return
}

// -----

func.func @decode_count(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{decode_c2: expected an f32 result from f32 operands, got 'i32'}}
  %0 = spike.decode count %x : tensor<4x2xf32> -> tensor<2xi32>
  return
}
