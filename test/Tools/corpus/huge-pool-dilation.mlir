func.func @f() {
  %x = spike.constant dense<1.0> : tensor<1x4x4xf32>
  %0 = spike.pool max %x kernel [3, 3] strides [1, 1] padding [2147483647, 2147483647, 2147483647, 2147483647] dilations [2147483647, 2147483647] channels_first : tensor<1x4x4xf32> -> tensor<1x4x4xf32>
  return
}
