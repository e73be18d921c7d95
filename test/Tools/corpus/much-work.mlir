func.func @f() {
  %a = spike.constant dense<1.0> : tensor<4096x4096xf32>
  %0 = spike.matmul %a, %a : (tensor<4096x4096xf32>, tensor<4096x4096xf32>) -> tensor<4096x4096xf32>
  return
}
