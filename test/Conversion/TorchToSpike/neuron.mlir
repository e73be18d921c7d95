// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @multi_step
// CHECK-SAME: (%[[X:.*]]: tensor<4x1x8xf32> {spike.name = "x"}) -> tensor<4x1x8xf32>
func.func @multi_step(%x: !torch.vtensor<[4,1,8],f32> {spike.name = "x"}) -> !torch.vtensor<[4,1,8],f32> {
  %model = torch.constant.str {value = "#spike.lif<tau = 3.0, v_threshold = 0.5, decay_input = false, reset = soft>"} : () -> !torch.str
  %path = torch.constant.str {value = "block.lif"} : () -> !torch.str
  %single = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: %[[S:.*]] = spike.neuron #spike.lif<tau = 3.0, v_threshold = 0.5, decay_input = false, reset = soft> path "block.lif"(%[[X]])
  // CHECK: return %[[S]]
  %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[4,1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,1,8],f32>
  return %0 : !torch.vtensor<[4,1,8],f32>
}

// CHECK-LABEL: func @single_step
func.func @single_step(%x: !torch.vtensor<[1,8],f32>) -> !torch.vtensor<[1,8],f32> {
  %model = torch.constant.str {value = "#spike.if"} : () -> !torch.str
  %path = torch.constant.str {value = "if"} : () -> !torch.str
  %single = torch.constant.bool {value = true} : () -> !torch.bool
  // CHECK: spike.neuron #spike.if single_step path "if"
  %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[1,8],f32>
  return %0 : !torch.vtensor<[1,8],f32>
}
