func.func @f(%x: tensor<1x1000000xf32>, %p: tensor<1000000xf32>) -> tensor<1x1000000xf32> {
  %w = spike.constant dense<1.0> : tensor<1000000x1000000xf32>
  %m = spike.constant dense<1.0> : tensor<1000000xf32>
  %0 = spike.linear %x, %w : (tensor<1x1000000xf32>, tensor<1000000x1000000xf32>) -> tensor<1x1000000xf32>
  %1 = spike.batch_norm %0 mean %m var %m eps 0.1 axis 1 : (tensor<1x1000000xf32>, tensor<1000000xf32>, tensor<1000000xf32>) -> tensor<1x1000000xf32>
  return %1 : tensor<1x1000000xf32>
}
