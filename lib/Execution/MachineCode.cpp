// SPDX-License-Identifier: Apache-2.0
// Code generation and linking in memory.
#include "MachineCode.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "spike/Runtime/Runtime.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include <cmath>
#include <mutex>

using namespace mlir;
using namespace mlir::spike;

namespace {

constexpr char kEntry[] = "spike_entry";

/// Machine of this host, floating-point contraction off.
llvm::Expected<llvm::orc::JITTargetMachineBuilder> detectHost() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (builder) {
    builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
    builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
    // Code that lies anywhere, and reaches anything through tables that the linker makes.
    builder->setRelocationModel(llvm::Reloc::PIC_);
    builder->setCodeModel(llvm::CodeModel::Small);
  }
  return builder;
}

/// A function that takes all arguments of `callee`, which are pointers, from a table of them.
void addEntry(llvm::Module &module, llvm::Function *callee) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type *pointer = builder.getPtrTy();
  auto type = llvm::FunctionType::get(builder.getVoidTy(), pointer, /*isVarArg=*/false);
  auto *entry = llvm::Function::Create(type, llvm::Function::ExternalLinkage, kEntry, module);
  builder.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", entry));
  SmallVector<llvm::Value *> arguments;
  for (unsigned i = 0; i < callee->arg_size(); ++i)
    arguments.push_back(builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(pointer, entry->getArg(0), i)));
  builder.CreateCall(callee, arguments);
  builder.CreateRetVoid();
}

llvm::orc::SymbolMap getRuntimeSymbols(llvm::orc::MangleAndInterner intern) {
  llvm::orc::SymbolMap symbols;
  auto add = [&](StringRef name, auto *function) {
    symbols[intern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function), llvm::JITSymbolFlags::Exported};
  };
  add("spike_rt_conv", &spike_rt_conv);
  add("spike_rt_matmul", &spike_rt_matmul);
  add("spike_rt_pool", &spike_rt_pool);
  add("spike_rt_attention", &spike_rt_attention);
  add("spike_rt_parallel_for", &spike_rt_parallel_for);
  add("spike_rt_stamp", &spike_rt_stamp);
  // What the interpreter calls: another library's would round differently.
  add("expf", static_cast<float (*)(float)>(&::expf));
  return symbols;
}

} // namespace

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mlir::spike::compileToObject(ModuleOp module, StringRef function,
                                                                                 int level) {
  auto host = detectHost();
  if (!host)
    return host.takeError();
  auto machine = host->createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, context);
  if (!llvmModule)
    return llvm::createStringError("the module cannot be translated to LLVM IR");
  ExecutionEngine::setupTargetTripleAndDataLayout(llvmModule.get(), machine->get());
  addEntry(*llvmModule, llvmModule->getFunction(function));
  if (llvm::Error error =
          makeOptimizingTransformer(level == 0 ? 1 : 2, /*sizeLevel=*/0, machine->get())(llvmModule.get()))
    return error;
  return llvm::orc::SimpleCompiler(**machine)(*llvmModule);
}

MachineCode::MachineCode(std::unique_ptr<llvm::orc::LLJIT> jit, Entry entry) : jit(std::move(jit)), entry(entry) {}
MachineCode::~MachineCode() = default;

llvm::Expected<std::unique_ptr<MachineCode>> MachineCode::load(StringRef object) {
  auto host = detectHost();
  if (!host)
    return host.takeError();
  // No initialisers are run, so nothing is needed to run them.
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(*host))
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit)
    return jit.takeError();
  llvm::orc::JITDylib &library = (*jit)->getMainJITDylib();
  llvm::orc::MangleAndInterner intern((*jit)->getExecutionSession(), (*jit)->getDataLayout());
  if (llvm::Error error = library.define(llvm::orc::absoluteSymbols(getRuntimeSymbols(intern))))
    return error;
  auto buffer = llvm::MemoryBuffer::getMemBuffer(object, "program", /*RequiresNullTerminator=*/false);
  if (llvm::Error error = (*jit)->addObjectFile(std::move(buffer)))
    return error;
  auto entry = (*jit)->lookup(kEntry);
  if (!entry)
    return entry.takeError();
  return std::unique_ptr<MachineCode>(new MachineCode(std::move(*jit), entry->toPtr<Entry>()));
}
