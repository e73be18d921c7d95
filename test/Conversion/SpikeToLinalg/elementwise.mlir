// RUN: spike-opt %s --convert-spike-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @constants() -> (tensor<2xf32>, tensor<2xi8>, tensor<2xi16>)
// CHECK: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: arith.constant dense<[0, -1]> : tensor<2xi8>
// CHECK: arith.constant dense<[0, 256]> : tensor<2xi16>
func.func @constants() -> (tensor<2xf32>, tensor<2x!spike.count<max = 255>>, tensor<2x!spike.count<max = 256>>) {
  %0 = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = spike.constant dense<[0, 255]> : tensor<2xi32> as tensor<2x!spike.count<max = 255>>
  %2 = spike.constant dense<[0, 256]> : tensor<2xi32> as tensor<2x!spike.count<max = 256>>
  return %0, %1, %2 : tensor<2xf32>, tensor<2x!spike.count<max = 255>>, tensor<2x!spike.count<max = 256>>
}

// A spike is 1, never -1: it is widened as unsigned. A quantised value is signed.
// CHECK-LABEL: func.func @casts(%{{.*}}: tensor<4xi8>, %{{.*}}: tensor<4xi8>)
// CHECK: arith.uitofp
// CHECK: arith.sitofp
// CHECK: arith.fptoui %{{.*}} : f32 to i8
func.func @casts(%s: tensor<4xi1>, %q: tensor<4xi8>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4x!spike.count<max = 3>>) {
  %0 = spike.cast %s : tensor<4xi1> -> tensor<4xf32>
  %1 = spike.cast %q : tensor<4xi8> -> tensor<4xf32>
  %2 = spike.cast %1 : tensor<4xf32> -> tensor<4x!spike.count<max = 3>>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4x!spike.count<max = 3>>
}

// Equal shapes are one long loop; the sum of spikes is an integer, a mixed sum is real.
// CHECK-LABEL: func.func @add
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
// CHECK: arith.addi
// CHECK: arith.trunci %{{.*}} : i32 to i8
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
func.func @add(%a: tensor<4x8xi1>, %b: tensor<4x8xi1>, %c: tensor<4x8xf32>, %d: tensor<1x8xf32>)
    -> (tensor<4x8x!spike.count<max = 2>>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = spike.add %a, %b : (tensor<4x8xi1>, tensor<4x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
  %1 = spike.add %a, %c : (tensor<4x8xi1>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = spike.add %c, %d : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  return %0, %1, %2 : tensor<4x8x!spike.count<max = 2>>, tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @mask
// CHECK: arith.muli
// CHECK: arith.mulf
func.func @mask(%a: tensor<4x8xi1>, %b: tensor<4x8xi1>, %c: tensor<4x8xf32>) -> (tensor<4x8xi1>, tensor<4x8xf32>) {
  %0 = spike.mask %a, %b : (tensor<4x8xi1>, tensor<4x8xi1>) -> tensor<4x8xi1>
  %1 = spike.mask %a, %c : (tensor<4x8xi1>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xf32>
}

// No fast-math flag anywhere: a product and a sum are rounded on their own.
// CHECK-LABEL: func.func @scale_and_norm
// CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.divf %{{.*}}, %{{.*}} : f32
// CHECK: arith.extf %{{.*}} : f32 to f64
// CHECK: math.sqrt %{{.*}} : f64
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK: %[[P:.*]] = arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.addf %[[P]], %{{.*}} : f32
func.func @scale_and_norm(%x: tensor<4x8xf32>, %m: tensor<8xf32>) -> tensor<4x8xf32> {
  %0 = spike.scale %x by 0.125 : tensor<4x8xf32> -> tensor<4x8xf32>
  %1 = spike.scale %0 by 3.0 divide : tensor<4x8xf32> -> tensor<4x8xf32>
  %2 = spike.batch_norm %1 mean %m var %m gamma %m beta %m eps 1.0e-05 axis 1
      : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @maps
// CHECK: arith.uitofp
// CHECK: arith.maximumf
// CHECK: arith.cmpf oge
// CHECK: arith.extui %{{.*}} : i1 to i8
// CHECK: tensor.insert_slice
func.func @maps(%s: tensor<4x8xi1>, %x: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xi1>, tensor<6x8xi1>) {
  %0 = spike.map max %s, %x : (tensor<4x8xi1>, tensor<8xf32>) -> tensor<4x8xf32>
  %1 = spike.map ge %0, %x : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  %2 = spike.pad %s padding [1, 1, 0, 0] : tensor<4x8xi1> -> tensor<6x8xi1>
  return %0, %1, %2 : tensor<4x8xf32>, tensor<4x8xi1>, tensor<6x8xi1>
}

// CHECK-LABEL: func.func @quantize
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<2xi8>)
// CHECK: arith.mulf
// CHECK-NEXT: math.roundeven
// CHECK: arith.minimumf
// CHECK: arith.maximumf
// CHECK: arith.cmpf ord
func.func @quantize(%x: tensor<2xf32>) -> tensor<2x!spike.count<max = 255>> {
  %0 = spike.quantize %x by 255.0 in [0, 255] : tensor<2xf32> -> tensor<2x!spike.count<max = 255>>
  return %0 : tensor<2x!spike.count<max = 255>>
}
