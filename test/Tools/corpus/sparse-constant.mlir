func.func @f() {
  %0 = spike.constant sparse<[[5000000000]], [1.0]> : tensor<2xf32>
  return
}
