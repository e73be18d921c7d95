// SPDX-License-Identifier: Apache-2.0
// RUN: not spike-opt %s --split-input-file --convert-torch-to-spike 2>&1 | FileCheck %s

// CHECK: error: cannot convert 'torch.spike.neuron' in module 'a' (m.py:3): cannot read the neuron model '#spike.lif<tau = 0.5>': {{.*}}expected tau to be at least 1
module {
  func.func @bad_parameter(%x: !torch.vtensor<[4,1,8],f32>) -> !torch.vtensor<[4,1,8],f32> {
    %model = torch.constant.str {value = "#spike.lif<tau = 0.5>"} : () -> !torch.str
    %path = torch.constant.str {value = "a"} : () -> !torch.str
    %single = torch.constant.bool {value = false} : () -> !torch.bool
    %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[4,1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,1,8],f32> loc("a"("m.py":3:0))
    return %0 : !torch.vtensor<[4,1,8],f32>
  }
}

// -----

// CHECK: error: cannot convert 'torch.spike.neuron'{{.*}}: cannot read the neuron model '42 : i32': it is not a neuron model
module {
  func.func @not_a_model(%x: !torch.vtensor<[4,1,8],f32>) -> !torch.vtensor<[4,1,8],f32> {
    %model = torch.constant.str {value = "42 : i32"} : () -> !torch.str
    %path = torch.constant.str {value = "a"} : () -> !torch.str
    %single = torch.constant.bool {value = false} : () -> !torch.bool
    %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[4,1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,1,8],f32>
    return %0 : !torch.vtensor<[4,1,8],f32>
  }
}

// -----

// CHECK: error: cannot convert 'torch.spike.neuron'{{.*}}: expected an input with a time axis and at least one more
module {
  func.func @no_time(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %model = torch.constant.str {value = "#spike.if"} : () -> !torch.str
    %path = torch.constant.str {value = "a"} : () -> !torch.str
    %single = torch.constant.bool {value = false} : () -> !torch.bool
    %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[4],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4],f32>
    return %0 : !torch.vtensor<[4],f32>
  }
}

// -----

// One module in two places: its state would go from one to the other.
// CHECK: error: neuron module 'a' runs more than once in one inference
// CHECK: note: it runs here first
module {
  func.func @twice(%x: !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32> {
    %model = torch.constant.str {value = "#spike.if"} : () -> !torch.str
    %path = torch.constant.str {value = "a"} : () -> !torch.str
    %single = torch.constant.bool {value = false} : () -> !torch.bool
    %0 = torch.operator "torch.spike.neuron"(%x, %model, %path, %single) : (!torch.vtensor<[4,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,8],f32>
    %1 = torch.operator "torch.spike.neuron"(%0, %model, %path, %single) : (!torch.vtensor<[4,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,8],f32>
    return %1 : !torch.vtensor<[4,8],f32>
  }
}

// -----

// CHECK: error: cannot convert 'torch.spike.neuron_step'{{.*}}: the model has 1 states, but 2 were expected
// CHECK: error: the model cannot be converted, 1 operation stands in the way: torch.spike.neuron_step (1)
module {
  func.func @states(%x: !torch.vtensor<[1,8],f32>) -> !torch.vtensor<[1,8],f32> {
    %model = torch.constant.str {value = "#spike.if"} : () -> !torch.str
    %path = torch.constant.str {value = "if"} : () -> !torch.str
    %names = torch.constant.str {value = ""} : () -> !torch.str
    %two = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %single = torch.constant.bool {value = true} : () -> !torch.bool
    %none = torch.prim.ListConstruct : () -> !torch.list<vtensor>
    %0 = torch.operator "torch.spike.neuron_step"(%x, %none, %none, %model, %path, %names, %two, %two, %single) : (!torch.vtensor<[1,8],f32>, !torch.list<vtensor>, !torch.list<vtensor>, !torch.str, !torch.str, !torch.str, !torch.int, !torch.int, !torch.bool) -> !torch.list<vtensor>
    %1:3 = torch.prim.ListUnpack %0 : (!torch.list<vtensor>) -> (!torch.vtensor<[1,8],f32>, !torch.vtensor<[1,8],f32>, !torch.vtensor<[1,8],f32>)
    return %1#0 : !torch.vtensor<[1,8],f32>
  }
}
