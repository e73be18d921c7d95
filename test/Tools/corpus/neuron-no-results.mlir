func.func @f(%x: tensor<4x4xf32>) {
  "spike.neuron"(%x) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<4x4xf32>) -> ()
  return
}
