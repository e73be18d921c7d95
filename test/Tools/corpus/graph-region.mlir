%0 = spike.cast %1 : tensor<2xf32> -> tensor<2xi1>
%1 = spike.cast %0 : tensor<2xi1> -> tensor<2xf32>
