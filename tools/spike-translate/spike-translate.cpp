// SPDX-License-Identifier: Apache-2.0
// Between networks of the loihi dialect and images of a chip.
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "spike/Chip/Image.h"
#include "spike/InitAll.h"
#include "spike/Support/Diagnostics.h"
#include "spike/Support/Nesting.h"
#include "spike/Translation/LoihiNetwork.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace mlir::spike::loihi;
namespace cl = llvm::cl;

namespace {

enum class Action { loihiToImage, imageToLoihi };

struct Options {
  cl::OptionCategory category{"spike-translate options"};
  cl::opt<std::string> file{cl::Positional, cl::desc("<file.mlir, bytecode or image>"), cl::init("-"),
                            cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("Where to write"), cl::value_desc("file"), cl::init("-"),
                              cl::cat(category)};
  cl::opt<Action> action{
      cl::desc("What to do:"), cl::Required,
      cl::values(
          clEnumValN(Action::loihiToImage, "loihi-to-image", "Write the one routed network of a module as an image"),
          clEnumValN(Action::imageToLoihi, "image-to-loihi", "Write the network of an image as a module")),
      cl::cat(category)};
  cl::opt<bool> bytecode{"emit-bytecode", cl::desc("Write a module as bytecode"), cl::cat(category)};
  cl::opt<bool> verifyDiagnostics{"verify-diagnostics", cl::desc("Compare errors with the file's expected-error lines"),
                                  cl::cat(category)};
};

LogicalResult writeImage(ModuleOp module, llvm::raw_ostream &os) {
  SmallVector<NetworkOp> networks(module.getOps<NetworkOp>());
  if (networks.size() != 1)
    return module.emitError() << "expected one network in the module, got " << networks.size();
  NetworkOp op = networks.front();
  if (op.getPhase() != Phase::routed)
    return op.emitError() << "network '" << op.getSymName() << "' is in phase " << stringifyPhase(op.getPhase())
                          << ", expected routed: run spike-map";
  FailureOr<chip::Network> network = toNetwork(op);
  if (failed(network) || failed(verifyNetwork(op, *network, chip::Phase::placed)))
    return failure();
  llvm::Expected<std::string> image = chip::writeImage(*network);
  if (!image)
    return op.emitError() << llvm::toString(image.takeError());
  os << *image;
  return success();
}

LogicalResult writeModule(StringRef bytes, MLIRContext &context, const Options &options, llvm::raw_ostream &os) {
  Location loc = FileLineColLoc::get(&context, options.file, 0, 0);
  llvm::Expected<chip::Network> network = chip::readImage(bytes);
  if (!network)
    return emitError(loc) << llvm::toString(network.takeError());
  context.loadDialect<LoihiDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  if (failed(fromNetwork(builder, loc, *network)) || failed(verify(*module)))
    return failure();
  if (options.bytecode)
    return writeBytecodeToFile(*module, os);
  module->print(os);
  os << "\n";
  return success();
}

LogicalResult translate(std::unique_ptr<llvm::MemoryBuffer> input, MLIRContext &context, const Options &options,
                        llvm::raw_ostream &os) {
  llvm::SourceMgr sources;
  StringRef bytes = input->getBuffer();
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());
  auto run = [&]() -> LogicalResult {
    if (options.action == Action::imageToLoihi)
      return writeModule(bytes, context, options, os);
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
    return module ? writeImage(*module, os) : failure();
  };
  return mlir::spike::runWithDiagnostics(sources, context, options.verifyDiagnostics, run);
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  Options options;
  cl::HideUnrelatedOptions(options.category);
  registerAsmPrinterCLOptions();
  cl::ParseCommandLineOptions(argc, argv, "Translates between networks of the loihi dialect and images of a chip\n");

  // Weights in bytecode are aligned, so the file must be, too.
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(options.file, llvm::Align(64), &error);
  std::unique_ptr<llvm::ToolOutputFile> output = input ? openOutputFile(options.output, &error) : nullptr;
  std::optional<unsigned> line;
  if (output && options.action == Action::loihiToImage)
    line = mlir::spike::findDeepNesting(input->getBuffer());
  if (line)
    error = options.file + ":" + std::to_string(*line) + ": the text nests deeper than " +
            std::to_string(mlir::spike::kMaxNesting) + " levels";
  if (!error.empty()) {
    llvm::WithColor::error(llvm::errs(), "spike-translate") << error << "\n";
    return 1;
  }
  DialectRegistry registry;
  mlir::spike::registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  if (failed(translate(std::move(input), context, options, output->os())))
    return 1;
  output->keep();
  return 0;
}
