func.func @f(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x2x2xf32>) {
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] dilations [9223372036854775807, 9223372036854775807] channels_first : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  return
}
