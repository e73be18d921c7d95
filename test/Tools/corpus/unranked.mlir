func.func @f(%x: tensor<*xf32>) {
  %0 = "spike.transpose"(%x) <{permutation = array<i64>}> : (tensor<*xf32>) -> tensor<*xf32>
  return
}
