func.func @f(%x: tensor<1x1000000x1000000xf32>) -> tensor<1x1000001x1000001xf32> {
  %0 = spike.pool avg %x kernel [2, 2] strides [1, 1] padding [1, 1, 1, 1] channels_first : tensor<1x1000000x1000000xf32> -> tensor<1x1000001x1000001xf32>
  return %0 : tensor<1x1000001x1000001xf32>
}
