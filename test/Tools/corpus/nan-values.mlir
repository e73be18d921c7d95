func.func @f() {
  %x = spike.constant dense<0x7FC00000> : tensor<2x2xf32>
  %m = spike.constant dense<-1.0> : tensor<2xf32>
  %0 = spike.batch_norm %x mean %m var %m eps 0.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = spike.neuron #spike.lif (%0) : (tensor<2x2xf32>) -> tensor<2x2xi1>
  %2 = spike.cast %0 : tensor<2x2xf32> -> tensor<2x2xi8>
  return
}
