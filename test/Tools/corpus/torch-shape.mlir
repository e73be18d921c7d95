func.func @f(%x: !torch.vtensor<[99999999999999999999],f32>) -> !torch.vtensor<[-7],f32> { return %x : !torch.vtensor<[-7],f32> }
