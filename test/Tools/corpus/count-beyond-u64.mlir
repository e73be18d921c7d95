func.func private @f(tensor<1x!spike.count<max = 340282366920938463463374607431768211456>>)
