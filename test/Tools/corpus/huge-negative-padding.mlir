func.func @f(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x2x2xf32>) {
  %0 = spike.conv %x, %w strides [1, 1] padding [-9223372036854775808, 0, 0, 0] channels_first : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  return
}
