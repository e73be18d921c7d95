func.func @f() -> tensor<2xf32> {
  return %nobody : tensor<2xf32>
}
