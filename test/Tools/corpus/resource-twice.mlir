{-# dialect_resources: { builtin: { w: "0x040000000000803F", w: "0x04000000" } } #-}
