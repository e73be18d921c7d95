// RUN: spike-opt %s --spike-fold-batch-norm | FileCheck %s

// gain = 3 / sqrt(0.25 + 0) = 6, -2; shift = (b - mean) * gain + beta
// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = spike.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %mean = spike.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %var = spike.constant dense<0.25> : tensor<2xf32>
  %gamma = spike.constant dense<[3.0, -1.0]> : tensor<2xf32>
  %beta = spike.constant dense<[10.0, 20.0]> : tensor<2xf32>
  // CHECK-DAG: %[[W:.*]] = spike.constant dense<{{\[\[}}6.000000e+00, 1.200000e+01], [-6.000000e+00, -8.000000e+00]]>
  // CHECK-DAG: %[[B:.*]] = spike.constant dense<[1.300000e+01, 1.800000e+01]>
  // CHECK: %[[Y:.*]] = spike.linear %{{.*}}, %[[W]], %[[B]]
  %y = spike.linear %x, %w, %b : (tensor<4x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %z = spike.batch_norm %y mean %mean var %var gamma %gamma beta %beta eps 0.0 axis 1
      : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK-NOT: batch_norm
  // CHECK: return %[[Y]]
  return %z : tensor<4x2xf32>
}

// Through a reshape, a transpose and a repetition, into a convolution of either layout, without gamma, beta and bias.
// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<2x2x3x3xf32>, %c: tensor<2x3x3x2xf32>) -> (tensor<4x2x9x2xf32>, tensor<2x3x3x2xf32>) {
  %w = spike.constant dense<1.0> : tensor<2x2x1x1xf32>
  %mean = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %var = spike.constant dense<[4.0, 1.0]> : tensor<2xf32>
  // CHECK-DAG: %[[W:.*]] = spike.constant dense<{{.*}}5.000000e-01{{.*}}5.000000e-01{{.*}}1.000000e+00{{.*}}1.000000e+00{{.*}}>
  // CHECK-DAG: %[[B:.*]] = spike.constant dense<[-5.000000e-01, -2.000000e+00]>
  // CHECK: spike.conv %{{.*}}, %[[W]], %[[B]] strides
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first
      : (tensor<2x2x3x3xf32>, tensor<2x2x1x1xf32>) -> tensor<2x2x3x3xf32>
  %r = spike.reshape %y : tensor<2x2x3x3xf32> -> tensor<2x2x9xf32>
  %t = spike.transpose %r [0, 2, 1] : tensor<2x2x9xf32> -> tensor<2x9x2xf32>
  %s = spike.repeat_time %t : tensor<2x9x2xf32> -> tensor<4x2x9x2xf32>
  // CHECK-NOT: batch_norm
  %z = spike.batch_norm %s mean %mean var %var eps 0.0 axis 3
      : (tensor<4x2x9x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2x9x2xf32>
  // CHECK: spike.conv {{.*}} channels_last
  %d = spike.conv %c, %w strides [1, 1] padding [0, 0, 0, 0] channels_last
      : (tensor<2x3x3x2xf32>, tensor<2x2x1x1xf32>) -> tensor<2x3x3x2xf32>
  %e = spike.batch_norm %d mean %mean var %var eps 0.0 axis 3
      : (tensor<2x3x3x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x3x3x2xf32>
  // CHECK-NOT: batch_norm
  return %z, %e : tensor<4x2x9x2xf32>, tensor<2x3x3x2xf32>
}

// Two in a row both fold; a large weight becomes a new resource.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<4x32xf32>) -> tensor<4x1xf32> {
  %w = spike.constant dense<1.0> : tensor<1x32xf32>
  %mean = spike.constant dense<1.0> : tensor<1xf32>
  %var = spike.constant dense<0.25> : tensor<1xf32>
  // CHECK: spike.constant dense_resource<folded.folded.folded> : tensor<1x32xf32>
  // CHECK-NOT: batch_norm
  %y = spike.linear %x, %w : (tensor<4x32xf32>, tensor<1x32xf32>) -> tensor<4x1xf32>
  %z = spike.batch_norm %y mean %mean var %var eps 0.0 axis 1 : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<4x1xf32>
  %z2 = spike.batch_norm %z mean %mean var %var eps 0.0 axis 1 : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<4x1xf32>
  return %z2 : tensor<4x1xf32>
}

// Not behind a synapse, on another axis, with another reader, with a reshape that mixes channels, with a variance that
// has no root, and with statistics that are no constants.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<2x2xf32>, %v: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = spike.constant dense<1.0> : tensor<2x2xf32>
  %mean = spike.constant dense<1.0> : tensor<2xf32>
  %mean4 = spike.constant dense<1.0> : tensor<4xf32>
  %minus = spike.constant dense<-1.0> : tensor<2xf32>
  // CHECK-COUNT-6: batch_norm
  %a = spike.batch_norm %x mean %mean var %mean eps 0.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %y = spike.linear %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %b = spike.batch_norm %y mean %mean var %mean eps 0.0 axis 0 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %y2 = spike.linear %a, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %c = spike.batch_norm %y2 mean %mean var %mean eps 0.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %y3 = spike.linear %b, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %r = spike.reshape %y3 : tensor<2x2xf32> -> tensor<4xf32>
  %d = spike.batch_norm %r mean %mean4 var %mean4 eps 0.0 axis 0 : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y4 = spike.linear %c, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %e = spike.batch_norm %y4 mean %mean var %minus eps 0.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %y5 = spike.linear %e, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %f = spike.batch_norm %y5 mean %v var %mean eps 0.0 axis 1 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %a, %b, %c, %y2, %d, %e, %f : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}
