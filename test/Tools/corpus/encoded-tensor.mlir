func.func @f(%x: tensor<4xf32, #spike.if>) {
  %0 = spike.scale %x by 2.0 : tensor<4xf32, #spike.if> -> tensor<4xf32, #spike.if>
  return
}
