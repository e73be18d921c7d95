func.func @f(%x: tensor<4xf32>) {
  %0 = "spike.slice"(%x) <{axis = -1 : i64, offset = -9223372036854775808 : i64}> : (tensor<4xf32>) -> tensor<1xf32>
  return
}
