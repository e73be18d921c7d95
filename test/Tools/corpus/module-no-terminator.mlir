func.func @f() {
  %0 = spike.constant dense<1.0> : tensor<2xf32>
}
