func.func @f() {
  %0 = spike.constant dense<[[1.0], [2.0, 3.0]]> : tensor<2x2xf32>
  return
}
