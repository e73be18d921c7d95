func.func @f(%x: tensor<4x4xf32>) {
  %0 = "spike.reduce"(%x) : (tensor<4x4xf32>) -> tensor<f32>
  return
}
