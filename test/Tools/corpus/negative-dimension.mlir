func.func @f(%x: tensor<-1xf32>) {

  return
}
