// Range analysis, op by op.
// RUN: spike-opt %s --spike-annotate-ranges | FileCheck %s

// CHECK-LABEL: func.func @sources
func.func @sources(%s: tensor<2x4xi1>, %c: tensor<2x4x!spike.count<max = 5>>, %i: tensor<2x4xi8>, %j: tensor<2x4xi32>, %x: tensor<2x4xf32>) {
  // CHECK: spike.cast %{{.*}} {spike.range = "[0, 1]"}
  %0 = spike.cast %s : tensor<2x4xi1> -> tensor<2x4xf32>
  // CHECK: spike.cast %{{.*}} {spike.range = "[0, 5]"}
  %1 = spike.cast %c : tensor<2x4x!spike.count<max = 5>> -> tensor<2x4xf32>
  // CHECK: spike.cast %{{.*}} {spike.range = "[-128, 127]"}
  %2 = spike.cast %i : tensor<2x4xi8> -> tensor<2x4xf32>
  // CHECK: spike.cast %{{.*}} {spike.range = "real"}
  %3 = spike.cast %j : tensor<2x4xi32> -> tensor<2x4xf32>
  // CHECK: spike.neuron {{.*}} {spike.range = "[0, 1]"}
  %4 = spike.neuron #spike.lif (%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK: spike.neuron {{.*}} {spike.range = "real"}
  %5 = spike.neuron #spike.li (%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK: spike.encode {{.*}} {spike.range = "[0, 1]"}
  %6 = spike.encode #spike.rate (%x) steps 3 : tensor<2x4xf32> -> tensor<3x2x4xf32>
  // CHECK: spike.encode {{.*}} {spike.range = "real"}
  %7 = spike.encode #spike.direct (%x) steps 3 : tensor<2x4xf32> -> tensor<3x2x4xf32>
  return
}

// A readout of exact currents is exact, with one binary digit more at each step. The bounds are wider than they need be.
// CHECK-LABEL: func.func @readout
func.func @readout(%c: tensor<2x4x!spike.count<max = 5>>) {
  // CHECK: spike.neuron {{.*}} {spike.range = "[-5, 20] * 2^-2, [-1, 16] * 2^-2"}
  %y, %v = spike.neuron #spike.li (%c) : (tensor<2x4x!spike.count<max = 5>>) -> (tensor<2x4xf32>, tensor<4xf32>)
  return
}

