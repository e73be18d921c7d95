func.func @f(%x: tensor<4x4xf32>) {
  %0 = "spike.neuron"(%x) <{operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<4x4xf32>) -> tensor<4x4xi1>
  return
}
