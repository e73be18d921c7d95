func.func @f() -> tensor<1000000x1000000xf32> {
  %0 = spike.constant dense_resource<w> : tensor<1000000x1000000xf32>
  return %0 : tensor<1000000x1000000xf32>
}
{-# dialect_resources: { builtin: { w: "0x040000000000803F" } } #-}
