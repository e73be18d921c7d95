// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --verify-diagnostics --spike-lift-time

// expected-error @below {{function 'single_step' computes one time step and needs the number of time steps, expected time-steps of at least 1, got 0}}
func.func @single_step(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %0 = spike.neuron #spike.lif single_step (%x) : (tensor<3x8xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}
