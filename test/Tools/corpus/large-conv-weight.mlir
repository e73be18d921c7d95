func.func @f(%x: tensor<1x1x1000000x1000xf32>) -> tensor<1x1000x1x1xf32> {
  %w = spike.constant dense<1.0> : tensor<1000x1x1000000x1000xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<1x1x1000000x1000xf32>, tensor<1000x1x1000000x1000xf32>) -> tensor<1x1000x1x1xf32>
  return %0 : tensor<1x1000x1x1xf32>
}
