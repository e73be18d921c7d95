// RUN: spike-opt %s -verify-diagnostics -split-input-file

func.func @packed(%x: memref<4x8xi8>, %w: memref<8x64xf32>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected a packed weight of shape [1, 8, 64], got 'memref<8x64xf32>'}}
  kernel.linear ins(%x, %w) outs(%y) : (memref<4x8xi8>, memref<8x64xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @leading(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %y: memref<3x5xf32>) {
  // expected-error @below {{expected equal leading axes of input and result}}
  kernel.linear ins(%x, %w) outs(%y) : (memref<4x8xi8>, memref<1x8x64xf32>, memref<3x5xf32>) -> ()
  return
}

// -----

func.func @bias(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %b: memref<4xf32>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected a bias of 5 values, got 'memref<4xf32>'}}
  kernel.linear ins(%x, %w, %b) outs(%y)
      : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @dynamic(%x: memref<?x8xi8>, %w: memref<1x8x64xf32>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected operands of static shape, got 'memref<?x8xi8>'}}
  kernel.linear ins(%x, %w) outs(%y) : (memref<?x8xi8>, memref<1x8x64xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @conv_rank(%x: memref<6x3xf32>, %w: memref<1x27x64xf32>, %y: memref<6x4xf32>) {
  // expected-error @below {{expected equal leading axes of input and result}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1]
      : (memref<6x3xf32>, memref<1x27x64xf32>, memref<6x4xf32>) -> ()
  return
}

// -----

func.func @conv_pairs(%x: memref<6x6x3xf32>, %w: memref<1x27x64xf32>, %y: memref<6x6x4xf32>) {
  // expected-error @below {{expected kernel, strides, padding and dilations of two values each}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3] strides [1, 1] padding [1, 1] dilations [1, 1]
      : (memref<6x6x3xf32>, memref<1x27x64xf32>, memref<6x6x4xf32>) -> ()
  return
}

// -----

func.func @conv_stride(%x: memref<6x6x3xf32>, %w: memref<1x27x64xf32>, %y: memref<6x6x4xf32>) {
  // expected-error @below {{expected strides and dilations of at least one}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3, 3] strides [0, 1] padding [1, 1] dilations [1, 1]
      : (memref<6x6x3xf32>, memref<1x27x64xf32>, memref<6x6x4xf32>) -> ()
  return
}

// -----

func.func @conv_groups(%x: memref<6x6x3xf32>, %w: memref<9x3xf32>, %y: memref<6x6x3xf32>) {
  // expected-error @below {{expected a weight of 3 groups of type 'tensor<1x3x3x1x16xf32>', got 'memref<9x3xf32>'}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 3
      : (memref<6x6x3xf32>, memref<9x3xf32>, memref<6x6x3xf32>) -> ()
  return
}

// -----

func.func @conv_pairs(%x: memref<6x6x3xi8>, %w: memref<1x3x3x1x16xf32>, %s: memref<16xf32>, %y: memref<6x6x3xf32>) {
  // expected-error @below {{expected a weight of 3 groups of type 'tensor<1x3x2x2x16x2xi16>', got 'memref<1x3x3x1x16xf32>'}}
  kernel.conv ins(%x, %w) scale(%s) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 3
      : (memref<6x6x3xi8>, memref<1x3x3x1x16xf32>, memref<16xf32>, memref<6x6x3xf32>) -> ()
  return
}

// -----

func.func @conv_pairs_of_reals(%x: memref<6x6x3xf32>, %w: memref<1x3x2x2x16x2xi16>, %s: memref<16xf32>, %y: memref<6x6x3xf32>) {
  // expected-error @below {{expected a scale of 16 values and an input of i8, got 'memref<16xf32>' and 'memref<6x6x3xf32>'}}
  kernel.conv ins(%x, %w) scale(%s) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 3
      : (memref<6x6x3xf32>, memref<1x3x2x2x16x2xi16>, memref<16xf32>, memref<6x6x3xf32>) -> ()
  return
}

// -----

func.func @conv_channels(%x: memref<6x6x3xf32>, %w: memref<1x3x3x1x16xf32>, %y: memref<6x6x4xf32>) {
  // expected-error @below {{expected channels and outputs to be multiples of 2 groups, got 3 and 4}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] groups 2
      : (memref<6x6x3xf32>, memref<1x3x3x1x16xf32>, memref<6x6x4xf32>) -> ()
  return
}

// -----

func.func @matmul_leading(%a: memref<2x4x8xi8>, %b: memref<3x8x4xi8>, %c: memref<2x4x4xf32>) {
  // expected-error @below {{expected operands with equal leading axes}}
  kernel.matmul ins(%a, %b) outs(%c) : (memref<2x4x8xi8>, memref<3x8x4xi8>, memref<2x4x4xf32>) -> ()
  return
}

// -----

func.func @matmul_inner(%a: memref<2x4x8xi8>, %b: memref<2x7x4xi8>, %c: memref<2x4x4xf32>) {
  // expected-error @below {{expected matching matrix dimensions}}
  kernel.matmul ins(%a, %b) outs(%c) : (memref<2x4x8xi8>, memref<2x7x4xi8>, memref<2x4x4xf32>) -> ()
  return
}

// -----

func.func @planes(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %s: memref<16xf32>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected digit planes of type 'tensor<1x1x3x16x16x4xi8>' beside a scale, got 'memref<1x8x64xf32>'}}
  kernel.linear ins(%x, %w) scale(%s) outs(%y)
      : (memref<4x8xi8>, memref<1x8x64xf32>, memref<16xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @scale(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %s: memref<5xf32>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected a scale of 16 values, got 'memref<5xf32>'}}
  kernel.linear ins(%x, %w) scale(%s) outs(%y)
      : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<5xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @no_scale(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %y: memref<4x5xf32>) {
  // expected-error @below {{expected a weight of f32 without a scale, got 'memref<1x1x3x16x16x4xi8>'}}
  kernel.linear ins(%x, %w) outs(%y) : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<4x5xf32>) -> ()
  return
}

