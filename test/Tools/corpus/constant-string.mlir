func.func @f() {
  %0 = spike.constant dense<"text"> : tensor<2x!spike.count<max = 3>>
  return
}
