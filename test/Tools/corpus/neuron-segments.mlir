func.func @f(%x: tensor<4x4xf32>) {
  %0 = "spike.neuron"(%x) <{model = #spike.if, operandSegmentSizes = array<i32: 2147483647, -2147483648, 2>}> : (tensor<4x4xf32>) -> tensor<4x4xi1>
  return
}
