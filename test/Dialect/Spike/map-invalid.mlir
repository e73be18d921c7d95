// spike.map, spike.pad and #spike.multi_spike: what the verifiers refuse.
// RUN: spike-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{map_c1: expected 2 operands of 'max', got 1}}
  %0 = spike.map max %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>, %y: tensor<7xf32>) {
  // expected-error @+1 {{map_c2: the operands' shapes do not align}}
  %0 = spike.map max %x, %y : (tensor<2x8xf32>, tensor<7xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{map_c2: expected result shape [2, 8], got [2, 7]}}
  %0 = spike.map abs %x : (tensor<2x8xf32>) -> tensor<2x7xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xi1>) {
  // expected-error @+1 {{map_c3: expected an f32 result, got 'i1'}}
  %0 = spike.map abs %x : (tensor<2x8xi1>) -> tensor<2x8xi1>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{map_c3: expected an f32 result or spikes, got 'i32'}}
  %0 = spike.map ge %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xi32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{pad_c1: expected low and high padding of one to 2 axes, got 3 numbers}}
  %0 = spike.pad %x padding [1, 1, 1] : tensor<2x8xf32> -> tensor<3x10xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{pad_c1: expected padding between 0 and 2^31 - 1, got -1}}
  %0 = spike.pad %x padding [-1, 1] : tensor<2x8xf32> -> tensor<2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{pad_c2: expected result shape [2, 10], got [2, 9]}}
  %0 = spike.pad %x padding [1, 1] : tensor<2x8xf32> -> tensor<2x9xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{pad_c3: expected element type 'f32', got 'i1'}}
  %0 = spike.pad %x padding [1, 1] : tensor<2x8xf32> -> tensor<2x10xi1>
  return
}

// -----

// expected-error @+1 {{expected levels between 1 and 4194304, got 0}}
#model = #spike.multi_spike<levels = 0>

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @+1 {{neuron_c5: expected an element type that holds 4, got 'i1'}}
  %0 = spike.neuron #spike.multi_spike single_step (%x) : (tensor<2x8xf32>) -> tensor<2x8xi1>
  return
}
