// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s

// CHECK: func.func private @tensors(!torch.vtensor<[4,1,384],f32>, !torch.vtensor<[?,3],si64>, !torch.vtensor<[],f64>, !torch.vtensor<*,f32>, !torch.vtensor<[2],unk>, !torch.vtensor)
func.func private @tensors(!torch.vtensor<[4,1,384],f32>, !torch.vtensor<[?,3],si64>, !torch.vtensor<[],f64>, !torch.vtensor<*,f32>, !torch.vtensor<[2],unk>, !torch.vtensor)

// CHECK: func.func private @scalars(!torch.int, !torch.float, !torch.bool, !torch.number, !torch.none, !torch.str, !torch.Device, !torch.Generator)
func.func private @scalars(!torch.int, !torch.float, !torch.bool, !torch.number, !torch.none, !torch.str, !torch.Device, !torch.Generator)

// CHECK: func.func private @containers(!torch.list<int>, !torch.list<vtensor>, !torch.list<vtensor<[2,3],f32>>, !torch.list<optional<vtensor>>, !torch.optional<list<float>>)
func.func private @containers(!torch.list<int>, !torch.list<vtensor>, !torch.list<vtensor<[2,3],f32>>, !torch.list<optional<vtensor>>, !torch.optional<list<float>>)
