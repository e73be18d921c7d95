func.func @f(%x: tensor<1x0xf32>, %w: tensor<2x0xf32>) {
  %0 = spike.linear %x, %w : (tensor<1x0xf32>, tensor<2x0xf32>) -> tensor<1x2xf32>
  return
}
