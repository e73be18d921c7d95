// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --split-input-file --verify-diagnostics --convert-torch-to-spike

// Options that the spike dialect cannot express are refused with the reason. Each program also gets a summary.

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @alpha(%x0: !torch.vtensor<[4],f32>, %x1: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %c1 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    // expected-error-re @below {{cannot convert 'torch.aten.add.Tensor'{{.*}}: expected alpha to be 1}}
    %r2 = torch.aten.add.Tensor %x0, %x1, %c1 : (!torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int) -> !torch.vtensor<[4],f32>
    return %r2 : !torch.vtensor<[4],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @divisor(%x0: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %x1 = torch.vtensor.literal {value = dense<0.0> : tensor<1xf32>} : () -> !torch.vtensor<[1],f32>
    // expected-error-re @below {{cannot convert 'torch.aten.div.Tensor'{{.*}}: expected a divisor other than zero}}
    %r1 = torch.aten.div.Tensor %x0, %x1 : (!torch.vtensor<[4],f32>, !torch.vtensor<[1],f32>) -> !torch.vtensor<[4],f32>
    return %r1 : !torch.vtensor<[4],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @zero(%x0: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
    %c1 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    // expected-error-re @below {{cannot convert 'torch.aten.div.Scalar'{{.*}}: expected a finite constant number other than zero}}
    %r2 = torch.aten.div.Scalar %x0, %c1 : (!torch.vtensor<[4],f32>, !torch.int) -> !torch.vtensor<[4],f32>
    return %r2 : !torch.vtensor<[4],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @weight(%x0: !torch.vtensor<[4,6],f32>, %x1: !torch.vtensor<[2,6],f32>) -> !torch.vtensor<[4,2],f32> {
    %c1 = torch.constant.none : () -> !torch.none
    // expected-error-re @below {{cannot convert 'torch.aten.linear'{{.*}}: expected weight and bias to be parameters of the model}}
    %r2 = torch.aten.linear %x0, %x1, %c1 : (!torch.vtensor<[4,6],f32>, !torch.vtensor<[2,6],f32>, !torch.none) -> !torch.vtensor<[4,2],f32>
    return %r2 : !torch.vtensor<[4,2],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @training(%x0: !torch.vtensor<[4,5],f32>) -> !torch.vtensor<[4,5],f32> {
    %c1 = torch.constant.none : () -> !torch.none
    %c2 = torch.constant.none : () -> !torch.none
    %w3 = torch.vtensor.literal {value = dense<0.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
    %w4 = torch.vtensor.literal {value = dense<1.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
    %c5 = torch.constant.bool {value = true} : () -> !torch.bool
    %c6 = torch.constant.float {value = 0.1 : f64} : () -> !torch.float
    %c7 = torch.constant.float {value = 0.1 : f64} : () -> !torch.float
    %c8 = torch.constant.bool {value = false} : () -> !torch.bool
    // expected-error-re @below {{cannot convert 'torch.aten.batch_norm'{{.*}}: it is in training mode; call model.eval() first}}
    %r9 = torch.aten.batch_norm %x0, %c1, %c2, %w3, %w4, %c5, %c6, %c7, %c8 : (!torch.vtensor<[4,5],f32>, !torch.none, !torch.none, !torch.vtensor<[5],f32>, !torch.vtensor<[5],f32>, !torch.bool, !torch.float, !torch.float, !torch.bool) -> !torch.vtensor<[4,5],f32>
    return %r9 : !torch.vtensor<[4,5],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @statistics(%x0: !torch.vtensor<[4,5],f32>) -> !torch.vtensor<[4,5],f32> {
    %c1 = torch.constant.none : () -> !torch.none
    %c2 = torch.constant.none : () -> !torch.none
    %c3 = torch.constant.none : () -> !torch.none
    %c4 = torch.constant.none : () -> !torch.none
    %c5 = torch.constant.bool {value = false} : () -> !torch.bool
    %c6 = torch.constant.float {value = 0.1 : f64} : () -> !torch.float
    %c7 = torch.constant.float {value = 0.1 : f64} : () -> !torch.float
    %c8 = torch.constant.bool {value = false} : () -> !torch.bool
    // expected-error-re @below {{cannot convert 'torch.aten.batch_norm'{{.*}}: it has no running statistics}}
    %r9 = torch.aten.batch_norm %x0, %c1, %c2, %c3, %c4, %c5, %c6, %c7, %c8 : (!torch.vtensor<[4,5],f32>, !torch.none, !torch.none, !torch.none, !torch.none, !torch.bool, !torch.float, !torch.float, !torch.bool) -> !torch.vtensor<[4,5],f32>
    return %r9 : !torch.vtensor<[4,5],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @dropout(%x0: !torch.vtensor<[4,5],f32>) -> !torch.vtensor<[4,5],f32> {
    %c1 = torch.constant.float {value = 0.1 : f64} : () -> !torch.float
    %c2 = torch.constant.bool {value = true} : () -> !torch.bool
    // expected-error-re @below {{cannot convert 'torch.aten.dropout'{{.*}}: it is in training mode; call model.eval() first}}
    %r3 = torch.aten.dropout %x0, %c1, %c2 : (!torch.vtensor<[4,5],f32>, !torch.float, !torch.bool) -> !torch.vtensor<[4,5],f32>
    return %r3 : !torch.vtensor<[4,5],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @matmul(%x0: !torch.vtensor<[4,3,5],f32>, %x1: !torch.vtensor<[5,7],f32>) -> !torch.vtensor<[4,3,7],f32> {
    // expected-error-re @below {{cannot convert 'torch.aten.matmul'{{.*}}: expected two operands with equal leading axes}}
    %r1 = torch.aten.matmul %x0, %x1 : (!torch.vtensor<[4,3,5],f32>, !torch.vtensor<[5,7],f32>) -> !torch.vtensor<[4,3,7],f32>
    return %r1 : !torch.vtensor<[4,3,7],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @ceil(%x0: !torch.vtensor<[4,3,8,8],f32>) -> !torch.vtensor<[4,3,4,4],f32> {
    %c1 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
    %c4 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %c5 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %l6 = torch.prim.ListConstruct %c4, %c5 : (!torch.int, !torch.int) -> !torch.list<int>
    %c7 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %c8 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %l9 = torch.prim.ListConstruct %c7, %c8 : (!torch.int, !torch.int) -> !torch.list<int>
    %c10 = torch.constant.int {value = 1 : i64} : () -> !torch.int
    %c11 = torch.constant.int {value = 1 : i64} : () -> !torch.int
    %l12 = torch.prim.ListConstruct %c10, %c11 : (!torch.int, !torch.int) -> !torch.list<int>
    %c13 = torch.constant.bool {value = true} : () -> !torch.bool
    // expected-error-re @below {{cannot convert 'torch.aten.max_pool2d'{{.*}}: ceil_mode adds a window here}}
    %r14 = torch.aten.max_pool2d %x0, %l3, %l6, %l9, %l12, %c13 : (!torch.vtensor<[4,3,8,8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,3,4,4],f32>
    return %r14 : !torch.vtensor<[4,3,4,4],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @adaptive(%x0: !torch.vtensor<[4,3,8,8],f32>) -> !torch.vtensor<[4,3,3,3],f32> {
    %c1 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
    // expected-error-re @below {{cannot convert 'torch.aten.adaptive_avg_pool2d'{{.*}}: expected an output size that divides the image, got 3x3 for 8x8}}
    %r4 = torch.aten.adaptive_avg_pool2d %x0, %l3 : (!torch.vtensor<[4,3,8,8],f32>, !torch.list<int>) -> !torch.vtensor<[4,3,3,3],f32>
    return %r4 : !torch.vtensor<[4,3,3,3],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @divisor_override(%x0: !torch.vtensor<[4,3,8,8],f32>) -> !torch.vtensor<[4,3,4,4],f32> {
    %c1 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
    %l4 = torch.prim.ListConstruct : () -> !torch.list<int>
    %c5 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %c6 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %l7 = torch.prim.ListConstruct %c5, %c6 : (!torch.int, !torch.int) -> !torch.list<int>
    %c8 = torch.constant.bool {value = false} : () -> !torch.bool
    %c9 = torch.constant.bool {value = true} : () -> !torch.bool
    %c10 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    // expected-error-re @below {{cannot convert 'torch.aten.avg_pool2d'{{.*}}: expected no divisor_override}}
    %r11 = torch.aten.avg_pool2d %x0, %l3, %l4, %l7, %c8, %c9, %c10 : (!torch.vtensor<[4,3,8,8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.bool, !torch.int) -> !torch.vtensor<[4,3,4,4],f32>
    return %r11 : !torch.vtensor<[4,3,4,4],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @repeat(%x0: !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,16],f32> {
    %c1 = torch.constant.int {value = 1 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
    // expected-error-re @below {{cannot convert 'torch.aten.repeat'{{.*}}: expected a repetition along the leading axis only}}
    %r4 = torch.aten.repeat %x0, %l3 : (!torch.vtensor<[4,8],f32>, !torch.list<int>) -> !torch.vtensor<[4,16],f32>
    return %r4 : !torch.vtensor<[4,16],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @expand(%x0: !torch.vtensor<[4,1,8],f32>) -> !torch.vtensor<[4,3,8],f32> {
    %c1 = torch.constant.int {value = 4 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 3 : i64} : () -> !torch.int
    %c3 = torch.constant.int {value = 8 : i64} : () -> !torch.int
    %l4 = torch.prim.ListConstruct %c1, %c2, %c3 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
    %c5 = torch.constant.bool {value = false} : () -> !torch.bool
    // expected-error-re @below {{cannot convert 'torch.aten.expand'{{.*}}: expected an expansion of the leading axis only}}
    %r6 = torch.aten.expand %x0, %l4, %c5 : (!torch.vtensor<[4,1,8],f32>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,3,8],f32>
    return %r6 : !torch.vtensor<[4,3,8],f32>
  }
}

// -----

// expected-error @below {{the model cannot be converted, 1 operation stands in the way}}
module {
  func.func @step(%x0: !torch.vtensor<[8],f32>) -> !torch.vtensor<[4],f32> {
    %c1 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %c2 = torch.constant.int {value = 0 : i64} : () -> !torch.int
    %c3 = torch.constant.int {value = 8 : i64} : () -> !torch.int
    %c4 = torch.constant.int {value = 2 : i64} : () -> !torch.int
    // expected-error-re @below {{cannot convert 'torch.aten.slice.Tensor'{{.*}}: expected a step of 1}}
    %r5 = torch.aten.slice.Tensor %x0, %c1, %c2, %c3, %c4 : (!torch.vtensor<[8],f32>, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.vtensor<[4],f32>
    return %r5 : !torch.vtensor<[4],f32>
  }
}