// -----

func.func @neuron_without_planes(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %y: memref<4x5xi8>) {
  // expected-error @below {{expected a neuron behind digit planes, a result of i8 and rows that are a multiple of 2 steps}}
  kernel.linear ins(%x, %w) outs(%y) neuron #spike.lif steps 2 : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4x5xi8>) -> ()
  return
}

// -----

func.func @uneven_steps(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %s: memref<16xf32>, %y: memref<4x5xi8>) {
  // expected-error @below {{rows that are a multiple of 3 steps, got 'memref<4x5xi8>'}}
  kernel.linear ins(%x, %w) scale(%s) outs(%y) neuron #spike.lif steps 3
      : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<16xf32>, memref<4x5xi8>) -> ()
  return
}

// -----

func.func @spikes_without_neuron(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %s: memref<16xf32>, %y: memref<4x5xi8>) {
  // expected-error @below {{expected a result of f32 without a neuron, got 'i8'}}
  kernel.linear ins(%x, %w) scale(%s) outs(%y)
      : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<16xf32>, memref<4x5xi8>) -> ()
  return
}

// -----

func.func @window_in_padding(%x: memref<2x6x6x3xi8>, %y: memref<2x4x4x3xi8>) {
  // expected-error @below {{expected every window to see the image along axis 0}}
  kernel.pool ins(%x) outs(%y) kernel [1, 1] strides [2, 2] padding [1, 1] dilations [1, 1]
      : (memref<2x6x6x3xi8>, memref<2x4x4x3xi8>) -> ()
  return
}

// -----

func.func @window_behind(%x: memref<2x6x6x3xi8>, %y: memref<2x3x4x3xi8>) {
  // expected-error @below {{expected every window to see the image along axis 1}}
  kernel.pool ins(%x) outs(%y) kernel [2, 2] strides [2, 2] padding [0, 0] dilations [1, 1]
      : (memref<2x6x6x3xi8>, memref<2x3x4x3xi8>) -> ()
  return
}

// -----

func.func @pool_channels(%x: memref<2x6x6x3xi8>, %y: memref<2x3x3x4xi8>) {
  // expected-error @below {{expected equal leading axes and channels of input and result}}
  kernel.pool ins(%x) outs(%y) kernel [2, 2] strides [2, 2] padding [0, 0] dilations [1, 1]
      : (memref<2x6x6x3xi8>, memref<2x3x3x4xi8>) -> ()
  return
}

// -----