// CHECK-LABEL: func.func @values
func.func @values(%s: tensor<2xi1>) {
  // 0.5, -0.75 and 3 lie on quarters.
  %a = spike.constant dense<[0.5, -0.75, 3.0]> : tensor<3xf32>
  // CHECK: spike.reshape %{{.*}} {spike.range = "[-3, 12] * 2^-2"}
  %0 = spike.reshape %a : tensor<3xf32> -> tensor<1x3xf32>
  // A third needs all 24 bits, so that four on its grid has more.
  %b = spike.constant dense<[0.333333343, 4.0]> : tensor<2xf32>
  // CHECK: spike.reshape %{{.*}} {spike.range = "real"}
  %1 = spike.reshape %b : tensor<2xf32> -> tensor<1x2xf32>
  %c = spike.constant dense<0x7F800000> : tensor<2xf32>
  // CHECK: spike.reshape %{{.*}} {spike.range = "real"}
  %2 = spike.reshape %c : tensor<2xf32> -> tensor<1x2xf32>
  %d = spike.constant dense<0.0> : tensor<2xf32>
  // CHECK: spike.reshape %{{.*}} {spike.range = "[0, 0]"}
  %3 = spike.reshape %d : tensor<2xf32> -> tensor<1x2xf32>
  %e = spike.constant dense<[true, true]> : tensor<2xi1>
  // CHECK: spike.reshape %{{.*}} {spike.range = "[1, 1]"}
  %4 = spike.reshape %e : tensor<2xi1> -> tensor<1x2xi1>
  %f = spike.constant dense<[2, 7]> : tensor<2xi32> as tensor<2x!spike.count<max = 9>>
  // CHECK: spike.reshape %{{.*}} {spike.range = "[2, 7]"}
  %5 = spike.reshape %f : tensor<2x!spike.count<max = 9>> -> tensor<1x2x!spike.count<max = 9>>
  // The smallest f32.
  %g = spike.constant dense<0x00000001> : tensor<2xf32>
  // CHECK: spike.reshape %{{.*}} {spike.range = "real"}
  %6 = spike.reshape %g : tensor<2xf32> -> tensor<1x2xf32>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%s: tensor<4x4xi1>, %c: tensor<4x4x!spike.count<max = 5>>, %x: tensor<4x4xf32>) {
  // CHECK: spike.add {{.*}} {spike.range = "[0, 6]"}
  %0 = spike.add %s, %c : (tensor<4x4xi1>, tensor<4x4x!spike.count<max = 5>>) -> tensor<4x4xf32>
  // CHECK: spike.add {{.*}} {spike.range = "real"}
  %1 = spike.add %s, %x : (tensor<4x4xi1>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK: spike.mask {{.*}} {spike.range = "[0, 30]"}
  %2 = spike.mask %0, %c : (tensor<4x4xf32>, tensor<4x4x!spike.count<max = 5>>) -> tensor<4x4xf32>
  // CHECK: spike.scale {{.*}} {spike.range = "[0, 30] * 2^-3"}
  %3 = spike.scale %2 by 0.125 : tensor<4x4xf32> -> tensor<4x4xf32>
  // CHECK: spike.scale {{.*}} {spike.range = "[-30, 0] * 2^-1"}
  %4 = spike.scale %3 by -0.25 divide : tensor<4x4xf32> -> tensor<4x4xf32>
  // CHECK: spike.add {{.*}} {spike.range = "[-120, 30] * 2^-3"}
  %5 = spike.add %3, %4 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK: spike.scale {{.*}} {spike.range = "real"}
  %6 = spike.scale %2 by 3.0 divide : tensor<4x4xf32> -> tensor<4x4xf32>
  // CHECK: spike.scale {{.*}} {spike.range = "[0, 90]"}
  %7 = spike.scale %2 by 3.0 : tensor<4x4xf32> -> tensor<4x4xf32>
  // 0.1 in f32 times up to 30 needs more than 24 bits; times 0 or 1 it does not.
  // CHECK: spike.scale {{.*}} {spike.range = "real"}
  %8 = spike.scale %2 by 0.1 : tensor<4x4xf32> -> tensor<4x4xf32>
  // CHECK: spike.scale {{.*}} {spike.range = "[0, 13421773] * 2^-27"}
  %9 = spike.scale %s by 0.1 : tensor<4x4xi1> -> tensor<4x4xf32>
  return
}

// CHECK-LABEL: func.func @batch_norm
func.func @batch_norm(%s: tensor<4x2xi1>) {
  %p = spike.constant dense<1.0> : tensor<2xf32>
  // CHECK: spike.batch_norm {{.*}}spike.range = "real"
  %0 = spike.batch_norm %s mean %p var %p eps 0.0 axis 1 : (tensor<4x2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return
}

// CHECK-LABEL: func.func @synapses
func.func @synapses(%s: tensor<4x3xi1>, %x: tensor<4x3xf32>, %m: tensor<4x1x3x3xi1>, %b: tensor<2xf32>) {
  // Rows give [-0.75, 1] and [0, 1.5]; the bias lies in [0, 0.25].
  %w = spike.constant dense<[[0.5, -0.75, 0.5], [0.5, 0.5, 0.5]]> : tensor<2x3xf32>
  %bias = spike.constant dense<[0.25, 0.0]> : tensor<2xf32>
  // CHECK: spike.linear {{.*}}spike.range = "[-3, 6] * 2^-2"
  %0 = spike.linear %s, %w : (tensor<4x3xi1>, tensor<2x3xf32>) -> tensor<4x2xf32>
  // CHECK: spike.linear {{.*}}spike.range = "[-3, 7] * 2^-2"
  %1 = spike.linear %s, %w, %bias : (tensor<4x3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.linear {{.*}}spike.range = "real"
  %2 = spike.linear %s, %w, %b : (tensor<4x3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.linear {{.*}}spike.range = "real"
  %3 = spike.linear %x, %w : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
  %k = spike.constant dense<-2.0> : tensor<2x1x2x2xf32>
  // CHECK: spike.conv {{.*}}spike.range = "[-4, 0] * 2^1"
  %4 = spike.conv %m, %k strides [1, 1] padding [1, 0, 0, 0] channels_first : (tensor<4x1x3x3xi1>, tensor<2x1x2x2xf32>) -> tensor<4x2x3x2xf32>
  return
}

// Sums beyond 2^24 are real.
// CHECK-LABEL: func.func @products
func.func @products(%q: tensor<4x8x16xi1>, %c: tensor<4x16x8x!spike.count<max = 1000>>, %d: tensor<4x16x8x!spike.count<max = 2000000>>) {
  // CHECK: spike.matmul {{.*}}spike.range = "[0, 16]"
  %0 = spike.matmul %q, %q transpose_rhs : (tensor<4x8x16xi1>, tensor<4x8x16xi1>) -> tensor<4x8x8xf32>
  // CHECK: spike.matmul {{.*}}spike.range = "[0, 8]"
  %1 = spike.matmul %q, %q transpose_lhs : (tensor<4x8x16xi1>, tensor<4x8x16xi1>) -> tensor<4x16x16xf32>
  // CHECK: spike.matmul {{.*}}spike.range = "[0, 16000]"
  %2 = spike.matmul %q, %c : (tensor<4x8x16xi1>, tensor<4x16x8x!spike.count<max = 1000>>) -> tensor<4x8x8xf32>
  // CHECK: spike.matmul {{.*}}spike.range = "real"
  %3 = spike.matmul %q, %d : (tensor<4x8x16xi1>, tensor<4x16x8x!spike.count<max = 2000000>>) -> tensor<4x8x8xf32>
  return
}

// CHECK-LABEL: func.func @windows
func.func @windows(%s: tensor<4x1x4x4xi1>, %t: tensor<3x1x4x4xi1>) {
  // CHECK: spike.pool max {{.*}}spike.range = "[0, 1]"
  %0 = spike.pool max %s kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<4x1x4x4xi1> -> tensor<4x1x2x2xi1>
  // CHECK: spike.pool avg {{.*}}spike.range = "[0, 4] * 2^-2"
  %1 = spike.pool avg %s kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<4x1x4x4xi1> -> tensor<4x1x2x2xf32>
  // CHECK: spike.pool avg {{.*}}spike.range = "real"
  %2 = spike.pool avg %s kernel [3, 3] strides [1, 1] padding [0, 0, 0, 0] channels_first : tensor<4x1x4x4xi1> -> tensor<4x1x2x2xf32>
  // CHECK: spike.pool avg {{.*}}spike.range = "real"
  %3 = spike.pool avg %s kernel [2, 2] strides [2, 2] padding [1, 1, 1, 1] channels_first : tensor<4x1x4x4xi1> -> tensor<4x1x3x3xf32>
  // CHECK: spike.pool avg {{.*}}spike.range = "[0, 4] * 2^-2"
  %4 = spike.pool avg %s kernel [2, 2] strides [2, 2] padding [1, 1, 1, 1] count_include_pad channels_first : tensor<4x1x4x4xi1> -> tensor<4x1x3x3xf32>
  // CHECK: spike.reduce sum {{.*}}spike.range = "[0, 16]"
  %5 = spike.reduce sum %s dims [2, 3] : tensor<4x1x4x4xi1> -> tensor<4x1xf32>
  // CHECK: spike.reduce mean {{.*}}spike.range = "[0, 16] * 2^-4"
  %6 = spike.reduce mean %s dims [2, 3] : tensor<4x1x4x4xi1> -> tensor<4x1xf32>
  // CHECK: spike.reduce max {{.*}}spike.range = "[0, 1]"
  %7 = spike.reduce max %s dims [2, 3] : tensor<4x1x4x4xi1> -> tensor<4x1xi1>
  // CHECK: spike.reduce mean {{.*}}spike.range = "real"
  %8 = spike.reduce mean %t dims [0] : tensor<3x1x4x4xi1> -> tensor<1x4x4xf32>
  // CHECK: spike.decode mean {{.*}}spike.range = "real"
  %9 = spike.decode mean %t : tensor<3x1x4x4xi1> -> tensor<1x4x4xf32>
  // CHECK: spike.decode count {{.*}}spike.range = "[0, 3]"
  %10 = spike.decode count %t : tensor<3x1x4x4xi1> -> tensor<1x4x4xf32>
  // CHECK: spike.decode first_spike {{.*}}spike.range = "[0, 3]"
  %11 = spike.decode first_spike %t : tensor<3x1x4x4xi1> -> tensor<1x4x4xf32>
  // CHECK: spike.decode last {{.*}}spike.range = "[0, 1]"
  %12 = spike.decode last %t : tensor<3x1x4x4xi1> -> tensor<1x4x4xi1>
  return
}

// CHECK-LABEL: func.func @shapes
func.func @shapes(%c: tensor<4x4x!spike.count<max = 5>>) {
  // CHECK: spike.transpose {{.*}}spike.range = "[0, 5]"
  %0 = spike.transpose %c [1, 0] : tensor<4x4x!spike.count<max = 5>> -> tensor<4x4x!spike.count<max = 5>>
  // CHECK: spike.slice {{.*}}spike.range = "[0, 5]"
  %1 = spike.slice %0 axis 1 offset 1 : tensor<4x4x!spike.count<max = 5>> -> tensor<4x2x!spike.count<max = 5>>
  // CHECK: spike.repeat_time {{.*}}spike.range = "[0, 5]"
  %2 = spike.repeat_time %1 : tensor<4x2x!spike.count<max = 5>> -> tensor<3x4x2x!spike.count<max = 5>>
  return
}

// A comparison of rounded values may come out differently, so nothing is known of it.
// CHECK-LABEL: func.func @maps
func.func @maps(%s: tensor<2x4xi1>, %c: tensor<2x4x!spike.count<max = 5>>, %x: tensor<2x4xf32>) {
  // CHECK: spike.scale {{.*}} {spike.range = "[0, 5] * 2^-1"}
  %h = spike.scale %c by 0.5 : tensor<2x4x!spike.count<max = 5>> -> tensor<2x4xf32>
  // CHECK: spike.map floor {{.*}} {spike.range = "[0, 3]"}
  %0 = spike.map floor %h : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK: spike.map max {{.*}} {spike.range = "[0, 5]"}
  %1 = spike.map max %s, %c : (tensor<2x4xi1>, tensor<2x4x!spike.count<max = 5>>) -> tensor<2x4xf32>
  // CHECK: spike.map ge {{.*}} {spike.range = "[0, 1]"}
  %2 = spike.map ge %s, %c : (tensor<2x4xi1>, tensor<2x4x!spike.count<max = 5>>) -> tensor<2x4xf32>
  // CHECK: spike.map ge {{.*}} {spike.range = "real"}
  %3 = spike.map ge %x, %c : (tensor<2x4xf32>, tensor<2x4x!spike.count<max = 5>>) -> tensor<2x4xf32>
  // CHECK: spike.pad {{.*}} {spike.range = "[0, 5]"}
  %4 = spike.pad %c padding [1, 1] : tensor<2x4x!spike.count<max = 5>> -> tensor<2x6x!spike.count<max = 5>>
  return
}

// A model of integers is exact on integers, whatever its leak; its states are known by their width, or better.
// CHECK-LABEL: func.func @integers
func.func @integers(%x: tensor<2x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: spike.quantize {{.*}} {spike.range = "[-128, 127]"}
  %q = spike.quantize %x by 8.0 in [-128, 127] : tensor<2x4xf32> -> tensor<2x4xf32>
  // CHECK: spike.neuron {{.*}} {spike.range = "[0, 1], [-15360, 15240], [-8388608, 8388608]"}
  %s, %v:2 = spike.neuron #spike.fixed_lif<dv = 512, threshold = 1000> (%q) : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: spike.neuron {{.*}} {spike.range = "[0, 1], [-8388608, 8388608], [-8388608, 8388608]"}
  %t, %w:2 = spike.neuron #spike.fixed_lif<du = 100, dv = 512> (%q) : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %v#0, %w#0 : tensor<4xf32>, tensor<4xf32>
}
