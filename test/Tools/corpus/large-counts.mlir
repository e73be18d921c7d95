func.func @f() {
  %0 = spike.constant dense<1> : tensor<1048576x1048576xi32> as tensor<1048576x1048576x!spike.count<max = 1>>
  %1 = spike.cast %0 : tensor<1048576x1048576x!spike.count<max = 1>> -> tensor<1048576x1048576xi1>
  return
}
