func.func @f(%x: tensor<2xf32>) {
  %0 = spike.encode #spike.rate (%x) steps 9223372036854775807 : tensor<2xf32> -> tensor<9223372036854775807x2xi1>
  return
}
