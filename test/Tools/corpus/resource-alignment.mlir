func.func @f() -> tensor<1xf32> {
  %0 = spike.constant dense_resource<w> : tensor<1xf32>
  return %0 : tensor<1xf32>
}
{-# dialect_resources: { builtin: { w: "0x030000000000803F" } } #-}
