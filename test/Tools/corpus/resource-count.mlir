func.func @f() -> tensor<2x!spike.count<max = 1>> {
  %0 = spike.constant dense_resource<w> : tensor<2x!spike.count<max = 1>>
  return %0 : tensor<2x!spike.count<max = 1>>
}
{-# dialect_resources: { builtin: { w: "0x040000000000803F" } } #-}
