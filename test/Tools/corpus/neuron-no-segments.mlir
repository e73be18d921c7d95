func.func @f(%x: tensor<4x4xf32>) {
  %0 = "spike.neuron"(%x) <{model = #spike.if}> : (tensor<4x4xf32>) -> tensor<4x4xi1>
  return
}
