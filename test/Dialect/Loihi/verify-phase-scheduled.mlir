// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --verify-loihi-phase=scheduled -split-input-file -verify-diagnostics

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{'a' sends at step 0 and 'b' reads it at 0: a balanced schedule needs a delay of -1, got 0; run loihi-schedule}}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 2 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1] start 1 substeps 3
  // expected-error @+1 {{'a' sends at step 0 and 'b' reads it at 3: a balanced schedule needs a delay of 2, got 0; run loihi-schedule}}
  loihi.projection @ab from @a to @b substep 2 #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed
      weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}
