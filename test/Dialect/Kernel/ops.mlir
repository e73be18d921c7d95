// RUN: spike-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @tensors
func.func @tensors(%x: tensor<4x8xi8>, %w: tensor<1x8x64xf32>, %b: tensor<5xf32>, %y: tensor<4x5xf32>,
                   %img: tensor<2x6x6x3xf32>, %cw: tensor<1x27x64xf32>, %dw: tensor<1x3x3x1x16xf32>, %c: tensor<2x6x6x4xf32>,
                   %d: tensor<2x6x6x3xf32>, %q: tensor<2x4x8xi8>, %a: tensor<2x4x4xi16>) -> tensor<4x5xf32> {
  // CHECK: kernel.linear ins(%{{.*}}, %{{.*}}, %{{.*}}) outs(%{{.*}}) binary :
  %0 = kernel.linear ins(%x, %w, %b) outs(%y) binary
      : (tensor<4x8xi8>, tensor<1x8x64xf32>, tensor<5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  // CHECK: kernel.conv ins(%{{.*}}, %{{.*}}) outs(%{{.*}}) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] :
  %1 = kernel.conv ins(%img, %cw) outs(%c) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1]
      : (tensor<2x6x6x3xf32>, tensor<1x27x64xf32>, tensor<2x6x6x4xf32>) -> tensor<2x6x6x4xf32>
  // CHECK: kernel.conv {{.*}} groups 3 :
  %2 = kernel.conv ins(%img, %dw) outs(%d) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 3
      : (tensor<2x6x6x3xf32>, tensor<1x3x3x1x16xf32>, tensor<2x6x6x3xf32>) -> tensor<2x6x6x3xf32>
  // CHECK: kernel.matmul ins(%{{.*}}, %{{.*}}) outs(%{{.*}}) transpose_rhs :
  %3 = kernel.matmul ins(%q, %q) outs(%a) transpose_rhs
      : (tensor<2x4x8xi8>, tensor<2x4x8xi8>, tensor<2x4x4xi16>) -> tensor<2x4x4xi16>
  return %0 : tensor<4x5xf32>
}

// Pairs of neighbouring taps where a group has one channel, else of channels.
// CHECK-LABEL: func.func @pairs
func.func @pairs(%x: tensor<2x6x6x6xi8>, %w: tensor<1x3x2x2x16x2xi16>, %v: tensor<1x3x6x2x16x2xi16>, %s: tensor<16xf32>,
                 %y: tensor<2x6x6x6xi8>, %z: tensor<2x6x6x4xf32>) {
  // CHECK: kernel.conv {{.*}} scale(%{{.*}}) {{.*}} groups 6 exact neuron #spike.lif steps 2 :
  %0 = kernel.conv ins(%x, %w) scale(%s) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 6
      exact neuron #spike.lif steps 2
      : (tensor<2x6x6x6xi8>, tensor<1x3x2x2x16x2xi16>, tensor<16xf32>, tensor<2x6x6x6xi8>) -> tensor<2x6x6x6xi8>
  // CHECK: kernel.conv {{.*}} groups 2 exact :
  %1 = kernel.conv ins(%x, %v) scale(%s) outs(%z) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 2
      exact : (tensor<2x6x6x6xi8>, tensor<1x3x6x2x16x2xi16>, tensor<16xf32>, tensor<2x6x6x4xf32>) -> tensor<2x6x6x4xf32>
  return
}

// CHECK-LABEL: func.func @planes
func.func @planes(%x: tensor<4x8xi8>, %w: tensor<1x1x3x16x16x4xi8>, %s: tensor<16xf32>, %y: tensor<4x5xf32>,
                  %img: tensor<2x6x6x3xi8>, %z: tensor<2x6x6x5xi8>) {
  // CHECK: kernel.linear ins(%{{.*}}, %{{.*}}) scale(%{{.*}}) outs(%{{.*}}) exact :
  %0 = kernel.linear ins(%x, %w) scale(%s) outs(%y) exact
      : (tensor<4x8xi8>, tensor<1x1x3x16x16x4xi8>, tensor<16xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  // CHECK: kernel.conv {{.*}} scale(%{{.*}}) {{.*}} exact neuron #spike.lif<tau = 4.0> steps 2 :
  %1 = kernel.conv ins(%img, %w) scale(%s) outs(%z) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] exact
      neuron #spike.lif<tau = 4.0> steps 2
      : (tensor<2x6x6x3xi8>, tensor<1x1x3x16x16x4xi8>, tensor<16xf32>, tensor<2x6x6x5xi8>) -> tensor<2x6x6x5xi8>
  return
}

// CHECK-LABEL: func.func @neurons
func.func @neurons(%x: tensor<4x6x6x3xf32>, %y: tensor<4x3x3x3xi8>, %b: tensor<2x6x6x3xi8>, %z: tensor<2x3x3x3xi8>,
                   %qkv: tensor<2x4x24xi8>, %a: tensor<2x4x8xi8>) {
  // CHECK: kernel.pool ins(%{{.*}}) outs(%{{.*}}) kernel [3, 3] {{.*}} neuron #spike.lif steps 4 :
  %0 = kernel.pool ins(%x) outs(%y) kernel [3, 3] strides [2, 2] padding [1, 1] dilations [1, 1]
      neuron #spike.lif steps 4 : (tensor<4x6x6x3xf32>, tensor<4x3x3x3xi8>) -> tensor<4x3x3x3xi8>
  // CHECK: kernel.pool ins(%{{.*}}) outs(%{{.*}}) kernel [2, 2] {{.*}} dilations [1, 1] :
  %1 = kernel.pool ins(%b) outs(%z) kernel [2, 2] strides [2, 2] padding [0, 0] dilations [1, 1]
      : (tensor<2x6x6x3xi8>, tensor<2x3x3x3xi8>) -> tensor<2x3x3x3xi8>
  // CHECK: kernel.attention ins(%{{.*}}, %{{.*}}, %{{.*}}) outs(%{{.*}}) sizes [2, 1, 2, 4, 4, 4, 4] {{.*}} scale 2.500000e-01 :
  %2 = kernel.attention ins(%qkv, %qkv, %qkv) outs(%a) sizes [2, 1, 2, 4, 4, 4, 4] strides [0, 96, 0, 4, 24, 1]
      [8, 96, 0, 4, 1, 24] [16, 96, 0, 4, 24, 1] [0, 32, 0, 4, 8, 1] neuron #spike.lif scale 2.500000e-01
      : (tensor<2x4x24xi8>, tensor<2x4x24xi8>, tensor<2x4x24xi8>, tensor<2x4x8xi8>) -> tensor<2x4x8xi8>
  return
}

// CHECK-LABEL: func.func @memrefs
func.func @memrefs(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %y: memref<4x5xf32>) {
  // CHECK: kernel.linear ins(%{{.*}}, %{{.*}}) outs(%{{.*}}) :
  kernel.linear ins(%x, %w) outs(%y) : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4x5xf32>) -> ()
  return
}
