func.func @f() {
  %a = spike.constant dense<-2147483648> : tensor<1x1024xi32>
  %0 = spike.matmul %a, %a transpose_rhs : (tensor<1x1024xi32>, tensor<1x1024xi32>) -> tensor<1x1xi32>
  return
}
