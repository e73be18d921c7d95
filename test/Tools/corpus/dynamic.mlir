func.func @f(%x: tensor<?x?xf32>) {
  %0 = "spike.reshape"(%x) : (tensor<?x?xf32>) -> tensor<?xf32>
  return
}
