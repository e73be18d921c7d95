// SPDX-License-Identifier: Apache-2.0
// An image is run by the chip simulator, and what is wrong with its inputs is said.
// RUN: spike-opt %s --spike-map -o %t.mlir
// RUN: spike-translate --loihi-to-image %t.mlir -o %t.lsi
// RUN: %python -c "import numpy as np; np.save('%t.npy', np.array([[1, 0, 1]], np.float32)); np.save('%t.two.npy', np.array([[[1, 0, 1]], [[0, 1, 0]]], np.float32)); np.save('%t.samples.npy', np.array([[1, 0, 1], [0, 1, 0]], np.float32)); np.save('%t.bad.npy', np.zeros((1, 4), np.float32)); np.save('%t.none.npy', np.zeros((0, 1, 3), np.float32))"
// RUN: spike-run %t.lsi --input %t.npy | FileCheck %s --check-prefix=ONE
// RUN: spike-run %t.lsi --input %t.two.npy --output %t.out --profile davies2018 --num-threads 2 | FileCheck %s --check-prefix=TWO
// RUN: %python -c "import numpy as np; print(np.load('%t.out0.npy').shape)" | FileCheck %s --check-prefix=FILE
// RUN: spike-run %t.lsi --input %t.samples.npy --output %t.same
// RUN: cmp %t.out0.npy %t.same0.npy
// RUN: not spike-run %t.lsi 2>&1 | FileCheck %s --check-prefix=INPUTS
// RUN: not spike-run %t.lsi --input %t.bad.npy 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not spike-run %t.lsi --input %t.npy --profile none 2>&1 | FileCheck %s --check-prefix=PROFILE
// RUN: not spike-run %t.lsi --input %t.none.npy 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not spike-run %t.lsi --input %t.npy --interpret 2>&1 | FileCheck %s --check-prefix=MODULES
// RUN: not spike-run %t.lsi --input %t.npy --target loihi2 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not spike-run %t.mlir --profile davies2018 2>&1 | FileCheck %s --check-prefix=IMAGES
// RUN: head -c 100 %t.lsi > %t.cut.lsi
// RUN: not spike-run %t.cut.lsi --input %t.npy 2>&1 | FileCheck %s --check-prefix=CUT

// ONE: result 0 'y', shape [2, 1, 2]: 5 0 5 0
// ONE: per inference: 3 chip steps on 1 cores, {{[0-9]+}} synaptic operations, {{[0-9]+}} neuron updates
// TWO: energy by profile davies2018: {{[0-9.]+}} nJ per inference
// TWO-SAME: static power apart
// FILE: (2, 2, 1, 2)
// INPUTS: error: expected 1 --input files, got 0
// SHAPE: expected float32 of shape [1, 3] for input 'x', or a batch of that, got float32 of shape [1, 4]
// PROFILE: error: {{.*}}none
// NONE: error: {{.*}}: expected at least one inference, got a batch of 0 for input 'x'
// MODULES: error: --interpret is for modules, '{{.*}}' is an image
// TARGET: error: --target is the board of an energy profile: give --profile, too
// IMAGES: error: --profile and --target are for images
// CUT: error:

loihi.network @tiny unmapped time_steps 2 target "loihi2" {
  loihi.program @relay ports 1 states 0 params 0 {
    %a = loihi.rdc 0
    loihi.spike %a
  }
  loihi.population @x shape [1, 3] input tensor <3 : 1>
  loihi.population @y shape [1, 2] program @relay payload_bits 24 tensor <2 : 1>
  loihi.projection @w from @x to @y #loihi.dense<view = <positions = <1 : 3>, channels = <3 : 1>>>
      bits 8 mixed exponent -1 weights dense<[[2, 1, 3], [4, 0, -4]]> : tensor<2x3xi8>
  loihi.input "x" to @x shape [1, 3] scale 1.0 range 0 to 1
  loihi.output "y" from @y shape [1, 2] scale 1.0
}
