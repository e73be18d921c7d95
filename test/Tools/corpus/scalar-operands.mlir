func.func @f(%x: f32, %y: index) {
  %0 = "spike.linear"(%x, %y) : (f32, index) -> vector<2xf32>
  return
}
