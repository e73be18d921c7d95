// SPDX-License-Identifier: Apache-2.0
// Building calls of the C runtime.
#include "spike/Support/RuntimeCalls.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::spike;

Value mlir::spike::createI64(OpBuilder &builder, Location loc, int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(value));
}

Value mlir::spike::getBasePointer(OpBuilder &builder, Location loc, Value memref) {
  Value index = memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, memref);
  Value address = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), index);
  return LLVM::IntToPtrOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()), address);
}

Value mlir::spike::createFrame(OpBuilder &builder, Location loc, ArrayRef<Value> slots) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), word = builder.getI64Type();
  Value count = createI64(builder, loc, slots.size());
  Value frame = LLVM::AllocaOp::create(builder, loc, pointer, word, count, /*alignment=*/8);
  for (auto [i, slot] : llvm::enumerate(slots)) {
    Value address =
        LLVM::GEPOp::create(builder, loc, pointer, word, frame, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
    LLVM::StoreOp::create(builder, loc, slot, address);
  }
  return frame;
}

func::FuncOp mlir::spike::getRuntimeFunction(ModuleOp module, StringRef name, FunctionType type) {
  if (auto existing = module.lookupSymbol<func::FuncOp>(name))
    return existing;
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto function = func::FuncOp::create(builder, module.getLoc(), name, type);
  function.setPrivate();
  return function;
}
