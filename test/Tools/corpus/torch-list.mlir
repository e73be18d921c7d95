func.func @f(%x: !torch.list<list<vtensor<[2,?],f32>>) { return }
