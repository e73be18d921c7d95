// SPDX-License-Identifier: Apache-2.0
// Every message of the loihi dialect's own verifiers.
// RUN: spike-opt %s -split-input-file -verify-diagnostics

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{'loihi.population' op expected a shape of positive sizes and at most 2147483647 elements, got [4, 0]}}
  loihi.population @x shape [4, 0] input
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a shape of positive sizes and at most 2147483647 elements, got [65536, 65536]}}
  loihi.population @x shape [65536, 65536] input
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected one of input, lif and program}}
  loihi.population @x shape [4] input lif <> threshold [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected one of input, lif and program}}
  loihi.population @x shape [4]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a threshold beside lif, and nowhere else}}
  loihi.population @x shape [4] lif #loihi.lif
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a bias beside lif only}}
  loihi.population @x shape [4] input bias [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a rate that is finite and not negative}}
  loihi.population @x shape [4] input rate -1.0
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a tensor of at least one loop}}
  loihi.population @x shape [4] input tensor <>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected params beside a program only}}
  loihi.population @x shape [4] input params [array<i32: 1>]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected one threshold or one for each of 4 channels, got 3}}
  loihi.population @x shape [2, 4] lif #loihi.lif threshold [1, 2, 3]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 1 {
  }
  // expected-error @+1 {{expected one value of a parameter or one for each of 4 channels, got 2}}
  loihi.population @x shape [4] program @p params [array<i32: 1, 2>]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected the name of a program, got @x}}
  loihi.population @x shape [4] program @x
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 2 {
  }
  // expected-error @+1 {{expected 2 params of program @p, got 1}}
  loihi.population @x shape [4] program @p params [array<i32: 1>]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected dv in 0 to 4095, got 5000}}
  loihi.population @x shape [4] lif #loihi.lif<dv = 5000> threshold [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected du with its offset in 0 to 4096, got 4097}}
  loihi.population @x shape [4] lif #loihi.lif<du_offset = 2> threshold [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected align in 0 to 23, got 24}}
  loihi.population @x shape [4] lif #loihi.lif<align = 24> threshold [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected refractory in 0 to 63, got 64}}
  loihi.population @x shape [4] lif #loihi.lif<refractory = 64> threshold [1]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected loops of at least one step, got 0}}
  loihi.population @x shape [4] input tensor <0 : 1>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a nest of at most 2147483647 steps}}
  loihi.population @x shape [4] input tensor <65536 : 1, 65536 : 1>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected the name of a population, got @y}}
  loihi.projection @p from @x to @y #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  // expected-error @+1 {{expected a target that is no input, got @x}}
  loihi.projection @p from @x to @x #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<1xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights of a tensor of 'i16' where they are excitatory, got 'tensor<1xi8>'}}
  loihi.projection @p from @x to @x #loihi.strided<loops = <2 : 1 -> 1>> bits 8 excitatory
      weights dense<1> : tensor<1xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected 1 weights of a strided projection, got 'tensor<2xi8>'}}
  loihi.projection @p from @x to @x #loihi.strided<loops = <2 : 1 -> 1>> bits 8 mixed weights dense<1> : tensor<2xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights of 2 axes, the second 2, for the channels of a dense projection's view, got 'tensor<2x3xi8>'}}
  loihi.projection @p from @x to @x #loihi.dense<view = <positions = <1 : 0>, channels = <2 : 1>>>
      bits 8 mixed weights dense<1> : tensor<2x3xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights for 2 channels of @x, got 3}}
  loihi.projection @p from @x to @x #loihi.dense<view = <positions = <1 : 0>, channels = <2 : 1>>>
      bits 8 mixed weights dense<1> : tensor<3x2xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights of 4 axes, the second 2 by groups, for the channels of a conv projection's view, got 'tensor<2x2x1x1xi8>'}}
  loihi.projection @p from @x to @x
      #loihi.conv<view = <positions = <4 : 2>, channels = <2 : 1>>, input = [2, 2], output = [2, 2], kernel = [1, 1],
                  groups = 2> bits 8 mixed weights dense<1> : tensor<2x2x1x1xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected weights of a kernel of [1, 1], got 'tensor<2x2x1x3xi8>'}}
  loihi.projection @p from @x to @x
      #loihi.conv<view = <positions = <4 : 2>, channels = <2 : 1>>, input = [2, 2], output = [2, 2], kernel = [1, 1]>
      bits 8 mixed weights dense<1> : tensor<2x2x1x3xi8>
}

// -----

