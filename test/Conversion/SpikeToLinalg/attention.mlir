// RUN: spike-opt %s --convert-spike-to-linalg --canonicalize | FileCheck %s
// RUN: spike-opt %s --convert-spike-to-linalg="contractions=generic" | FileCheck %s --check-prefix=LOOPS

// LOOPS-NOT: kernel

// Queries, keys and values are read where the neuron before has put them, and spikes are written as the projection reads
// them: no transpose is left. [steps, outer, outer, M, K, N, J], then offset and strides of the four.
// CHECK-LABEL: func.func @spikformer
// CHECK-SAME: (%[[QKV:.*]]: tensor<2x1x6x24xi8>)
// CHECK: %[[Y:.*]] = kernel.attention ins(%[[QKV]], %[[QKV]], %[[QKV]])
// CHECK-SAME: sizes [2, 1, 2, 6, 4, 6, 4]
// CHECK-SAME: strides [0, 144, 144, 4, 24, 1] [8, 144, 144, 4, 1, 24] [16, 144, 144, 4, 24, 1] [0, 48, 48, 4, 8, 1]
// CHECK-SAME: neuron #spike.lif scale 1.250000e-01
// CHECK-NOT: linalg
// CHECK: return %[[Y]]
func.func @spikformer(%qkv: tensor<2x1x6x24xi1>) -> tensor<2x1x6x8xi1> {
  %0 = spike.reshape %qkv : tensor<2x1x6x24xi1> -> tensor<2x1x6x6x4xi1>
  %1 = spike.slice %0 axis 3 offset 0 : tensor<2x1x6x6x4xi1> -> tensor<2x1x6x2x4xi1>
  %q = spike.transpose %1 [0, 1, 3, 4, 2] : tensor<2x1x6x2x4xi1> -> tensor<2x1x2x4x6xi1>
  %2 = spike.slice %0 axis 3 offset 2 : tensor<2x1x6x6x4xi1> -> tensor<2x1x6x2x4xi1>
  %k = spike.transpose %2 [0, 1, 3, 4, 2] : tensor<2x1x6x2x4xi1> -> tensor<2x1x2x4x6xi1>
  %3 = spike.slice %0 axis 3 offset 4 : tensor<2x1x6x6x4xi1> -> tensor<2x1x6x2x4xi1>
  %v = spike.transpose %3 [0, 1, 3, 4, 2] : tensor<2x1x6x2x4xi1> -> tensor<2x1x2x4x6xi1>
  %4 = spike.matmul %v, %k transpose_rhs : (tensor<2x1x2x4x6xi1>, tensor<2x1x2x4x6xi1>)
      -> tensor<2x1x2x4x4x!spike.count<max = 6>>
  %5 = spike.matmul %4, %q : (tensor<2x1x2x4x4x!spike.count<max = 6>>, tensor<2x1x2x4x6xi1>)
      -> tensor<2x1x2x4x6x!spike.count<max = 24>>
  %6 = spike.scale %5 by 0.125 : tensor<2x1x2x4x6x!spike.count<max = 24>> -> tensor<2x1x2x4x6xf32>
  %7 = spike.neuron #spike.lif (%6) : (tensor<2x1x2x4x6xf32>) -> tensor<2x1x2x4x6xi1>
  %8 = spike.reshape %7 : tensor<2x1x2x4x6xi1> -> tensor<2x1x8x6xi1>
  %9 = spike.transpose %8 [0, 1, 3, 2] : tensor<2x1x8x6xi1> -> tensor<2x1x6x8xi1>
  return %9 : tensor<2x1x6x8xi1>
}

// Scaled between the products and behind them, heads merged before the neuron.
// CHECK-LABEL: func.func @merged
// CHECK: kernel.attention {{.*}} sizes [2, 1, 2, 6, 4, 6, 4] {{.*}} [0, 48, 0, 4, 8, 1] neuron #spike.lif scale 1.500000e-01
func.func @merged(%q: tensor<2x2x6x4xi1>, %k: tensor<2x2x6x4xi1>, %v: tensor<2x2x6x4xi1>) -> tensor<2x6x8xi1> {
  %0 = spike.matmul %q, %k transpose_rhs : (tensor<2x2x6x4xi1>, tensor<2x2x6x4xi1>) -> tensor<2x2x6x6x!spike.count<max = 4>>
  %1 = spike.scale %0 by 0.5 : tensor<2x2x6x6x!spike.count<max = 4>> -> tensor<2x2x6x6xf32>
  %2 = spike.matmul %1, %v : (tensor<2x2x6x6xf32>, tensor<2x2x6x4xi1>) -> tensor<2x2x6x4xf32>
  %3 = spike.transpose %2 [0, 2, 1, 3] : tensor<2x2x6x4xf32> -> tensor<2x6x2x4xf32>
  %4 = spike.reshape %3 : tensor<2x6x2x4xf32> -> tensor<2x6x8xf32>
  %5 = spike.scale %4 by 0.3 : tensor<2x6x8xf32> -> tensor<2x6x8xf32>
  %6 = spike.neuron #spike.lif (%5) : (tensor<2x6x8xf32>) -> tensor<2x6x8xi1>
  return %6 : tensor<2x6x8xi1>
}

