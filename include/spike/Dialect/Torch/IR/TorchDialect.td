// SPDX-License-Identifier: Apache-2.0
// The `torch` mirror dialect.
#ifndef SPIKE_TORCH_DIALECT
#define SPIKE_TORCH_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/DialectBase.td"

def Torch_Dialect : Dialect {
  let name = "torch";
  let cppNamespace = "::mlir::spike::torch";
  let summary = "The part of torch-mlir's dialect that exported spiking models use";
  let description = [{
    A mirror of the operations that torch-mlir's importer writes for an exported program, so that the conversion to the
    `spike` dialect is written with typed operations. The text is read in generic form; operations without a definition
    here are kept as they are and reported, all of them together, by `convert-torch-to-spike`.

    Values whose shapes, windows or axes matter are `!torch.int` constants and lists of them, as in the source.
  }];
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Parses and prints a type of this dialect without its `!torch.` prefix, as it appears inside another one.
    static ::mlir::Type parseNestedType(::mlir::AsmParser &parser);
    static void printNestedType(::mlir::Type type, ::mlir::AsmPrinter &printer);
  }];
}

#endif // SPIKE_TORCH_DIALECT
