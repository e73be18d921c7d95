// SPDX-License-Identifier: Apache-2.0
// RUN: not spike-opt %s --split-input-file --convert-torch-to-spike 2>&1 | FileCheck %s

// Every operation without a counterpart is reported in one run, with its module and source line, and then their number.

// CHECK-DAG: error: unsupported operation 'torch.aten.sin' in module 'blocks.0.act' (model.py:12)
// CHECK-DAG: error: unsupported operation 'torch.mine.op' in module 'blocks.1' (model.py:30)
// CHECK-DAG: unsupported operation 'torch.aten.sin' in module 'head'
// CHECK-DAG: error: cannot convert 'torch.aten.add.Tensor' (model.py:40): expected alpha to be 1
// CHECK: error: the model cannot be converted, 4 operations stand in the way: torch.aten.sin (2), torch.mine.op (1), torch.aten.add.Tensor (1)
module {
  func.func @main(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %two = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %0 = "torch.aten.sin"(%x) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> loc("blocks.0.act"("/home/someone/model.py":12:0))
    %1 = torch.operator "torch.mine.op"(%0) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> loc("blocks.1"("model.py":30:0))
    %2 = "torch.aten.sin"(%1) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> loc("head")
    %3 = torch.aten.add.Tensor %2, %x, %two : (!torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int) -> !torch.vtensor<[4],f32> loc("model.py":40:0)
    return %3 : !torch.vtensor<[4],f32>
  }
}

// -----

// A value that is not a static f32 tensor inside the program, and at its boundary.

// CHECK: error: cannot convert 'torch.aten.detach'{{.*}}: '!torch.vtensor<[4],si64>' is not a statically shaped f32 tensor
module {
  func.func @inside(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %0 = "torch.aten.round"(%x) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],si64>
    %1 = torch.aten.detach %0 : (!torch.vtensor<[4],si64>) -> !torch.vtensor<[4],si64>
    %2 = "torch.aten.float"(%1) : (!torch.vtensor<[4],si64>) -> !torch.vtensor<[4],f32>
    return %2 : !torch.vtensor<[4],f32>
  }
}

// -----

// CHECK: error: input #1 of 'boundary' has type '!torch.vtensor<[4],f64>', expected a statically shaped f32 tensor
// CHECK: error: output #0 of 'boundary' has type '!torch.int', expected a statically shaped f32 tensor
module {
  func.func @boundary(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f64>) -> !torch.int {
    %0 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    return %0 : !torch.int
  }
}

// -----

// Operations without users do not count.

// CHECK-NOT: error
// CHECK-LABEL: func @dead
// CHECK-NEXT: return
module {
  func.func @dead(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %two = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %0 = torch.aten.add.Tensor %x, %x, %two : (!torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int) -> !torch.vtensor<[4],f32>
    return %x : !torch.vtensor<[4],f32>
  }
}
