func.func @f(tensor<2xf32>) -> tensor<2xf32>
