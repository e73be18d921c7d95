// SPDX-License-Identifier: Apache-2.0
// Programs that the verifier refuses.
// RUN: spike-opt %s -split-input-file -verify-diagnostics

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    // expected-error @+1 {{port 1 does not exist, the program has 1}}
    %0 = loihi.rdc 1
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 2 params 0 {
    // expected-error @+1 {{state 2 does not exist, the program has 2}}
    %0 = loihi.ld 2
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 2 params 0 {
    %0 = loihi.rdc 0
    %c = loihi.eq %0, %0
    loihi.skip_if %c {
      // expected-error @+1 {{state 3 does not exist, the program has 2}}
      loihi.st %0, 3
    }
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    // expected-error @+1 {{parameter 0 does not exist, the program has 0}}
    %0 = loihi.par 0
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    // expected-error @+1 {{expected instructions in a program, got 'arith.constant'}}
    %0 = arith.constant 1 : i24
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    %0 = loihi.rdc 0
    // expected-error @+1 {{attribute 'bits' failed to satisfy constraint: 32-bit signless integer attribute whose minimum value is 0 whose maximum value is 23}}
    %1 = loihi.shl %0, 24
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    // expected-error @+1 {{attribute 'value' failed to satisfy constraint: 32-bit signless integer attribute whose minimum value is -8388608 whose maximum value is 8388607}}
    %0 = loihi.const 8388608
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  loihi.program @p ports 1 states 0 params 0 {
    %0 = loihi.rdc 0
    %c = loihi.eq %0, %0
    loihi.skip_if %c {
      %1 = loihi.neg %0
    }
    // expected-error @+1 {{use of undeclared SSA value name}}
    loihi.spike %1
  }
}

// -----

loihi.network @n unmapped time_steps 1 target "loihi2" {
  // expected-error @+1 {{'loihi.rdc' op expects parent op to be one of 'loihi.program, loihi.skip_if'}}
  %0 = loihi.rdc 0
}
