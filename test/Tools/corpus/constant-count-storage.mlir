func.func @f() {
  %0 = spike.constant dense<3> : tensor<2x!spike.count<max = 3>>
  return
}
