// SPDX-License-Identifier: Apache-2.0
// An image with layers of the host is refused by name before anything of it runs, or is asked for.
// RUN: spike-opt %s --spike-map -o %t.mlir
// RUN: spike-translate --loihi-to-image %t.mlir -o %t.lsi
// RUN: spike-translate --image-to-loihi %t.lsi | FileCheck %s
// RUN: not spike-run %t.lsi 2>&1 | FileCheck %s --check-prefix=HOST

// CHECK: loihi.network @main {{.*}} host ["encode", "q"]
// CHECK: loihi.input "cut0" {{.*}} pass 1
// CHECK: loihi.output "output0" {{.*}} pass 1
// HOST: error: the image needs the host, which computes encode, q; run it in Python with the file that was saved beside it (ChipImage.load)

loihi.network @main unmapped time_steps 2 target "loihi2" host ["encode", "q"] {
  loihi.population @x shape [1, 3] input tensor <3 : 1>
  loihi.population @y shape [1, 2] lif #loihi.lif<dv = 2048> threshold [64] tensor <2 : 1>
  loihi.projection @w from @x to @y #loihi.dense<view = <positions = <1 : 3>, channels = <3 : 1>>>
      bits 8 mixed exponent -1 weights dense<[[2, 1, 3], [4, 0, -4]]> : tensor<2x3xi8>
  loihi.input "cut0" to @x shape [1, 3] scale 1.0 range 0 to 1 timed pass 1
  loihi.output "output0" from @y shape [1, 2] scale 1.0 pass 1
}
