func.func @f() -> tensor<4xi1> {
  %0 = spike.constant dense_resource<w> : tensor<4xi1>
  return %0 : tensor<4xi1>
}
{-# dialect_resources: { builtin: { w: "0x01000000FF02007F" } } #-}
