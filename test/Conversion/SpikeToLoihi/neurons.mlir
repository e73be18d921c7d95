// RUN: spike-opt %s -convert-spike-to-loihi -split-input-file | FileCheck %s

// The chip's own neuron, with thresholds and biases of its channels; constants of the current are biases, too.
// CHECK-LABEL: loihi.network @lif
func.func @lif(%x: tensor<1x2x4xf32>) -> tensor<3x1x2x4xf32> {
  %q = spike.quantize %x by 1.0 in [0, 7] : tensor<1x2x4xf32> -> tensor<1x2x4xf32>
  %t = spike.repeat_time %q : tensor<1x2x4xf32> -> tensor<3x1x2x4xf32>
  %th = spike.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = spike.constant dense<[0.0, -5.0, 8192.0, 4095.0]> : tensor<4xf32>
  %c = spike.constant dense<[1.0, 0.0, 0.0, 0.0]> : tensor<4xf32>
  %y = spike.add %t, %c : (tensor<3x1x2x4xf32>, tensor<4xf32>) -> tensor<3x1x2x4xf32>
  %s = spike.neuron #spike.fixed_lif<dv = 1024, threshold = 64> path "a.b-c" (%y) params(threshold = %th, bias = %b) axis 3
      : (tensor<3x1x2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x1x2x4xf32>
  return %s : tensor<3x1x2x4xf32>
}

// -----

// Parameters along an axis that is not the last: those are the channels.
// CHECK-LABEL: loihi.network @axis
func.func @axis(%x: tensor<1x2x3xi1>) -> tensor<1x1x2x3xf32> {
  %t = spike.repeat_time %x : tensor<1x2x3xi1> -> tensor<1x1x2x3xi1>
  %f = spike.cast %t : tensor<1x1x2x3xi1> -> tensor<1x1x2x3xf32>
  %th = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = spike.neuron #spike.fixed_lif<> path "s" (%f) params(threshold = %th) axis 2
      : (tensor<1x1x2x3xf32>, tensor<2xf32>) -> tensor<1x1x2x3xf32>
  return %s : tensor<1x1x2x3xf32>
}

// -----

// Soft reset, and firing at the threshold: programs.
// CHECK-LABEL: loihi.network @programs
func.func @programs(%x: tensor<1x3xi1>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>) {
  %t = spike.repeat_time %x : tensor<1x3xi1> -> tensor<2x1x3xi1>
  %f = spike.cast %t : tensor<2x1x3xi1> -> tensor<2x1x3xf32>
  %a = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 3, reset = soft> path "a" (%f) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %b = spike.neuron #spike.fixed_lif<du = 1024, threshold = 3, bias = 7, fire = ge> path "b" (%f) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %a, %b : tensor<2x1x3xf32>, tensor<2x1x3xf32>
}
