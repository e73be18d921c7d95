func.func @f() {
  %x = spike.constant dense<0.5> : tensor<1xf32>
  %0 = spike.repeat_time %x : tensor<1xf32> -> tensor<1000000000000x1xf32>
  %1 = spike.neuron #spike.if (%0) : (tensor<1000000000000x1xf32>) -> tensor<1000000000000x1xi1>
  return
}
