func.func @f() {
  %0 = spike.constant dense<0.0> : tensor<1000000x1000000xf32>
  %1 = spike.scale %0 by 2.0 : tensor<1000000x1000000xf32> -> tensor<1000000x1000000xf32>
  return
}
