func.func @f() {
  %a = spike.constant dense<true> : tensor<1000000x1000000xi1>
  %0 = spike.matmul %a, %a : (tensor<1000000x1000000xi1>, tensor<1000000x1000000xi1>) -> tensor<1000000x1000000xi32>
  return
}
