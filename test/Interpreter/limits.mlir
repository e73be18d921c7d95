// Whatever the interpreter cannot do is an error of the op at fault.
// RUN: spike-run %s --interpret --split-input-file --verify-diagnostics --memory-limit=1

func.func @too_large() {
  // expected-error @+1 {{needs 4000000000000 bytes for 'tensor<1000000x1000000xf32>' with 0 in use, the interpreter's limit is 1048576}}
  %0 = spike.constant dense<0.0> : tensor<1000000x1000000xf32>
  check.expect_eq %0, %0 : tensor<1000000x1000000xf32>, tensor<1000000x1000000xf32>
  return
}

// -----

// Values that nobody reads any more make room: eight results of 256 KiB, three at a time.
func.func @released() {
  %0 = spike.constant dense<1.0> : tensor<65536xf32>
  %1 = spike.scale %0 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %2 = spike.scale %1 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %3 = spike.scale %2 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %4 = spike.scale %3 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %5 = spike.constant dense<16.0> : tensor<65536xf32>
  check.expect_eq %4, %5 : tensor<65536xf32>, tensor<65536xf32>
  return
}

// -----

func.func @all_alive() {
  %0 = spike.constant dense<1.0> : tensor<65536xf32>
  %1 = spike.scale %0 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %2 = spike.scale %1 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  %3 = spike.scale %2 by 2.0 : tensor<65536xf32> -> tensor<65536xf32>
  // expected-error @+1 {{needs 262144 bytes for 'tensor<65536xf32>' with 1048576 in use}}
  %4 = spike.add %0, %1 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
  %5 = spike.add %2, %3 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
  check.expect_eq %4, %5 : tensor<65536xf32>, tensor<65536xf32>
  return
}

// -----

func.func @no_rule() -> tensor<1xf32> {
  // expected-error @+1 {{'arith.constant' op has no rule in the interpreter, which runs spike and check ops only}}
  %0 = arith.constant dense<0.0> : tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

// expected-error @+1 {{expected a function with one block, got 2}}
func.func @blocks() {
  cf.br ^end
^end:
  return
}
