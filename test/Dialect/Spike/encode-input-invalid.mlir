// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --verify-diagnostics --pass-pipeline="builtin.module(spike-encode-input{code=#spike.latency})"
// RUN: not spike-opt %s --pass-pipeline="builtin.module(spike-encode-input{code=#spike.lif})" 2>&1 | FileCheck %s

// CHECK: expected an input code such as #spike.latency, got '#spike.lif'

func.func @used_before_time(%x: tensor<1x8xf32>) -> tensor<4x1x8xf32> {
  // expected-error @below {{uses input #0 before it has a time axis, so the code #spike.latency cannot take the place}}
  %0 = spike.scale %x by 0.5 : tensor<1x8xf32> -> tensor<1x8xf32>
  %1 = spike.repeat_time %0 : tensor<1x8xf32> -> tensor<4x1x8xf32>
  return %1 : tensor<4x1x8xf32>
}
