func.func @f() {
  %0 = spike.constant dense<0.0> : tensor<1000000x1000000x1000000xf32>
  return
}
