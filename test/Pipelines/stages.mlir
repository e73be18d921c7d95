// Every level of every stage before lowering is a pipeline that can be parsed.
// RUN: spike-opt %s --spike-optimize=level=0 --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=L0
// RUN: spike-opt %s --spike-optimize=level=1 --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=L1
// RUN: spike-opt %s --spike-optimize=level=3 --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=L3
// RUN: spike-opt %s --spike-optimize=level=3 | FileCheck %s
// RUN: spike-opt %s --spike-optimize | FileCheck %s
// RUN: spike-opt %s --pass-pipeline='builtin.module(spike-import{level=3},spike-optimize{level=3})' | FileCheck %s
// RUN: spike-opt %s --spike-simplify --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=SIMPLIFY
// RUN: spike-opt --help | FileCheck %s --check-prefix=HELP

// L0: builtin.module(
// L0-NEXT: canonicalize
// L0-NEXT: spike-mark-exact
// L0-NEXT: verify-spike-contract
// L0-NEXT: )
// L1: spike-fold-batch-norm
// L1: spike-cancel-reshape
// L1-NOT: {{spike-hoist-time-invariant|spike-narrow-types}}
// L1: verify-spike-contract
// L1-NEXT: )
// L3: spike-reassociate-attention
// L3-NEXT: spike-narrow-types
// SIMPLIFY: spike-fold-batch-norm
// SIMPLIFY: spike-cancel-reshape
// SIMPLIFY-NEXT: spike-repeat-inputs
// SIMPLIFY-NEXT: spike-channels-last
// SIMPLIFY-NOT: {{spike-hoist-time-invariant|spike-narrow-types|spike-fix-weights}}
// HELP-DAG: --spike-import
// HELP-DAG: --spike-optimize

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4x1x2xf32>) -> tensor<4x1x2xf32> {
  // CHECK: spike.neuron
  %a = spike.neuron #spike.lif path "a" (%x) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %a : tensor<4x1x2xf32>
}
