// RUN: spike-opt %s --convert-spike-to-linalg | FileCheck %s --check-prefixes=CHECK,KERNEL
// RUN: spike-opt %s --convert-spike-to-linalg="contractions=generic" | FileCheck %s --check-prefixes=CHECK,LOOPS

// Bytes in exact sums: pairs of neighbouring taps, of which 3 make two, and the neuron behind.
// CHECK-LABEL: func.func @depthwise
// KERNEL-DAG: dense_resource<pairs{{.*}}> : tensor<2x3x2x2x16x2xi16>
// KERNEL-DAG: dense_resource<scale{{.*}}> : tensor<32xf32>
// KERNEL: kernel.conv {{.*}} groups 20 binary exact narrow neuron #spike.lif steps 2 : {{.*}} -> tensor<2x6x6x20xi8>
// KERNEL-NOT: linalg.generic
// LOOPS-NOT: kernel
// LOOPS: arith.mulf %{{.*}}, %{{.*}} : f64
// CHECK: return
func.func @depthwise(%x: tensor<2x6x6x20xi1>) -> tensor<2x6x6x20xi1> {
  %w = spike.constant dense<0.5> : tensor<20x1x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] groups 20 channels_last exact
      : (tensor<2x6x6x20xi1>, tensor<20x1x3x3xf32>) -> tensor<2x6x6x20xf32>
  %s = spike.neuron #spike.lif (%0) : (tensor<2x6x6x20xf32>) -> tensor<2x6x6x20xi1>
  return %s : tensor<2x6x6x20xi1>
}

// Counts can make sums that do not fit 32 bits. One axis is a convolution over an image of one row; two outputs of each
// channel.
// CHECK-LABEL: func.func @counts
// KERNEL: dense_resource<pairs{{.*}}> : tensor<1x1x2x2x16x2xi16>
// KERNEL: kernel.conv {{.*}} kernel [1, 3] {{.*}} groups 4 exact : {{.*}}tensor<2x1x9x4xi8>
func.func @counts(%x: tensor<2x9x4x!spike.count<max = 255>>) -> tensor<2x9x8xf32> {
  %w = spike.constant dense<0.5> : tensor<8x1x3xf32>
  %0 = spike.conv %x, %w strides [1] padding [1, 1] groups 4 channels_last exact
      : (tensor<2x9x4x!spike.count<max = 255>>, tensor<8x1x3xf32>) -> tensor<2x9x8xf32>
  return %0 : tensor<2x9x8xf32>
}

// Pairs of channels, of which three make two. Channels first goes through transposes and leaves the neuron apart.
// CHECK-LABEL: func.func @channels_first
// CHECK: linalg.transpose
// KERNEL: kernel.conv {{.*}} groups 2 binary exact narrow : {{.*}}tensor<1x3x6x2x16x2xi16>{{.*}} -> tensor<2x6x6x4xf32>
// CHECK: linalg.transpose
// CHECK: linalg.generic
func.func @channels_first(%x: tensor<2x6x6x6xi1>) -> tensor<2x4x6x6xi1> {
  %w = spike.constant dense<0.5> : tensor<4x3x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_first exact
      : (tensor<2x6x6x6xi1>, tensor<4x3x3x3xf32>) -> tensor<2x4x6x6xf32>
  %s = spike.neuron #spike.lif (%0) : (tensor<2x4x6x6xf32>) -> tensor<2x4x6x6xi1>
  return %s : tensor<2x4x6x6xi1>
}

// Real inputs, and a weight that 24 bits do not hold beside the other ones: f32, summed as `exact` says.
// CHECK-LABEL: func.func @reals
// KERNEL: kernel.conv {{.*}} groups 2 : {{.*}}tensor<1x1x2x1x16xf32>
// KERNEL: kernel.conv {{.*}} groups 2 exact : {{.*}}tensor<1x1x2x1x16xf32>
// KERNEL: kernel.conv {{.*}} groups 2 binary exact : {{.*}}tensor<1x1x2x1x16xf32>
func.func @reals(%x: tensor<2x4x6x2xf32>, %s: tensor<2x4x6x2xi1>)
    -> (tensor<2x4x5x2xf32>, tensor<2x4x5x2xf32>, tensor<2x4x5x2xf32>) {
  %w = spike.constant dense<[[[[1.0, 1.0e-7]]], [[[1.0, 0.5]]]]> : tensor<2x1x1x2xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last
      : (tensor<2x4x6x2xf32>, tensor<2x1x1x2xf32>) -> tensor<2x4x5x2xf32>
  %1 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last exact
      : (tensor<2x4x6x2xf32>, tensor<2x1x1x2xf32>) -> tensor<2x4x5x2xf32>
  %2 = spike.conv %s, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last exact
      : (tensor<2x4x6x2xi1>, tensor<2x1x1x2xf32>) -> tensor<2x4x5x2xf32>
  return %0, %1, %2 : tensor<2x4x5x2xf32>, tensor<2x4x5x2xf32>, tensor<2x4x5x2xf32>
}

// Groups that fill digit planes: one product each, with the neurons of its outputs.
// CHECK-LABEL: func.func @large_groups
// KERNEL-DAG: dense_resource<planes{{.*}}> : tensor<2x2x1x16x16x4xi8>
// KERNEL-DAG: dense_resource<planes{{.*}}> : tensor<2x2x1x16x16x4xi8>
// KERNEL: tensor.extract_slice %{{.*}}[0, 0, 0, 0] [2, 6, 6, 8] [1, 1, 1, 1]
// KERNEL: tensor.extract_slice %{{.*}}[0] [32] [1]
// KERNEL: kernel.conv {{.*}} exact narrow neuron #spike.lif steps 2 : {{.*}} -> tensor<2x6x6x32xi8>
// KERNEL: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 0, 0] [2, 6, 6, 32] [1, 1, 1, 1]
// KERNEL: tensor.extract_slice %{{.*}}[0, 0, 0, 8] [2, 6, 6, 8] [1, 1, 1, 1]
// KERNEL: tensor.extract_slice %{{.*}}[32] [32] [1]
// KERNEL: kernel.conv {{.*}} neuron #spike.lif steps 2 : {{.*}} -> tensor<2x6x6x32xi8>
// KERNEL: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 0, 32] [2, 6, 6, 32] [1, 1, 1, 1]
// KERNEL-NOT: linalg.generic
// LOOPS-NOT: kernel
// CHECK: return
func.func @large_groups(%x: tensor<2x6x6x16xi1>) -> tensor<2x6x6x64xi1> {
  %w = spike.constant dense<0.5> : tensor<64x8x3x3xf32>
  %b = spike.constant dense<0.5> : tensor<64xf32>
  %0 = spike.conv %x, %w, %b strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_last exact
      : (tensor<2x6x6x16xi1>, tensor<64x8x3x3xf32>, tensor<64xf32>) -> tensor<2x6x6x64xf32>
  %s = spike.neuron #spike.lif (%0) : (tensor<2x6x6x64xf32>) -> tensor<2x6x6x64xi1>
  return %s : tensor<2x6x6x64xi1>
}

// Weights known only at run time: loops.
// CHECK-LABEL: func.func @no_kernel
// CHECK-NOT: kernel.
// CHECK: return
func.func @no_kernel(%x: tensor<4x6x6x4xi1>, %w: tensor<4x2x3x3xf32>) -> tensor<4x6x6x4xf32> {
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_last
      : (tensor<4x6x6x4xi1>, tensor<4x2x3x3xf32>) -> tensor<4x6x6x4xf32>
  return %0 : tensor<4x6x6x4xf32>
}
