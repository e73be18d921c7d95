// Every op is read, verified and written back, in text, in generic form and in bytecode.
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s
// RUN: spike-opt %s --emit-bytecode | spike-opt | FileCheck %s
// RUN: spike-opt %s --mlir-print-op-generic | spike-opt | FileCheck %s

// CHECK-LABEL: func.func @constant
func.func @constant() -> (tensor<2x2xf32>, tensor<2x!spike.count<max = 3>>) {
  // CHECK: spike.constant dense<{{.*}}> : tensor<2x2xf32>
  %0 = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  // CHECK: spike.constant dense<[0, 3]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %1 = spike.constant dense<[0, 3]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  // CHECK: spike.constant dense_resource<weight> : tensor<1xf32>
  %2 = spike.constant dense_resource<weight> : tensor<1xf32>
  // CHECK: spike.constant {spike.note = "kept"} dense<true> : tensor<1xi1>
  %3 = spike.constant {spike.note = "kept"} dense<true> : tensor<1xi1>
  return %0, %1 : tensor<2x2xf32>, tensor<2x!spike.count<max = 3>>
}

// CHECK-LABEL: func.func @cast
func.func @cast(%x: tensor<4x8xi1>) {
  // CHECK: spike.cast %{{[a-z0-9_]+}} : tensor<4x8xi1> -> tensor<4x8xf32>
  %0 = spike.cast %x : tensor<4x8xi1> -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func.func @neuron
func.func @neuron(%x: tensor<4x1x96xf32>, %v: tensor<1x96xf32>, %th: tensor<96xf32>, %y: tensor<1x96xf32>) {
  // CHECK: spike.neuron #spike.if<v_threshold = 0.5, reset = soft> path "a.b"(%{{[a-z0-9_]+}}) : (tensor<4x1x96xf32>) -> tensor<4x1x96xi1>
  %0 = spike.neuron #spike.if<v_threshold = 0.5, reset = soft> path "a.b" (%x) : (tensor<4x1x96xf32>) -> tensor<4x1x96xi1>
  // CHECK: spike.neuron #spike.lif<tau = 3.0, decay_input = false, fire = gt, charge = simple>(%{{[a-z0-9_]+}}) init(%{{[a-z0-9_]+}})
  // CHECK-SAME: : (tensor<4x1x96xf32>, tensor<1x96xf32>) -> (tensor<4x1x96xf32>, tensor<1x96xf32>)
  %1, %2 = spike.neuron #spike.lif<tau = 3.0, decay_input = false, charge = simple, fire = gt> (%x) init(%v)
      : (tensor<4x1x96xf32>, tensor<1x96xf32>) -> (tensor<4x1x96xf32>, tensor<1x96xf32>)
  // CHECK: spike.neuron #spike.plif<decay = 0.37754068>(%{{[a-z0-9_]+}}) params(v_threshold = %{{[a-z0-9_]+}}) axis 2
  %3 = spike.neuron #spike.plif<decay = 0.37754068> (%x) params(v_threshold = %th) axis 2
      : (tensor<4x1x96xf32>, tensor<96xf32>) -> tensor<4x1x96xi1>
  // CHECK: spike.neuron #spike.li single_step(%{{[a-z0-9_]+}}) : (tensor<1x96xf32>) -> tensor<1x96xf32>
  %4 = spike.neuron #spike.li single_step (%y) : (tensor<1x96xf32>) -> tensor<1x96xf32>
  // CHECK: spike.neuron #spike.if single_step path "s"(%{{[a-z0-9_]+}}) init(%{{[a-z0-9_]+}}) params(v_threshold = %{{[a-z0-9_]+}}, v_reset = %{{[a-z0-9_]+}}) axis 1 {spike.note}
  %5 = spike.neuron #spike.if single_step path "s" (%y) init(%v) params(v_threshold = %th, v_reset = %th) axis 1 {spike.note}
      : (tensor<1x96xf32>, tensor<1x96xf32>, tensor<96xf32>, tensor<96xf32>) -> tensor<1x96x!spike.count<max = 2>>
  return
}

// CHECK-LABEL: func.func @encode
func.func @encode(%x: tensor<1x8xf32>, %t: tensor<4x1x8xf32>) {
  // CHECK: spike.encode #spike.direct(%{{[a-z0-9_]+}}) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  %0 = spike.encode #spike.direct (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  // CHECK: spike.encode #spike.rate<seed = 7>(%{{[a-z0-9_]+}}) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xi1>
  %1 = spike.encode #spike.rate<seed = 7> (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xi1>
  // CHECK: spike.encode #spike.rate<seed = 18446744073709551615>(
  %2 = spike.encode #spike.rate<seed = 18446744073709551615> (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xi1>
  // CHECK: spike.encode #spike.latency(
  %3 = spike.encode #spike.latency (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xi1>
  // CHECK: spike.encode #spike.phase(
  %4 = spike.encode #spike.phase (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  // CHECK: spike.encode #spike.delta<threshold = 0.25>(
  %5 = spike.encode #spike.delta<threshold = 0.25> (%t) steps 4 : tensor<4x1x8xf32> -> tensor<4x1x8xi1>
  return
}

// CHECK-LABEL: func.func @decode
func.func @decode(%s: tensor<4x1x10xi1>) {
  // CHECK: spike.decode mean %{{[a-z0-9_]+}} : tensor<4x1x10xi1> -> tensor<1x10xf32>
  %0 = spike.decode mean %s : tensor<4x1x10xi1> -> tensor<1x10xf32>
  // CHECK: spike.decode count %{{[a-z0-9_]+}} : tensor<4x1x10xi1> -> tensor<1x10x!spike.count<max = 4>>
  %1 = spike.decode count %s : tensor<4x1x10xi1> -> tensor<1x10x!spike.count<max = 4>>
  // CHECK: spike.decode first_spike %{{[a-z0-9_]+}} : tensor<4x1x10xi1> -> tensor<1x10xi32>
  %2 = spike.decode first_spike %s : tensor<4x1x10xi1> -> tensor<1x10xi32>
  // CHECK: spike.decode last %{{[a-z0-9_]+}} : tensor<4x1x10xi1> -> tensor<1x10xi1>
  %3 = spike.decode last %s : tensor<4x1x10xi1> -> tensor<1x10xi1>
  return
}

// CHECK-LABEL: func.func @repeat_time
func.func @repeat_time(%x: tensor<1x3x8x8xf32>) {
  // CHECK: spike.repeat_time %{{[a-z0-9_]+}} : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %0 = spike.repeat_time %x : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  return
}

// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<4x1x96xi1>, %w: tensor<10x96xf32>, %b: tensor<10xf32>) {
  // CHECK: spike.linear %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : (tensor<4x1x96xi1>, tensor<10x96xf32>) -> tensor<4x1x10xf32>
  %0 = spike.linear %x, %w : (tensor<4x1x96xi1>, tensor<10x96xf32>) -> tensor<4x1x10xf32>
  // CHECK: spike.linear %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : (tensor<4x1x96xi1>, tensor<10x96xf32>, tensor<10xf32>) -> tensor<4x1x10xf32>
  %1 = spike.linear %x, %w, %b : (tensor<4x1x96xi1>, tensor<10x96xf32>, tensor<10xf32>) -> tensor<4x1x10xf32>
  return
}

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<4x1x4x8x8xf32>, %y: tensor<4x1x8x8x4xi1>, %z: tensor<1x4x9xf32>, %w: tensor<6x2x3x3xf32>,
                %w1: tensor<6x4x3xf32>, %b: tensor<6xf32>) {
  // CHECK: spike.conv %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_first
  // CHECK-SAME: : (tensor<4x1x4x8x8xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<4x1x6x8x8xf32>
  %0 = spike.conv %x, %w, %b strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_first
      : (tensor<4x1x4x8x8xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<4x1x6x8x8xf32>
  // CHECK: spike.conv %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} strides [2, 1] padding [0, 1, 2, 3] dilations [1, 2] groups 2 channels_last
  %1 = spike.conv %y, %w strides [2, 1] padding [0, 1, 2, 3] dilations [1, 2] groups 2 channels_last
      : (tensor<4x1x8x8x4xi1>, tensor<6x2x3x3xf32>) -> tensor<4x1x4x9x6xf32>
  // CHECK: spike.conv %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} strides [1] padding [1, 1] channels_first : (tensor<1x4x9xf32>, tensor<6x4x3xf32>) -> tensor<1x6x9xf32>
  %2 = spike.conv %z, %w1 strides [1] padding [1, 1] channels_first : (tensor<1x4x9xf32>, tensor<6x4x3xf32>) -> tensor<1x6x9xf32>
  return
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<4x8x16xi1>, %b: tensor<4x16x8xi1>) {
  // CHECK: spike.matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : (tensor<4x8x16xi1>, tensor<4x16x8xi1>) -> tensor<4x8x8x!spike.count<max = 16>>
  %0 = spike.matmul %a, %b : (tensor<4x8x16xi1>, tensor<4x16x8xi1>) -> tensor<4x8x8x!spike.count<max = 16>>
  // CHECK: spike.matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} transpose_rhs : (tensor<4x8x16xi1>, tensor<4x8x16xi1>) -> tensor<4x8x8xf32>
  %1 = spike.matmul %a, %a transpose_rhs : (tensor<4x8x16xi1>, tensor<4x8x16xi1>) -> tensor<4x8x8xf32>
  // CHECK: spike.matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} transpose_lhs transpose_rhs : (tensor<4x8x16xi1>, tensor<4x16x8xi1>) -> tensor<4x16x16xf32>
  %2 = spike.matmul %a, %b transpose_lhs transpose_rhs : (tensor<4x8x16xi1>, tensor<4x16x8xi1>) -> tensor<4x16x16xf32>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%a: tensor<4x8xi1>, %b: tensor<1x8xi1>, %x: tensor<4x8xf32>) {
  // CHECK: spike.add %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : (tensor<4x8xi1>, tensor<1x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
  %0 = spike.add %a, %b : (tensor<4x8xi1>, tensor<1x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
  // CHECK: spike.mask %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : (tensor<4x8xf32>, tensor<1x8xi1>) -> tensor<4x8xf32>
  %1 = spike.mask %x, %b : (tensor<4x8xf32>, tensor<1x8xi1>) -> tensor<4x8xf32>
  // CHECK: spike.scale %{{[a-z0-9_]+}} by 0.125 : tensor<4x8xi1> -> tensor<4x8xf32>
  %2 = spike.scale %a by 0.125 : tensor<4x8xi1> -> tensor<4x8xf32>
  // CHECK: spike.scale %{{[a-z0-9_]+}} by 0.1 divide : tensor<4x8xf32> -> tensor<4x8xf32>
  %3 = spike.scale %x by 0.1 divide : tensor<4x8xf32> -> tensor<4x8xf32>
  // CHECK: spike.quantize %{{[a-z0-9_]+}} by 127.5 in [-128, 127] : tensor<4x8xf32> -> tensor<4x8xi8>
  %q8 = spike.quantize %x by 127.5 in [-128, 127] : tensor<4x8xf32> -> tensor<4x8xi8>
  return
}

// CHECK-LABEL: func.func @batch_norm
func.func @batch_norm(%x: tensor<4x1x12xf32>, %p: tensor<12xf32>) {
  // CHECK: spike.batch_norm %{{[a-z0-9_]+}} mean %{{[a-z0-9_]+}} var %{{[a-z0-9_]+}} gamma %{{[a-z0-9_]+}} beta %{{[a-z0-9_]+}} eps 0.00001 axis 2
  %0 = spike.batch_norm %x mean %p var %p gamma %p beta %p eps 1.0e-05 axis 2
      : (tensor<4x1x12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>) -> tensor<4x1x12xf32>
  // CHECK: spike.batch_norm %{{[a-z0-9_]+}} mean %{{[a-z0-9_]+}} var %{{[a-z0-9_]+}} eps 0.001 axis 2 : (tensor<4x1x12xf32>, tensor<12xf32>, tensor<12xf32>)
  %1 = spike.batch_norm %x mean %p var %p eps 0.001 axis 2
      : (tensor<4x1x12xf32>, tensor<12xf32>, tensor<12xf32>) -> tensor<4x1x12xf32>
  // CHECK: spike.batch_norm %{{[a-z0-9_]+}} mean %{{[a-z0-9_]+}} var %{{[a-z0-9_]+}} beta %{{[a-z0-9_]+}} eps 0.0 axis 2
  %2 = spike.batch_norm %x mean %p var %p beta %p eps 0.0 axis 2
      : (tensor<4x1x12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>) -> tensor<4x1x12xf32>
  return
}

// CHECK-LABEL: func.func @pool
func.func @pool(%x: tensor<4x1x12x8x8xi1>, %y: tensor<8x8x3xf32>) {
  // CHECK: spike.pool max %{{[a-z0-9_]+}} kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first : tensor<4x1x12x8x8xi1> -> tensor<4x1x12x4x4xi1>
  %0 = spike.pool max %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first
      : tensor<4x1x12x8x8xi1> -> tensor<4x1x12x4x4xi1>
  // CHECK: spike.pool avg %{{[a-z0-9_]+}} kernel [2, 2] strides [2, 2] padding [1, 1, 1, 1] count_include_pad channels_last
  %1 = spike.pool avg %y kernel [2, 2] strides [2, 2] padding [1, 1, 1, 1] count_include_pad channels_last
      : tensor<8x8x3xf32> -> tensor<5x5x3xf32>
  // CHECK: spike.pool max %{{[a-z0-9_]+}} kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] dilations [2, 3] channels_last
  %2 = spike.pool max %y kernel [2, 2] strides [1, 1] padding [0, 0, 0, 0] dilations [2, 3] channels_last
      : tensor<8x8x3xf32> -> tensor<6x5x3xf32>
  return
}

// CHECK-LABEL: func.func @reduce
func.func @reduce(%x: tensor<4x1x64x96xf32>, %s: tensor<4x8xi1>) {
  // CHECK: spike.reduce mean %{{[a-z0-9_]+}} dims [2] : tensor<4x1x64x96xf32> -> tensor<4x1x96xf32>
  %0 = spike.reduce mean %x dims [2] : tensor<4x1x64x96xf32> -> tensor<4x1x96xf32>
  // CHECK: spike.reduce sum %{{[a-z0-9_]+}} dims [0, 1] keep_dims : tensor<4x8xi1> -> tensor<1x1x!spike.count<max = 32>>
  %1 = spike.reduce sum %s dims [0, 1] keep_dims : tensor<4x8xi1> -> tensor<1x1x!spike.count<max = 32>>
  // CHECK: spike.reduce max %{{[a-z0-9_]+}} dims [1] : tensor<4x8xi1> -> tensor<4xi1>
  %2 = spike.reduce max %s dims [1] : tensor<4x8xi1> -> tensor<4xi1>
  // CHECK: spike.reduce nonzero %{{[a-z0-9_]+}} dims [1, 2, 3] : tensor<4x1x64x96xf32> -> tensor<4x!spike.count<max = 6144>>
  %3 = spike.reduce nonzero %x dims [1, 2, 3] : tensor<4x1x64x96xf32> -> tensor<4x!spike.count<max = 6144>>
  return
}

// CHECK-LABEL: func.func @moves
func.func @moves(%x: tensor<4x1x8x16xf32>) {
  // CHECK: spike.reshape %{{[a-z0-9_]+}} : tensor<4x1x8x16xf32> -> tensor<4x8x16xf32>
  %0 = spike.reshape %x : tensor<4x1x8x16xf32> -> tensor<4x8x16xf32>
  // CHECK: spike.transpose %{{[a-z0-9_]+}} [0, 1, 3, 2] : tensor<4x1x8x16xf32> -> tensor<4x1x16x8xf32>
  %1 = spike.transpose %x [0, 1, 3, 2] : tensor<4x1x8x16xf32> -> tensor<4x1x16x8xf32>
  // CHECK: spike.slice %{{[a-z0-9_]+}} axis 3 offset 4 : tensor<4x1x8x16xf32> -> tensor<4x1x8x12xf32>
  %2 = spike.slice %x axis 3 offset 4 : tensor<4x1x8x16xf32> -> tensor<4x1x8x12xf32>
  return
}

{-# dialect_resources: { builtin: { weight: "0x040000000000803F" } } #-}
