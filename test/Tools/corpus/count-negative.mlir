func.func private @f(tensor<1x!spike.count<max = -1>>)
