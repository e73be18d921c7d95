// Every op is read, verified and written back, in text and in bytecode.
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s
// RUN: spike-opt %s --emit-bytecode | spike-opt | FileCheck %s
// RUN: spike-opt %s --mlir-print-op-generic | spike-opt | FileCheck %s

// CHECK-LABEL: func.func @constant
func.func @constant() -> (tensor<2x2xf32>, tensor<2x!spike.count<max = 3>>) {
  // CHECK: spike.constant dense<{{.*}}> : tensor<2x2xf32>
  %0 = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  // CHECK: spike.constant dense<[0, 3]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  %1 = spike.constant dense<[0, 3]> : tensor<2xi32> as tensor<2x!spike.count<max = 3>>
  return %0, %1 : tensor<2x2xf32>, tensor<2x!spike.count<max = 3>>
}

// CHECK-LABEL: func.func @neuron
func.func @neuron(%x: tensor<4x1x96xf32>, %v: tensor<1x96xf32>, %th: tensor<96xf32>, %y: tensor<1x96xf32>) {
  // CHECK: spike.neuron #spike.if<v_threshold = 0.5, reset = soft> path "a.b"(%{{.*}}) : (tensor<4x1x96xf32>) -> tensor<4x1x96xi1>
  %0 = spike.neuron #spike.if<v_threshold = 0.5, reset = soft> path "a.b" (%x) : (tensor<4x1x96xf32>) -> tensor<4x1x96xi1>
  %1, %2 = spike.neuron #spike.lif<tau = 3.0, decay_input = false, charge = simple, fire = gt> (%x) init(%v)
      : (tensor<4x1x96xf32>, tensor<1x96xf32>) -> (tensor<4x1x96xf32>, tensor<1x96xf32>)
  %3 = spike.neuron #spike.plif<decay = 0.37754068> (%x) params(v_threshold = %th) axis 2
      : (tensor<4x1x96xf32>, tensor<96xf32>) -> tensor<4x1x96xi1>
  %4 = spike.neuron #spike.li single_step (%y) : (tensor<1x96xf32>) -> tensor<1x96xf32>
  return
}
