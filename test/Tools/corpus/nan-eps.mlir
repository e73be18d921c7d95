func.func @f(%x: tensor<4xf32>) {
  %0 = spike.batch_norm %x mean %x var %x eps 0xFFF8000000000000 axis 0 : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}
