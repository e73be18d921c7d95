func.func @f() {
  %0 = "spike.constant"() <{value = dense<[1, 2, 3]> : tensor<3xi64>}> : () -> tensor<2xf32>
  return
}
