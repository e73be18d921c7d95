func.func @f() {
  %1 = spike.scale %0 by 2.0 : tensor<2xf32> -> tensor<2xf32>
  %0 = spike.constant dense<1.0> : tensor<2xf32>
  return
}
