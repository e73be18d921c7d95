// SPDX-License-Identifier: Apache-2.0
// The one list of conversions between dialects.
#ifndef SPIKE_CONVERSION_PASSES
#define SPIKE_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertTorchToSpikePass : Pass<"convert-torch-to-spike", "::mlir::ModuleOp"> {
  let summary = "Convert an exported PyTorch program to the spike dialect";
  let description = [{
    Every value becomes a statically shaped `f32` tensor. A repetition along a new leading axis becomes
    `spike.repeat_time`; a neuron operator becomes `spike.neuron` with the model that its text names; operations that do
    nothing in evaluation mode disappear. Weights keep their resource and must be finite.

    An operation or an option that cannot be expressed is an error. The pass looks at the whole program and reports all
    of them, each with the path of its module and its source line.

    ```mlir
    %1 = "torch.aten.matmul"(%q, %k) : (!torch.vtensor<[4,2,8],f32>, !torch.vtensor<[4,8,2],f32>) -> !torch.vtensor<[4,2,2],f32>
    // becomes
    %1 = spike.matmul %q, %k : (tensor<4x2x8xf32>, tensor<4x8x2xf32>) -> tensor<4x2x2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::spike::SpikeDialect", "::mlir::func::FuncDialect"];
}

def ConvertSpikeToLinalgPass : Pass<"convert-spike-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Convert the spike dialect to linalg and kernel ops on tensors";
  let description = [{
    The boundary below which counts are plain integers: a spike becomes `i8`, a count the narrowest of `i8`, `i16` and
    `i32` that holds it, always read as unsigned. A neuron becomes one `linalg.generic` whose time loop is a reduction with
    the membrane as accumulator. Contractions with constant weights become `kernel` ops over packed weights, or, with
    `contractions=generic` and where no kernel takes the operands, loops that add in the same order.

    ```mlir
    %s = spike.neuron #spike.if (%x) : (tensor<4x8xf32>) -> tensor<4x8xi1>
    // becomes
    %v = linalg.fill ins(%zero : f32) outs(%e0 : tensor<8xf32>) -> tensor<8xf32>
    %s:2 = linalg.generic {iterator_types = ["reduction", "parallel"], ...} ins(%x : tensor<4x8xf32>)
        outs(%e1, %v : tensor<4x8xi8>, tensor<8xf32>) { ... }
    ```
  }];
  let options = [Option<"contractions", "contractions", "std::string", "\"kernel\"",
                        "what computes contractions: kernel or generic">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect", "::mlir::math::MathDialect", "::mlir::spike::kernel::KernelDialect"];
}

def ConvertKernelToLLVMPass : Pass<"convert-kernel-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert kernel ops on memrefs to calls of the runtime";
  let description = [{
    The arguments of a kernel are stored in a struct on the stack, laid out as `spike/Runtime/Runtime.h` declares it.

    ```mlir
    kernel.linear ins(%x, %w) outs(%y) : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4x5xf32>) -> ()
    // becomes
    func.call @spike_rt_conv(%frame) : (!llvm.ptr) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect"];
}

def ConvertSpikeToLoihiPass : Pass<"convert-spike-to-loihi", "::mlir::ModuleOp"> {
  let summary = "Convert a quantised program to a network of a neuromorphic chip";
  let description = [{
    Every function, in the form that `spike-quantize` leaves (docs/loihi.md), becomes an unmapped `loihi.network` that
    computes the same, bit for bit:

    - reshapes, transposes and slices become strides; where no strides express one, and where several ops read a current,
      a population sends it on (a relay),
    - `spike.linear` and `spike.conv` become synapses of the neurons that read them, sums several projections into one
      port,
    - `#spike.fixed_lif` becomes the chip's own LIF where it is that, else a neuron program,
    - the maximum of spikes is a neuron that any of them makes fire, that of numbers a tree of two-sided maxima,
    - a product of two activations is a neuron for each pair: a coincidence of two spikes, else a product. Or it is a
      neuron for each element of the result, to which delays bring the pairs one after the other, in up to 64 chip steps:
      `attention=serial`; `auto` takes the fewest steps for which half of the board's neurons suffice. Of three factors
      two are multiplied first, which ones by cost, where both orders are exact. Remarks say so.

    What cannot be placed is an error that names the op, its layer, the limit and what to do. With `statistics` a remark
    for each layer says how many neurons and synapses it takes.

    ```mlir
    %y = spike.linear %x, %w : (tensor<4x1x64xf32>, tensor<10x64xf32>) -> tensor<4x1x10xf32>
    %s = spike.neuron #spike.fixed_lif<dv = 2048, threshold = 64> path "fc" (%y) : (tensor<4x1x10xf32>) -> tensor<4x1x10xf32>
    // becomes
    loihi.population @fc shape [10] lif #loihi.lif<dv = 2048> threshold [64] path "fc"
    loihi.projection @input0_to_fc from @input0 to @fc #loihi.dense<...> bits 8 mixed exponent -1 weights ...
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", "\"loihi2\"", "chip or board, by name or by the path of its file">,
    Option<"name", "name", "std::string", "\"\"", "of the network; the function's, if not given">,
    Option<"attention", "attention", "std::string", "\"auto\"", "how activations are multiplied: auto, parallel or serial">,
    Option<"statistics", "statistics", "bool", "false", "say what each layer takes">
  ];
  let dependentDialects = ["::mlir::spike::loihi::LoihiDialect"];
}

#endif // SPIKE_CONVERSION_PASSES
