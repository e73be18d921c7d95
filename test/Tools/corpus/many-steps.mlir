func.func @f() {
  %x = spike.constant dense<0.5> : tensor<1xf32>
  %0 = spike.encode #spike.rate (%x) steps 1000000000000 : tensor<1xf32> -> tensor<1000000000000x1xi1>
  return
}
