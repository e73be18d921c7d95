func.func @f() -> !torch.vtensor<[2],f32> {
  %0 = "torch.aten.linear"() : () -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
