func.func @f() {
  %x = spike.constant dense<1.0> : tensor<1x1x4xf32>
  %w = spike.constant dense<1.0> : tensor<1x1x1xf32>
  %0 = spike.conv %x, %w strides [1] padding [2147483647, 2147483647] channels_first : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4294967298xf32>
  return
}
