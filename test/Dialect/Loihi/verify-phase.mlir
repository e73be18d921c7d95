// SPDX-License-Identifier: Apache-2.0
// What is checked before a pass and after it: errors stand at the op that breaks a rule.
// RUN: spike-opt %s --verify-loihi-phase -split-input-file -verify-diagnostics

loihi.network @good unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{projection 'ab': }}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <3 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{projection 'ab': }}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 4 mixed weights dense<8> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights that are dense or a resource of their size}}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed
      weights dense_resource<nothing> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected pairs that are dense or a resource of their size}}
  loihi.projection @ab from @a to @b
      #loihi.sparse<view = <positions = <1 : 0>, channels = <2 : 1>>, pairs = dense_resource<nothing> : tensor<1x2xi32>>
      bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi1" {
  loihi.program @relay ports 1 states 0 params 0 {
    %0 = loihi.rdc 0
    loihi.spike %0
  }
  // expected-error @+1 {{population 'b': it needs neuron programs, which loihi1 does not have (programs); choose another target}}
  loihi.population @b shape [2] program @relay
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{'loihi.program' op needs more than 16 registers at instruction 16: use values sooner after they are made}}
  loihi.program @wide ports 1 states 20 params 0 {
    %0 = loihi.ld 0
    %1 = loihi.ld 1
    %2 = loihi.ld 2
    %3 = loihi.ld 3
    %4 = loihi.ld 4
    %5 = loihi.ld 5
    %6 = loihi.ld 6
    %7 = loihi.ld 7
    %8 = loihi.ld 8
    %9 = loihi.ld 9
    %10 = loihi.ld 10
    %11 = loihi.ld 11
    %12 = loihi.ld 12
    %13 = loihi.ld 13
    %14 = loihi.ld 14
    %15 = loihi.ld 15
    %16 = loihi.ld 16
    loihi.st %0, 16
    loihi.st %1, 15
    loihi.st %2, 14
    loihi.st %3, 13
    loihi.st %4, 12
    loihi.st %5, 11
    loihi.st %6, 10
    loihi.st %7, 9
    loihi.st %8, 8
    loihi.st %9, 7
    loihi.st %10, 6
    loihi.st %11, 5
    loihi.st %12, 4
    loihi.st %13, 3
    loihi.st %14, 2
    loihi.st %15, 1
    loihi.st %16, 0
  }
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  // expected-error @+1 {{population 'b': }}
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  loihi.core {
    loihi.slice @b positions 0 to 1 channels 0 to 1
  }
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  loihi.population @a shape [2] input tensor <2 : 1>
  loihi.population @b shape [2] lif #loihi.lif threshold [1] start 3
  // expected-error @+1 {{a balanced schedule needs a delay of 2, got 0; run loihi-schedule}}
  loihi.projection @ab from @a to @b #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
  loihi.input "x" to @a shape [2] scale 1.0 range 0 to 1
  loihi.core {
    loihi.slice @b positions 0 to 1 channels 0 to 2
  }
}

// -----

loihi.network @n placed time_steps 1 target "loihi2" {
  loihi.population @b shape [1000, 100] lif #loihi.lif threshold [1]
  loihi.chip 0 at (0, 0)
  // expected-error @+1 {{core 0 (chip 0, x 0, y 0): the number of its neurons is 100000, loihi2 allows 8192 (neuronsPerCore)}}
  loihi.core at <chip = 0, x = 0, y = 0> {
    loihi.slice @b positions 0 to 1000 channels 0 to 100
  }
}

// -----

loihi.network @n placed time_steps 1 target "loihi2" {
  loihi.population @b shape [2] lif #loihi.lif threshold [1]
  loihi.chip 0 at (0, 0)
  // expected-error @+1 {{it lies outside the mesh of}}
  loihi.core at <chip = 0, x = 1000, y = 0> {
    loihi.slice @b positions 0 to 1 channels 0 to 2
  }
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  loihi.population @a shape [1024] input tensor <1024 : 1>
  loihi.population @b shape [1024] lif #loihi.lif threshold [1] start 1
  loihi.projection @ab from @a to @b #loihi.dense<view = <positions = <1 : 0>, channels = <1024 : 1>>>
      bits 8 mixed weights dense<1> : tensor<1024x1024xi8>
  loihi.input "x" to @a shape [1024] scale 1.0 range 0 to 1
  // expected-error @+1 {{core 0 needs 1073152 bytes of synapses, loihi2 allows 131072 (synapseBytesPerCore): cut it, or run loihi-partition again}}
  loihi.core {
    loihi.slice @b positions 0 to 1 channels 0 to 1024
  }
}