// Does not apply: a scale between the products that rounds; a first product that is read twice; operands that are no
// spikes; time that is not the first axis; sums that a byte does not hold in either order.
// CHECK-LABEL: func.func @others
// CHECK-NOT: kernel.attention
func.func @others(%q: tensor<2x6x4xi1>, %c: tensor<2x6x4x!spike.count<max = 2>>, %l: tensor<2x300x300xi1>)
    -> (tensor<2x6x4xi1>, tensor<2x6x4xi1>, tensor<2x6x6x!spike.count<max = 4>>, tensor<2x6x4xi1>, tensor<2x4x6xi1>,
        tensor<2x300x300xi1>) {
  %0 = spike.matmul %q, %q transpose_rhs : (tensor<2x6x4xi1>, tensor<2x6x4xi1>) -> tensor<2x6x6x!spike.count<max = 4>>
  %1 = spike.scale %0 by 0.3 : tensor<2x6x6x!spike.count<max = 4>> -> tensor<2x6x6xf32>
  %2 = spike.matmul %1, %q : (tensor<2x6x6xf32>, tensor<2x6x4xi1>) -> tensor<2x6x4xf32>
  %3 = spike.neuron #spike.lif (%2) : (tensor<2x6x4xf32>) -> tensor<2x6x4xi1>
  %4 = spike.matmul %q, %q transpose_rhs : (tensor<2x6x4xi1>, tensor<2x6x4xi1>) -> tensor<2x6x6x!spike.count<max = 4>>
  %5 = spike.matmul %4, %q : (tensor<2x6x6x!spike.count<max = 4>>, tensor<2x6x4xi1>) -> tensor<2x6x4x!spike.count<max = 24>>
  %6 = spike.neuron #spike.lif (%5) : (tensor<2x6x4x!spike.count<max = 24>>) -> tensor<2x6x4xi1>
  %7 = spike.matmul %q, %c transpose_rhs : (tensor<2x6x4xi1>, tensor<2x6x4x!spike.count<max = 2>>)
      -> tensor<2x6x6x!spike.count<max = 8>>
  %8 = spike.matmul %7, %q : (tensor<2x6x6x!spike.count<max = 8>>, tensor<2x6x4xi1>) -> tensor<2x6x4x!spike.count<max = 48>>
  %9 = spike.neuron #spike.lif (%8) : (tensor<2x6x4x!spike.count<max = 48>>) -> tensor<2x6x4xi1>
  %10 = spike.matmul %q, %q transpose_rhs : (tensor<2x6x4xi1>, tensor<2x6x4xi1>) -> tensor<2x6x6x!spike.count<max = 4>>
  %11 = spike.matmul %10, %q : (tensor<2x6x6x!spike.count<max = 4>>, tensor<2x6x4xi1>) -> tensor<2x6x4x!spike.count<max = 24>>
  %12 = spike.transpose %11 [2, 0, 1] : tensor<2x6x4x!spike.count<max = 24>> -> tensor<4x2x6x!spike.count<max = 24>>
  %13 = spike.reshape %12 : tensor<4x2x6x!spike.count<max = 24>> -> tensor<2x4x6x!spike.count<max = 24>>
  %14 = spike.neuron #spike.lif (%13) : (tensor<2x4x6x!spike.count<max = 24>>) -> tensor<2x4x6xi1>
  %15 = spike.matmul %l, %l : (tensor<2x300x300xi1>, tensor<2x300x300xi1>) -> tensor<2x300x300x!spike.count<max = 300>>
  %16 = spike.matmul %15, %l : (tensor<2x300x300x!spike.count<max = 300>>, tensor<2x300x300xi1>)
      -> tensor<2x300x300x!spike.count<max = 90000>>
  %17 = spike.neuron #spike.lif (%16) : (tensor<2x300x300x!spike.count<max = 90000>>) -> tensor<2x300x300xi1>
  return %3, %6, %4, %9, %14, %17 : tensor<2x6x4xi1>, tensor<2x6x4xi1>, tensor<2x6x6x!spike.count<max = 4>>,
      tensor<2x6x4xi1>, tensor<2x4x6xi1>, tensor<2x300x300xi1>
}
