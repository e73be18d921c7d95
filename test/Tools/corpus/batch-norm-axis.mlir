func.func @f(%x: tensor<4xf32>, %m: tensor<4xf32>) {
  %0 = spike.batch_norm %x mean %m var %m eps 0.1 axis 9223372036854775807 : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}
