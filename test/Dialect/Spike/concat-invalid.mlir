// spike.concat: what the verifier refuses.
// RUN: spike-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<2x8xi1>) {
  // expected-error @+1 {{concat_c1: expected an axis below rank 2, got 2}}
  %0 = spike.concat %x axis 2 : (tensor<2x8xi1>) -> tensor<2x8xi1>
  return
}

// -----

func.func @f(%x: tensor<2x8xi1>, %y: tensor<8xi1>) {
  // expected-error @+1 {{concat_c1: expected operands of rank 2, got 1}}
  %0 = spike.concat %x, %y axis 0 : (tensor<2x8xi1>, tensor<8xi1>) -> tensor<3x8xi1>
  return
}

// -----

func.func @f(%x: tensor<2x8xi1>, %y: tensor<2x7xi1>) {
  // expected-error @+1 {{concat_c1: expected axis 1 to have 8 elements in every operand, got 7}}
  %0 = spike.concat %x, %y axis 0 : (tensor<2x8xi1>, tensor<2x7xi1>) -> tensor<4x8xi1>
  return
}

// -----

func.func @f(%x: tensor<2x8xi1>) {
  // expected-error @+1 {{concat_c2: expected result shape [4, 8], got [5, 8]}}
  %0 = spike.concat %x, %x axis 0 : (tensor<2x8xi1>, tensor<2x8xi1>) -> tensor<5x8xi1>
  return
}

// -----

func.func @f(%x: tensor<2x8xi1>) {
  // expected-error @+1 {{concat_c3: expected element type 'i1', got 'f32'}}
  %0 = spike.concat %x, %x axis 0 : (tensor<2x8xi1>, tensor<2x8xi1>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{concat_c1: expected at least one operand}}
  %0 = "spike.concat"() <{axis = 0 : i64}> : () -> tensor<4x8xf32>
  return
}
