func.func @f() {
  %0 = "torch.aten.dream"() : () -> !torch.nonsense<3>
  return
}
