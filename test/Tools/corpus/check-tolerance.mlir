func.func @f(%x: tensor<2xf32>) {
  check.expect_close %x, %x tolerance 0x7FF8000000000000 : tensor<2xf32>, tensor<2xf32>
  return
}
