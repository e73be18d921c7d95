// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{unknown torch type 'tuple'}}
func.func private @unknown_type(!torch.list<tuple>)

// -----

// expected-error @below {{expected a size that is not negative, got -3}}
func.func private @negative_size(!torch.vtensor<[-3],f32>)

// -----

func.func @wrong_operand(%x: !torch.vtensor<[2],f32>) {
  // expected-error @below {{operand #1 must be a Python integer, but got '!torch.vtensor<[2],f32>'}}
  %0 = "torch.aten.unsqueeze"(%x, %x) : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>) -> !torch.vtensor<[1,2],f32>
  return
}

// -----

func.func @missing_value() {
  // expected-error @below {{requires attribute 'value'}}
  %0 = "torch.constant.int"() : () -> !torch.int
  return
}

// -----

func.func @not_a_list(%x: !torch.vtensor<[2],f32>, %n: !torch.int) {
  // expected-error @below {{operand #1 must be list of integers, but got '!torch.int'}}
  %0 = "torch.aten.view"(%x, %n) : (!torch.vtensor<[2],f32>, !torch.int) -> !torch.vtensor<[2],f32>
  return
}
