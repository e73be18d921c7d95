// RUN: spike-opt %s --convert-spike-to-linalg | FileCheck %s

// Time is a reduction, the population one parallel loop.
// CHECK-LABEL: func.func @lif
// CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} : tensor<32xf32> into tensor<4x8xf32>
// CHECK: %[[V:.*]] = linalg.fill {{.*}} -> tensor<8xf32>
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%[[X]] : tensor<4x8xf32>)
// CHECK: ^bb0(%[[IN:.*]]: f32, %{{.*}}: i8, %[[STATE:.*]]: f32)
// CHECK: %[[D:.*]] = arith.subf %[[STATE]],
// CHECK: %[[E:.*]] = arith.subf %[[IN]], %[[D]]
// CHECK: %[[F:.*]] = arith.divf %[[E]],
// CHECK: %[[H:.*]] = arith.addf %[[STATE]], %[[F]]
// CHECK: %[[S:.*]] = arith.cmpf oge, %[[H]],
// CHECK: arith.select %[[S]]
// CHECK: arith.extui %[[S]] : i1 to i8
func.func @lif(%x: tensor<4x1x8xf32>) -> tensor<4x1x8xi1> {
  %0 = spike.neuron #spike.lif<tau = 3.0, v_reset = 0.5> (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xi1>
  return %0 : tensor<4x1x8xi1>
}

// A current that repeats over time is read where it stands once.
// CHECK-LABEL: func.func @repeated
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%{{.*}} : tensor<8xf32>)
// CHECK: return
func.func @repeated(%x: tensor<1x8xf32>) -> tensor<4x1x8xi1> {
  %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
  %1 = spike.neuron #spike.lif (%0) : (tensor<4x1x8xf32>) -> tensor<4x1x8xi1>
  return %1 : tensor<4x1x8xi1>
}

// Parameters run along their axis; given and returned state.
// CHECK-LABEL: func.func @parameters
// CHECK: iterator_types = ["reduction", "parallel", "parallel", "parallel"]
// CHECK: arith.cmpf ogt
func.func @parameters(%x: tensor<4x2x6x3xf32>, %v: tensor<2x6x3xf32>, %th: tensor<6xf32>)
    -> (tensor<4x2x6x3xf32>, tensor<2x6x3xf32>) {
  %0, %1 = spike.neuron #spike.if<fire = gt> (%x) init(%v) params(v_threshold = %th) axis 2
      : (tensor<4x2x6x3xf32>, tensor<2x6x3xf32>, tensor<6xf32>) -> (tensor<4x2x6x3xf32>, tensor<2x6x3xf32>)
  return %0, %1 : tensor<4x2x6x3xf32>, tensor<2x6x3xf32>
}

// CHECK-LABEL: func.func @codes
// CHECK: linalg.index 0
// CHECK: arith.cmpf olt
// CHECK: tensor.insert_slice %{{.*}}[1, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<5x8xf32>
// CHECK: tensor.extract_slice %{{.*}}[0, 0] [4, 8] [1, 1]
// CHECK: arith.cmpf oge
func.func @codes(%x: tensor<8xf32>, %y: tensor<4x8xf32>) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  %0 = spike.encode #spike.rate<seed = 7> (%x) steps 4 : tensor<8xf32> -> tensor<4x8xi1>
  %1 = spike.encode #spike.delta (%y) steps 4 : tensor<4x8xf32> -> tensor<4x8xi1>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xi1>
}
