// RUN: spike-opt %s --convert-spike-to-linalg | FileCheck %s --check-prefixes=CHECK,KERNEL
// RUN: spike-opt %s --convert-spike-to-linalg="contractions=generic" | FileCheck %s --check-prefixes=CHECK,LOOPS
// RUN: not spike-opt %s --convert-spike-to-linalg="contractions=fast" 2>&1 | FileCheck %s --check-prefix=OPTION

// OPTION: expected contractions to be 'kernel' or 'generic', got 'fast'

// CHECK-LABEL: func.func @linear
// KERNEL: arith.constant dense_resource<packed{{.*}}> : tensor<1x8x64xf32>
// KERNEL: kernel.linear ins(%{{.*}}, %{{.*}}, %{{.*}}) outs(%{{.*}}) binary
// LOOPS: iterator_types = ["parallel", "parallel", "reduction"]
// LOOPS: %[[X:.*]] = arith.uitofp
// LOOPS: %[[P:.*]] = arith.mulf %[[X]], %{{.*}} : f32
// LOOPS: arith.addf %{{.*}}, %[[P]] : f32
func.func @linear(%x: tensor<4x8xi1>) -> tensor<4x5xf32> {
  %w = spike.constant dense<0.5> : tensor<5x8xf32>
  %b = spike.constant dense<0.5> : tensor<5xf32>
  %0 = spike.linear %x, %w, %b : (tensor<4x8xi1>, tensor<5x8xf32>, tensor<5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// Taps first, then channels: the packed weight is [1, 3 * 3 * 2, 64]. Channels first goes through transposes.
// CHECK-LABEL: func.func @conv
// CHECK: linalg.transpose
// KERNEL: kernel.conv {{.*}} kernel [3, 3] strides [2, 2] padding [1, 1] dilations [1, 1] :
// LOOPS: iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
// CHECK: linalg.transpose
func.func @conv(%x: tensor<4x2x6x6xf32>) -> tensor<4x5x3x3xf32> {
  %w = spike.constant dense<0.5> : tensor<5x2x3x3xf32>
  %0 = spike.conv %x, %w strides [2, 2] padding [1, 1, 1, 1] channels_first
      : (tensor<4x2x6x6xf32>, tensor<5x2x3x3xf32>) -> tensor<4x5x3x3xf32>
  return %0 : tensor<4x5x3x3xf32>
}

// CHECK-LABEL: func.func @depthwise
// KERNEL: kernel.conv {{.*}} groups 2 binary : {{.*}}tensor<1x3x3x1x16xf32>
// LOOPS-NOT: kernel.conv
func.func @depthwise(%x: tensor<4x6x6x2xi1>) -> tensor<4x6x6x2xf32> {
  %w = spike.constant dense<0.5> : tensor<2x1x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] groups 2 channels_last
      : (tensor<4x6x6x2xi1>, tensor<2x1x3x3xf32>) -> tensor<4x6x6x2xf32>
  return %0 : tensor<4x6x6x2xf32>
}

// No kernel takes weights known only at run time, or signed values: loops in both cases.
// CHECK-LABEL: func.func @no_kernel
// CHECK-NOT: kernel.
// CHECK: return
func.func @no_kernel(%w: tensor<5x8xf32>, %y: tensor<4x8xf32>, %q: tensor<4x8xi8>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  %1 = spike.linear %y, %w : (tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<4x5xf32>
  %c = spike.constant dense<0.5> : tensor<5x8xf32>
  %2 = spike.linear %q, %c : (tensor<4x8xi8>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %1, %2 : tensor<4x5xf32>, tensor<4x5xf32>
}

// CHECK-LABEL: func.func @matmul
// KERNEL: kernel.matmul {{.*}} transpose_rhs
// KERNEL-SAME: tensor<2x4x4xi8>
// LOOPS: arith.muli
// LOOPS: arith.addi
func.func @matmul(%q: tensor<2x4x8xi1>) -> tensor<2x4x4x!spike.count<max = 8>> {
  %0 = spike.matmul %q, %q transpose_rhs : (tensor<2x4x8xi1>, tensor<2x4x8xi1>) -> tensor<2x4x4x!spike.count<max = 8>>
  return %0 : tensor<2x4x4x!spike.count<max = 8>>
}

// A sum of counts that f32 may not hold stays on integers.
// CHECK-LABEL: func.func @large_counts
// CHECK-NOT: kernel.matmul
// CHECK: arith.muli
func.func @large_counts(%q: tensor<1x2x4x!spike.count<max = 3000>>) -> tensor<1x2x2x!spike.count<max = 36000000>> {
  %0 = spike.matmul %q, %q transpose_rhs : (tensor<1x2x4x!spike.count<max = 3000>>,
      tensor<1x2x4x!spike.count<max = 3000>>) -> tensor<1x2x2x!spike.count<max = 36000000>>
  return %0 : tensor<1x2x2x!spike.count<max = 36000000>>
}

// Weights on a grid become digit planes; loops add in f64.
// CHECK-LABEL: func.func @exact
// KERNEL-DAG: dense_resource<planes{{.*}}> : tensor<1x1x3x16x16x4xi8>
// KERNEL-DAG: dense_resource<scale{{.*}}> : tensor<16xf32>
// KERNEL: kernel.linear {{.*}} scale(%{{.*}}) {{.*}} binary exact narrow :
// LOOPS: arith.mulf %{{.*}}, %{{.*}} : f64
// LOOPS: arith.addf %{{.*}}, %{{.*}} : f64
// LOOPS: arith.addf %{{.*}}, %{{.*}} : f64
// LOOPS: arith.truncf %{{.*}} : f64 to f32
func.func @exact(%x: tensor<4x8xi1>) -> tensor<4x5xf32> {
  %w = spike.constant dense<0.3> : tensor<5x8xf32>
  %b = spike.constant dense<0.5> : tensor<5xf32>
  %0 = spike.linear %x, %w, %b exact : (tensor<4x8xi1>, tensor<5x8xf32>, tensor<5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// Bytes can make sums that do not fit 32 bits.
// CHECK-LABEL: func.func @wide
// KERNEL: kernel.linear {{.*}} scale(%{{.*}}) {{.*}} exact :
func.func @wide(%x: tensor<4x8x!spike.count<max = 255>>) -> tensor<4x5xf32> {
  %w = spike.constant dense<0.3> : tensor<5x8xf32>
  %0 = spike.linear %x, %w exact : (tensor<4x8x!spike.count<max = 255>>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// Weights of few bits need fewer planes.
// CHECK-LABEL: func.func @one_plane
// KERNEL-DAG: dense_resource<planes{{.*}}> : tensor<1x1x1x16x16x4xi8>
// KERNEL: kernel.linear {{.*}} exact narrow :
func.func @one_plane(%x: tensor<4x8x!spike.count<max = 255>>) -> tensor<4x5xf32> {
  %w = spike.constant dense<0.375> : tensor<5x8xf32>
  %0 = spike.linear %x, %w exact : (tensor<4x8x!spike.count<max = 255>>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// A weight that 24 bits do not hold beside the other one: rows of f32, summed in f64.
// CHECK-LABEL: func.func @off_the_grid
// KERNEL: kernel.linear ins(%{{[^()]*}}) outs(%{{.*}}) binary exact : {{.*}}tensor<1x2x64xf32>
func.func @off_the_grid(%x: tensor<4x2xi1>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[1.0, 1.0e-7]]> : tensor<1x2xf32>
  %0 = spike.linear %x, %w exact : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}

// Real inputs are no bytes.
// CHECK-LABEL: func.func @real_inputs
// KERNEL: kernel.linear ins(%{{[^()]*}}) outs(%{{.*}}) exact : {{.*}}tensor<1x8x64xf32>
func.func @real_inputs(%x: tensor<4x8xf32>) -> tensor<4x5xf32> {
  %w = spike.constant dense<0.5> : tensor<5x8xf32>
  %0 = spike.linear %x, %w exact : (tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// The neuron behind planes is computed with them.
// CHECK-LABEL: func.func @fused
// KERNEL: kernel.conv {{.*}} exact narrow neuron #spike.lif{{.*}} steps 2 : {{.*}} -> tensor<2x6x6x5xi8>
// KERNEL-NOT: linalg.generic
// LOOPS-NOT: kernel
// CHECK: return
func.func @fused(%x: tensor<2x6x6x3xi1>) -> tensor<2x36x5xi1> {
  %w = spike.constant dense<0.5> : tensor<5x3x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_last exact
      : (tensor<2x6x6x3xi1>, tensor<5x3x3x3xf32>) -> tensor<2x6x6x5xf32>
  %1 = spike.reshape %0 : tensor<2x6x6x5xf32> -> tensor<2x36x5xf32>
  %s = spike.neuron #spike.lif (%1) : (tensor<2x36x5xf32>) -> tensor<2x36x5xi1>
  return %s : tensor<2x36x5xi1>
}

// Not if the currents have another reader, or a state leaves.
// CHECK-LABEL: func.func @not_fused
// KERNEL-COUNT-2: kernel.linear {{.*}} binary exact narrow :
func.func @not_fused(%x: tensor<2x8xi1>) -> (tensor<2x5xi1>, tensor<2x5xf32>, tensor<2x5xi1>, tensor<5xf32>) {
  %w = spike.constant dense<0.5> : tensor<5x8xf32>
  %0 = spike.linear %x, %w exact : (tensor<2x8xi1>, tensor<5x8xf32>) -> tensor<2x5xf32>
  %s = spike.neuron #spike.lif (%0) : (tensor<2x5xf32>) -> tensor<2x5xi1>
  %1 = spike.linear %x, %w exact : (tensor<2x8xi1>, tensor<5x8xf32>) -> tensor<2x5xf32>
  %s1, %v = spike.neuron #spike.lif (%1) : (tensor<2x5xf32>) -> (tensor<2x5xi1>, tensor<5xf32>)
  return %s, %0, %s1, %v : tensor<2x5xi1>, tensor<2x5xf32>, tensor<2x5xi1>, tensor<5xf32>
}
