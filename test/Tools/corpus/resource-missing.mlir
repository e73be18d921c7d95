func.func @f() -> tensor<2xf32> {
  %0 = spike.constant dense_resource<w> : tensor<2xf32>
  return %0 : tensor<2xf32>
}
