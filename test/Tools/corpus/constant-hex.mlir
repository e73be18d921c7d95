func.func @f() {
  %0 = spike.constant dense<"0x0000803F00"> : tensor<2xf32>
  return
}
