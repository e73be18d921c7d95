func.func @f(%x: tensor<4x4xf32>, %p: tensor<4xf32>) {
  %0 = spike.neuron #spike.if (%x) params(v_reset = %p) axis 9223372036854775807 : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xi1>
  return
}
