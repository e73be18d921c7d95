func.func @f(%x: tensor<4x4xf32>) {
  %0 = spike.neuron #spike.plif<decay = 0x7FF8000000000000> (%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}
