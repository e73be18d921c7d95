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

// Single steps with their state: a start that is the model's own is left out, and so are states that nothing reads.
// CHECK-LABEL: func @steps
func.func @steps(%x: !torch.vtensor<[1,8],f32>) -> !torch.vtensor<[1,8],f32> {
  %model = torch.constant.str {value = "#spike.if"} : () -> !torch.str
  %path = torch.constant.str {value = "if"} : () -> !torch.str
  %names = torch.constant.str {value = "v_threshold"} : () -> !torch.str
  %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %single = torch.constant.bool {value = true} : () -> !torch.bool
  %zero = torch.vtensor.literal {value = dense<0.0> : tensor<1x8xf32>} : () -> !torch.vtensor<[1,8],f32>
  %th = torch.vtensor.literal {value = dense<2.0> : tensor<8xf32>} : () -> !torch.vtensor<[8],f32>
  %init = torch.prim.ListConstruct %zero : (!torch.vtensor<[1,8],f32>) -> !torch.list<vtensor>
  %params = torch.prim.ListConstruct %th : (!torch.vtensor<[8],f32>) -> !torch.list<vtensor>
  // CHECK: %[[TH:.*]] = spike.constant dense<2.0
  // CHECK: %[[S:.*]], %[[V:.*]] = spike.neuron #spike.if single_step path "if"(%arg0) params(v_threshold = %[[TH]]) axis 1 : (tensor<1x8xf32>, tensor<8xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>)
  %l0 = torch.operator "torch.spike.neuron_step"(%x, %init, %params, %model, %path, %names, %one, %one, %single) : (!torch.vtensor<[1,8],f32>, !torch.list<vtensor>, !torch.list<vtensor>, !torch.str, !torch.str, !torch.str, !torch.int, !torch.int, !torch.bool) -> !torch.list<vtensor>
  %r0:2 = torch.prim.ListUnpack %l0 : (!torch.list<vtensor>) -> (!torch.vtensor<[1,8],f32>, !torch.vtensor<[1,8],f32>)
  %next = torch.prim.ListConstruct %r0#1 : (!torch.vtensor<[1,8],f32>) -> !torch.list<vtensor>
  // CHECK: spike.neuron #spike.if single_step path "if"(%[[S]]) init(%[[V]]) params(v_threshold = %[[TH]]) axis 1 : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<8xf32>) -> tensor<1x8xf32>
  %l1 = torch.operator "torch.spike.neuron_step"(%r0#0, %next, %params, %model, %path, %names, %one, %one, %single) : (!torch.vtensor<[1,8],f32>, !torch.list<vtensor>, !torch.list<vtensor>, !torch.str, !torch.str, !torch.str, !torch.int, !torch.int, !torch.bool) -> !torch.list<vtensor>
  %r1:2 = torch.prim.ListUnpack %l1 : (!torch.list<vtensor>) -> (!torch.vtensor<[1,8],f32>, !torch.vtensor<[1,8],f32>)
  return %r1#0 : !torch.vtensor<[1,8],f32>
}
