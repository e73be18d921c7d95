// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --loihi-place="seed=3 chips=1" -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: loihi.network @n placed
// expected-remark @+1 {{places for 2 cores on 1 chip}}
loihi.network @n partitioned time_steps 1 target "loihi2" {
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1]
  // CHECK: loihi.chip 0 at (0, 0)
  // CHECK-NEXT: loihi.core at <chip = 0, x = {{[0-9]+}}, y = {{[0-9]+}}> {
  // CHECK-NEXT: loihi.slice @b positions 0 to 2 channels 0 to 8
  // CHECK: loihi.core at <chip = 0, x = {{[0-9]+}}, y = {{[0-9]+}}> {
  // CHECK-NEXT: loihi.slice @b positions 2 to 4 channels 0 to 8
  loihi.core {
    loihi.slice @b positions 0 to 2 channels 0 to 8
  }
  loihi.core {
    loihi.slice @b positions 2 to 4 channels 0 to 8
  }
}

// -----

// expected-error @+1 {{network 'n' is in phase unmapped, expected partitioned or placed or routed}}
loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @b shape [4, 8] lif #loihi.lif threshold [1]
}
