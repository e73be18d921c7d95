func.func @f(%x: tensor<0x4xf32>) {
  %0 = "spike.neuron"(%x) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<0x4xf32>) -> tensor<0x4xi1>
  return
}
