func.func @f(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x1x1xf32>) {
  %0 = "spike.conv"(%x, %w) <{groups = 0 : i64, layout = #spike<layout channels_first>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}> : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
