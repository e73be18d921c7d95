func.func @f() {
  %0 = "spike.add"() : () -> tensor<2xf32>
  return
}