func.func @pool_of_bytes_with_neuron(%x: memref<2x6x6x3xi8>, %y: memref<2x3x3x3xi8>) {
  // expected-error @below {{expected f32 or i8, or f32 before a neuron that gives i8 at every step, got 'i8' and 'i8'}}
  kernel.pool ins(%x) outs(%y) kernel [2, 2] strides [2, 2] padding [0, 0] dilations [1, 1] neuron #spike.lif steps 2
      : (memref<2x6x6x3xi8>, memref<2x3x3x3xi8>) -> ()
  return
}

// -----

func.func @attention_out_of_bounds(%x: memref<2x4x24xi8>, %y: memref<2x4x8xi8>) {
  // expected-error @below {{expected an offset and five strides of last that stay within 'memref<2x4x24xi8>'}}
  kernel.attention ins(%x, %x, %x) outs(%y) sizes [2, 1, 2, 4, 4, 4, 4] strides [0, 96, 0, 4, 24, 1]
      [8, 96, 0, 4, 1, 24] [17, 96, 0, 4, 24, 1] [0, 32, 0, 4, 8, 1] neuron #spike.lif scale 2.500000e-01
      : (memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x8xi8>) -> ()
  return
}

// -----

func.func @attention_too_deep(%x: memref<2x4x300xi8>, %y: memref<2x4x4xi8>) {
  // expected-error @below {{expected a first depth of at most 255 and products below 2^24, got depths of 300 and 4}}
  kernel.attention ins(%x, %x, %x) outs(%y) sizes [2, 1, 1, 4, 300, 4, 4] strides [0, 1200, 0, 0, 300, 1]
      [0, 1200, 0, 0, 1, 300] [0, 1200, 0, 0, 300, 1] [0, 16, 0, 0, 4, 1] neuron #spike.lif scale 2.500000e-01
      : (memref<2x4x300xi8>, memref<2x4x300xi8>, memref<2x4x300xi8>, memref<2x4x4xi8>) -> ()
  return
}

// -----

func.func @attention_partly_written(%x: memref<2x4x24xi8>, %y: memref<2x4x16xi8>) {
  // expected-error @below {{expected a result that is written as a whole, got 'memref<2x4x16xi8>'}}
  kernel.attention ins(%x, %x, %x) outs(%y) sizes [2, 1, 2, 4, 4, 4, 4] strides [0, 96, 0, 4, 24, 1]
      [8, 96, 0, 4, 1, 24] [16, 96, 0, 4, 24, 1] [0, 64, 0, 4, 16, 1] neuron #spike.lif scale 2.500000e-01
      : (memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x16xi8>) -> ()
  return
}

// -----

func.func @pool_without_planes(%x: memref<6x6x3xf32>, %w: memref<1x27x64xf32>, %y: memref<3x3x4xf32>) {
  // expected-error @below {{expected pooled currents to be sums of digit planes, with a neuron behind}}
  kernel.conv ins(%x, %w) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] pool [6, 6, 2, 2, 2, 2, 0, 0]
      : (memref<6x6x3xf32>, memref<1x27x64xf32>, memref<3x3x4xf32>) -> ()
  return
}

// -----

func.func @pool_of_nothing(%x: memref<2x6x6x64xi8>, %w: memref<1x9x1x16x16x4xi8>, %s: memref<16xf32>, %y: memref<2x4x3x4xi8>) {
  // expected-error @below {{expected windows of 2 every 2 from 0 to see some of 6 currents each; there are 4}}
  kernel.conv ins(%x, %w) scale(%s) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] exact
      pool [6, 6, 2, 2, 2, 2, 0, 0] neuron #spike.lif steps 2
      : (memref<2x6x6x64xi8>, memref<1x9x1x16x16x4xi8>, memref<16xf32>, memref<2x4x3x4xi8>) -> ()
  return
}

// -----

func.func @pool_values(%x: memref<2x6x6x64xi8>, %w: memref<1x9x1x16x16x4xi8>, %s: memref<16xf32>, %y: memref<2x3x3x4xi8>) {
  // expected-error @below {{expected a pool of 8 values, got 6}}
  kernel.conv ins(%x, %w) scale(%s) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1] exact
      pool [6, 6, 2, 2, 2, 2] neuron #spike.lif steps 2
      : (memref<2x6x6x64xi8>, memref<1x9x1x16x16x4xi8>, memref<16xf32>, memref<2x3x3x4xi8>) -> ()
  return
}
