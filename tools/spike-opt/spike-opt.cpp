// SPDX-License-Identifier: Apache-2.0
// Runs passes and pipelines over IR in text or bytecode form.
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "spike/InitAll.h"
#include "spike/Support/Nesting.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  DialectRegistry registry;
  spike::registerAllDialects(registry);
  spike::registerAllPasses();
  auto [inputName, outputName] =
      registerAndParseCLIOptions(argc, argv, "Spike-Transformer-Compiler pass driver\n", registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, inputName, outputName, registry));

  // Weights in bytecode are aligned, so the file must be, too.
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputName, llvm::Align(64), &error);
  std::unique_ptr<llvm::ToolOutputFile> output = input ? openOutputFile(outputName, &error) : nullptr;
  if (!output) {
    llvm::errs() << error << "\n";
    return EXIT_FAILURE;
  }
  if (std::optional<unsigned> line = spike::findDeepNesting(input->getBuffer())) {
    llvm::errs() << inputName << ":" << *line << ": error: the text nests deeper than " << spike::kMaxNesting
                 << " levels\n";
    return EXIT_FAILURE;
  }
  if (failed(MlirOptMain(output->os(), std::move(input), registry, config)))
    return EXIT_FAILURE;
  output->keep();
  return EXIT_SUCCESS;
}
