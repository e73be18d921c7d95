// RUN: spike-opt %s --spike-reassociate-attention | FileCheck %s
// The same results before and after; the functions without arguments check them.
// RUN: spike-run %s --interpret --entry=same
// RUN: spike-opt %s --spike-reassociate-attention | spike-run --interpret --entry=same

// More tokens than features: 8*2*8 + 8*8*2 becomes 2*8*2 + 8*2*2.
// CHECK-LABEL: func.func @to_right
// CHECK-SAME: (%[[Q:.*]]: tensor<4x8x2xi1>, %[[K:.*]]: tensor<4x8x2xi1>, %[[V:.*]]: tensor<4x8x2xi1>)
func.func @to_right(%q: tensor<4x8x2xi1>, %k: tensor<4x8x2xi1>, %v: tensor<4x8x2xi1>) -> tensor<4x8x2xf32> {
  // CHECK: %[[KV:.*]] = spike.matmul %[[K]], %[[V]] transpose_lhs : {{.*}} -> tensor<4x2x2x!spike.count<max = 8>>
  // CHECK: %[[P:.*]] = spike.matmul %[[Q]], %[[KV]] : {{.*}} -> tensor<4x8x2x!spike.count<max = 16>>
  // CHECK: %[[Y:.*]] = spike.scale %[[P]] by 0.25 : {{.*}} -> tensor<4x8x2xf32>
  // CHECK: return %[[Y]]
  %a = spike.matmul %q, %k transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8xf32>
  %s = spike.scale %a by 0.25 : tensor<4x8x8xf32> -> tensor<4x8x8xf32>
  %b = spike.matmul %s, %v : (tensor<4x8x8xf32>, tensor<4x8x2xi1>) -> tensor<4x8x2xf32>
  return %b : tensor<4x8x2xf32>
}

// More features than tokens, and f32 values that are spikes.
// CHECK-LABEL: func.func @to_left
func.func @to_left(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
  // CHECK: %[[Q:.*]] = spike.neuron
  %q = spike.neuron #spike.lif (%x) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  // CHECK: %[[A:.*]] = spike.matmul %[[Q]], %[[Q]] transpose_rhs : {{.*}} -> tensor<4x2x2xf32>
  // CHECK: %[[B:.*]] = spike.matmul %[[A]], %[[Q]] : {{.*}} -> tensor<4x2x8xf32>
  // CHECK: return %[[B]]
  %a = spike.matmul %q, %q transpose_lhs : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x8x8xf32>
  %b = spike.matmul %q, %a : (tensor<4x2x8xf32>, tensor<4x8x8xf32>) -> tensor<4x2x8xf32>
  return %b : tensor<4x2x8xf32>
}

// The inner product is read transposed: (K Q^T)^T V = Q (K^T V).
// CHECK-LABEL: func.func @transposed
// CHECK-SAME: (%[[Q:.*]]: tensor<4x8x2xi1>, %[[K:.*]]: tensor<4x8x2xi1>, %[[V:.*]]: tensor<4x8x2xi1>)
func.func @transposed(%q: tensor<4x8x2xi1>, %k: tensor<4x8x2xi1>, %v: tensor<4x8x2xi1>) -> tensor<4x8x2x!spike.count<max = 16>> {
  // CHECK: %[[KV:.*]] = spike.matmul %[[K]], %[[V]] transpose_lhs : {{.*}} -> tensor<4x2x2x!spike.count<max = 8>>
  // CHECK: %[[P:.*]] = spike.matmul %[[Q]], %[[KV]] : {{.*}} -> tensor<4x8x2x!spike.count<max = 16>>
  %a = spike.matmul %k, %q transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8x!spike.count<max = 2>>
  %b = spike.matmul %a, %v transpose_lhs : (tensor<4x8x8x!spike.count<max = 2>>, tensor<4x8x2xi1>) -> tensor<4x8x2x!spike.count<max = 16>>
  return %b : tensor<4x8x2x!spike.count<max = 16>>
}

// Real values; a scale that is no power of two, or negative; a second reader; the cheaper order already; sums beyond
// 2^24.
// CHECK-LABEL: func.func @stays
func.func @stays(%q: tensor<4x8x2xi1>, %x: tensor<4x8x2xf32>, %c: tensor<4x8x2x!spike.count<max = 1024>>)
    -> (tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x8xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>) {
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x8xf32>
  %a0 = spike.matmul %q, %q transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8xf32>
  %b0 = spike.matmul %a0, %x : (tensor<4x8x8xf32>, tensor<4x8x2xf32>) -> tensor<4x8x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x8xf32>
  %a1 = spike.matmul %q, %q transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8xf32>
  %s1 = spike.scale %a1 by 0.3 : tensor<4x8x8xf32> -> tensor<4x8x8xf32>
  %b1 = spike.matmul %s1, %q : (tensor<4x8x8xf32>, tensor<4x8x2xi1>) -> tensor<4x8x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x8xf32>
  %a2 = spike.matmul %q, %q transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8xf32>
  %s2 = spike.scale %a2 by -0.5 : tensor<4x8x8xf32> -> tensor<4x8x8xf32>
  %b2 = spike.matmul %s2, %q : (tensor<4x8x8xf32>, tensor<4x8x2xi1>) -> tensor<4x8x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x8xf32>
  %a3 = spike.matmul %q, %q transpose_rhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x8x8xf32>
  %b3 = spike.matmul %a3, %q : (tensor<4x8x8xf32>, tensor<4x8x2xi1>) -> tensor<4x8x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x2x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x2xf32>
  %a4 = spike.matmul %q, %q transpose_lhs : (tensor<4x8x2xi1>, tensor<4x8x2xi1>) -> tensor<4x2x2xf32>
  %b4 = spike.matmul %q, %a4 : (tensor<4x8x2xi1>, tensor<4x2x2xf32>) -> tensor<4x8x2xf32>
  // CHECK: spike.matmul {{.*}} -> tensor<4x8x8xf32>
  %a5 = spike.matmul %c, %c transpose_rhs : (tensor<4x8x2x!spike.count<max = 1024>>, tensor<4x8x2x!spike.count<max = 1024>>) -> tensor<4x8x8xf32>
  %b5 = spike.matmul %a5, %c : (tensor<4x8x8xf32>, tensor<4x8x2x!spike.count<max = 1024>>) -> tensor<4x8x2xf32>
  return %b0, %b1, %b2, %a3, %b3, %b4, %b5 : tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x8xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>, tensor<4x8x2xf32>
}

// Three tokens of one feature. By hand: q = [1,0,1], k = [1,1,0], v = [0,1,1]: k^T v = 1, so q v' = [1,0,1] / 2.
func.func @same() {
  %q = spike.constant dense<[[[true], [false], [true]]]> : tensor<1x3x1xi1>
  %k = spike.constant dense<[[[true], [true], [false]]]> : tensor<1x3x1xi1>
  %v = spike.constant dense<[[[false], [true], [true]]]> : tensor<1x3x1xi1>
  %want = spike.constant dense<[[[0.5], [0.0], [0.5]]]> : tensor<1x3x1xf32>
  %a = spike.matmul %q, %k transpose_rhs : (tensor<1x3x1xi1>, tensor<1x3x1xi1>) -> tensor<1x3x3xf32>
  %s = spike.scale %a by 2.0 divide : tensor<1x3x3xf32> -> tensor<1x3x3xf32>
  %b = spike.matmul %s, %v : (tensor<1x3x3xf32>, tensor<1x3x1xi1>) -> tensor<1x3x1xf32>
  check.expect_eq %b, %want : tensor<1x3x1xf32>, tensor<1x3x1xf32>
  return
}
