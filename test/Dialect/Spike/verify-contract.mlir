// RUN: spike-opt %s --verify-spike-contract --split-input-file --verify-diagnostics

// Nothing to say.
func.func @good(%x: tensor<4x1x2xf32>) -> (tensor<4x1x2xi1>, tensor<4x1x2x!spike.count<max = 3>>) {
  %w = spike.constant dense<1.0> : tensor<2x2xf32>
  %y = spike.linear %x, %w : (tensor<4x1x2xf32>, tensor<2x2xf32>) -> tensor<4x1x2xf32>
  %a = spike.neuron #spike.lif path "a" (%y) : (tensor<4x1x2xf32>) -> tensor<4x1x2xi1>
  %b = spike.neuron #spike.lif (%y) : (tensor<4x1x2xf32>) -> tensor<4x1x2xi1>
  %c = spike.add %a, %b : (tensor<4x1x2xi1>, tensor<4x1x2xi1>) -> tensor<4x1x2x!spike.count<max = 3>>
  return %a, %c : tensor<4x1x2xi1>, tensor<4x1x2x!spike.count<max = 3>>
}

// -----

module {
  // expected-error @+1 {{'builtin.module' cannot stand in a module here, expected functions only}}
  module {}
}

// -----

// expected-error @+1 {{function 'f' has no body}}
func.func private @f()

// -----

// expected-error @+1 {{function 'f' has 2 blocks, expected one}}
func.func @f() {
  cf.br ^next
^next:
  return
}

// -----

// expected-error @+1 {{function 'f' has 'tensor<?xf32>' in its signature}}
func.func @f(%x: tensor<?xf32>) {
  return
}

// -----

// expected-error @+1 {{function 'f' has 'f32' in its signature}}
func.func @f(%x: f32) {
  // expected-error @+1 {{'arith.addf' cannot stand here, expected spike operations only}}
  %y = arith.addf %x, %x : f32
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>) {
  // expected-error @+1 {{a neuron with single_step is left; run spike-lift-time}}
  %s = spike.neuron #spike.if single_step path "if" (%x) : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-note @+1 {{first used here}}
  %s = spike.neuron #spike.if path "if" (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // expected-error @+1 {{neuron path 'if' is used twice}}
  %t = spike.neuron #spike.if path "if" (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) {
  // expected-error @+1 {{'spike.linear' has a weight or parameter that is no constant}}
  %y = spike.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // expected-error @+1 {{the data of resource 'absent' is missing}}
  %c = spike.constant dense_resource<absent> : tensor<2xf32>
  return
}