// expected-error @+1 {{expected height and width as kernel, got 1 numbers}}
#conv = #loihi.conv<view = <positions = <4 : 2>, channels = <2 : 1>>, input = [2, 2], output = [2, 2], kernel = [1]>

// -----

// expected-error @+1 {{expected strides in 1 to 2147483647, got 0}}
#conv = #loihi.conv<view = <positions = <4 : 2>, channels = <2 : 1>>, input = [2, 2], output = [2, 2], kernel = [1, 1], strides = [0, 1]>

// -----

// expected-error @+1 {{expected groups in 1 to 2147483647, got 0}}
#conv = #loihi.conv<view = <positions = <4 : 2>, channels = <2 : 1>>, input = [2, 2], output = [2, 2], kernel = [1, 1], groups = 0>

// -----

// expected-error @+1 {{expected pairs of type tensor<Nx2xi32>, got 'tensor<2x2xi64>'}}
#sparse = #loihi.sparse<view = <positions = <4 : 2>, channels = <2 : 1>>, pairs = dense<0> : tensor<2x2xi64>>

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected 2 weights of a sparse projection, got 'tensor<3xi8>'}}
  loihi.projection @p from @x to @x
      #loihi.sparse<view = <positions = <4 : 2>, channels = <2 : 1>>, pairs = dense<[[0, 0], [1, 1]]> : tensor<2x2xi32>>
      bits 8 mixed weights dense<1> : tensor<3xi8>
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] lif #loihi.lif threshold [1]
  // expected-error @+1 {{expected an input population, got @x}}
  loihi.input "x" to @x shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  // expected-error @+1 {{expected a range from low to high, got 2 to 1}}
  loihi.input "x" to @x shape [2] scale 1.0 range 2 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  // expected-error @+1 {{expected a finite scale}}
  loihi.input "x" to @x shape [2] scale 0x7FF0000000000000 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  loihi.input "x" to @x shape [2] scale 1.0 range 0 to 1
  // expected-error @+1 {{expected a name that no other input has}}
  loihi.input "x" to @x shape [2] scale 1.0 range 0 to 1
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  loihi.output "x" from @x shape [2] scale 1.0
  // expected-error @+1 {{expected a name that no other output has}}
  loihi.output "x" from @x shape [2] scale 1.0
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  // expected-error @+1 {{expected one offset or one for each of 2 elements, got 3}}
  loihi.output "x" from @x shape [2] scale 1.0 offset [1.0, 2.0, 3.0]
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
  // expected-error @+1 {{expected no core in phase unmapped}}
  loihi.core {
  }
}

// -----

// expected-error @+1 {{expected cores in phase placed}}
loihi.network @n placed time_steps 1 target "loihi2" {
  loihi.population @x shape [2] input
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected a core without a place in phase partitioned}}
  loihi.core at <chip = 0, x = 0, y = 0> {
  }
}

// -----

loihi.network @n routed time_steps 1 target "loihi2" {
  loihi.chip 0 at (0, 0)
  // expected-error @+1 {{expected a core with a place in phase routed}}
  loihi.core {
  }
}

// -----

loihi.network @n placed time_steps 1 target "loihi2" {
  loihi.chip 0 at (0, 0)
  // expected-error @+1 {{expected a chip in 0 to 0, got 1}}
  loihi.core at <chip = 1, x = 0, y = 0> {
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected number 0, got 1}}
  loihi.chip 1 at (0, 0)
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  loihi.core {
    // expected-error @+1 {{expected ranges within 4 positions and 2 channels of @x, got 0 to 5 and 0 to 2}}
    loihi.slice @x positions 0 to 5 channels 0 to 2
  }
}

// -----

loihi.network @n partitioned time_steps 1 target "loihi2" {
  loihi.population @x shape [4, 2] lif #loihi.lif threshold [1]
  loihi.core {
    // expected-error @+1 {{expected ranges within 4 positions and 2 channels of @x, got 1 to 1 and 0 to 2}}
    loihi.slice @x positions 1 to 1 channels 0 to 2
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{expected parts of a network in its body, got 'func.func'}}
  func.func private @f()
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{'loihi.population' op attribute 'payload_bits' failed to satisfy constraint: 32-bit signless integer attribute whose value is positive}}
  loihi.population @x shape [2] input payload_bits 0
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-note @+1 {{see existing symbol definition here}}
  loihi.population @x shape [2] input
  // expected-error @+1 {{redefinition of symbol named 'x'}}
  loihi.program @x ports 1 states 0 params 0 {
  }
}
