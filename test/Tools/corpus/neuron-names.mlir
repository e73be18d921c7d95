func.func @f(%x: tensor<4x4xf32>, %p: tensor<4xf32>) {
  %0 = "spike.neuron"(%x, %p) <{model = #spike.if, operandSegmentSizes = array<i32: 1, 0, 1>, param_names = [3], axis = 1 : i64}> : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xi1>
  return
}
