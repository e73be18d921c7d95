// SPDX-License-Identifier: Apache-2.0
// RUN: not spike-opt %s --split-input-file --convert-torch-to-spike 2>&1 | FileCheck %s

// CHECK-DAG: error: cannot convert 'torch.vtensor.literal'{{.*}}: parameter 'head.weight' holds NaN at element 1, expected finite values
// CHECK-DAG: error: cannot convert 'torch.vtensor.literal'{{.*}}: parameter 'head.bias' holds infinity at element 0, expected finite values
// CHECK-DAG: error: cannot convert 'torch.vtensor.literal'{{.*}}: a constant holds NaN at element 0, expected finite values
module {
  func.func @not_finite(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
    %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
    %a = torch.vtensor.literal {value = dense_resource<head.weight> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    %b = torch.vtensor.literal {value = dense_resource<head.bias> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    %c = torch.vtensor.literal {value = dense<0x7FC00000> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    %0 = torch.aten.add.Tensor %x, %a, %one : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int) -> !torch.vtensor<[2],f32>
    %1 = torch.aten.add.Tensor %0, %b, %one : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int) -> !torch.vtensor<[2],f32>
    %2 = torch.aten.add.Tensor %1, %c, %one : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int) -> !torch.vtensor<[2],f32>
    return %2 : !torch.vtensor<[2],f32>
  }
}
{-#
  dialect_resources: {
    builtin: {
      head.weight: "0x040000000000803F0000C07F",
      head.bias: "0x040000000000807F0000803F"
    }
  }
#-}

// -----

// CHECK: error: cannot convert 'torch.vtensor.literal'{{.*}}: parameter 'w' has element type f64, expected f32; convert the model with .float()
module {
  func.func @double(%x: !torch.vtensor<[4,2],f32>) -> !torch.vtensor<[4,2],f32> {
    %none = torch.constant.none : () -> !torch.none
    %w = torch.vtensor.literal {value = dense_resource<w> : tensor<2x2xf64>} : () -> !torch.vtensor<[2,2],f64>
    %0 = torch.aten.linear %x, %w, %none : (!torch.vtensor<[4,2],f32>, !torch.vtensor<[2,2],f64>, !torch.none) -> !torch.vtensor<[4,2],f32>
    return %0 : !torch.vtensor<[4,2],f32>
  }
}

// -----

// CHECK: error: cannot convert 'torch.vtensor.literal'{{.*}}: parameter 'v' has 4 bytes, expected 8
module {
  func.func @short() -> !torch.vtensor<[2],f32> {
    %0 = torch.vtensor.literal {value = dense_resource<v> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    return %0 : !torch.vtensor<[2],f32>
  }
}
{-#
  dialect_resources: {
    builtin: {
      v: "0x040000000000803F"
    }
  }
#-}

// -----

// Finite weights keep their resource; a weight without memory (elided text) is taken as it is.

// CHECK-LABEL: func @kept
// CHECK: spike.constant dense_resource<"0.weight"> : tensor<2xf32>
// CHECK: spike.constant dense_resource<elided> : tensor<2xf32>
module {
  func.func @kept() -> (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>) {
    %0 = torch.vtensor.literal {value = dense_resource<"0.weight"> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    %1 = torch.vtensor.literal {value = dense_resource<elided> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
    return %0, %1 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>
  }
}
{-#
  dialect_resources: {
    builtin: {
      "0.weight": "0x040000000000803F0000803F"
    }
  }
#-}
