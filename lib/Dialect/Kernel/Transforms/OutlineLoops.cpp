// SPDX-License-Identifier: Apache-2.0
// kernel-outline-loops: large loop nests run on the thread pool.
#include "spike/Dialect/Kernel/Transforms/Passes.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "spike/Support/RuntimeCalls.h"

namespace mlir::spike::kernel {
#define GEN_PASS_DEF_KERNELOUTLINELOOPSPASS
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

namespace {

struct OutlineLoopsPass : impl::KernelOutlineLoopsPassBase<OutlineLoopsPass> {
  using KernelOutlineLoopsPassBase::KernelOutlineLoopsPassBase;

  void runOnOperation() override {
    if (minWork < 1 || grainWork < 1) {
      getOperation()->emitError() << "expected min-work and grain-work of at least 1, got " << minWork.getValue()
                                  << " and " << grainWork.getValue();
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    SmallVector<func::FuncOp> functions(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp func : functions) {
      SmallVector<memref::CopyOp> copies;
      func.walk([&](memref::CopyOp op) { copies.push_back(op); });
      for (memref::CopyOp op : copies) {
        rewriter.setInsertionPoint(op);
        linalg::makeMemRefCopyOp(rewriter, op.getLoc(), op.getSource(), op.getTarget());
        rewriter.eraseOp(op);
      }
      if (func.isExternal())
        continue;
      SmallVector<linalg::LinalgOp> ops(func.getBody().front().getOps<linalg::LinalgOp>());
      for (linalg::LinalgOp op : ops)
        if (failed(outline(rewriter, func, op)))
          return signalPassFailure();
    }
  }

private:
  /// The loop to split, and how many of its iterations make a piece; nothing if the op is too small or not splittable.
  std::optional<std::pair<unsigned, int64_t>> chooseLoop(linalg::LinalgOp op) {
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    int64_t work = 1;
    for (int64_t range : ranges) {
      if (ShapedType::isDynamic(range))
        return std::nullopt;
      work *= range;
    }
    if (work < minWork)
      return std::nullopt;
    // The outermost parallel loop with enough iterations to share, else the longest one.
    constexpr int64_t enough = 8;
    std::optional<unsigned> chosen;
    for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
      if (iterator != utils::IteratorType::parallel)
        continue;
      if (!chosen || (ranges[*chosen] < enough && ranges[i] > ranges[*chosen]))
        chosen = i;
    }
    if (!chosen || ranges[*chosen] < 2)
      return std::nullopt;
    int64_t workPerIteration = std::max<int64_t>(1, work / ranges[*chosen]);
    return std::make_pair(*chosen, std::max<int64_t>(1, grainWork / workPerIteration));
  }

  LogicalResult outline(IRRewriter &rewriter, func::FuncOp func, linalg::LinalgOp op) {
    auto choice = chooseLoop(op);
    if (!choice)
      return success();
    auto [loop, grain] = *choice;

    // Memrefs travel through the frame; everything else must be a constant that can be made again.
    SetVector<Value> captured(op->getOperands().begin(), op->getOperands().end());
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    SmallVector<Value> memrefs;
    for (Value value : captured) {
      if (auto type = dyn_cast<MemRefType>(value.getType())) {
        int64_t offset;
        SmallVector<int64_t> strides;
        if (!type.hasStaticShape() || failed(type.getStridesAndOffset(strides, offset)) ||
            ShapedType::isDynamic(offset) || llvm::any_of(strides, ShapedType::isDynamic))
          return success();
        memrefs.push_back(value);
      } else if (!value.getDefiningOp() || !value.getDefiningOp()->hasTrait<OpTrait::ConstantLike>()) {
        return success();
      }
    }
    func::FuncOp body = createBody(rewriter, func, op, loop, captured, memrefs);
    if (!body)
      return op->emitOpError() << "cannot be split over threads";
    body = reuse(body);
    call(rewriter, op, body, memrefs, op.getStaticLoopRanges()[loop], grain);
    return success();
  }

  /// `func.func private @<name>_loop_<n>(frame, begin, end)`: the op on iterations [begin, end) of the split loop.
  func::FuncOp createBody(IRRewriter &rewriter, func::FuncOp func, linalg::LinalgOp op, unsigned loop,
                          const SetVector<Value> &captured, ArrayRef<Value> memrefs) {
    MLIRContext *context = &getContext();
    Location loc = op.getLoc();
    Type pointer = LLVM::LLVMPointerType::get(context), i64 = rewriter.getI64Type();
    rewriter.setInsertionPointAfter(func);
    std::string name = (func.getName() + "_loop_" + Twine(counter++)).str();
    auto body = func::FuncOp::create(rewriter, loc, name, rewriter.getFunctionType({pointer, i64, i64}, {}));
    body.setPrivate();
    Block *block = body.addEntryBlock();
    rewriter.setInsertionPointToStart(block);

    LLVMTypeConverter converter(context);
    IRMapping mapping;
    for (auto [i, memref] : llvm::enumerate(memrefs)) {
      auto type = cast<MemRefType>(memref.getType());
      Value slot = LLVM::GEPOp::create(rewriter, loc, pointer, i64, block->getArgument(0),
                                       ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
      Value base = LLVM::LoadOp::create(rewriter, loc, pointer, slot);
      Value descriptor = MemRefDescriptor::fromStaticShape(rewriter, loc, converter, type, base);
      mapping.map(memref, UnrealizedConversionCastOp::create(rewriter, loc, type, descriptor).getResult(0));
    }
    for (Value value : captured)
      if (!mapping.contains(value))
        mapping.map(value, rewriter.clone(*value.getDefiningOp())->getResult(0));
    Value begin = arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(), block->getArgument(1));
    Value end = arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(), block->getArgument(2));
    Value count = arith::SubIOp::create(rewriter, loc, end, begin);

    Operation *clone = rewriter.clone(*op, mapping);
    SmallVector<OpFoldResult> offsets, sizes;
    for (auto [i, range] : llvm::enumerate(op.getStaticLoopRanges())) {
      offsets.push_back(i == loop ? OpFoldResult(begin) : rewriter.getIndexAttr(0));
      sizes.push_back(i == loop ? OpFoldResult(count) : rewriter.getIndexAttr(range));
    }
    auto tileable = dyn_cast<TilingInterface>(clone);
    if (!tileable || failed(tileable.getTiledImplementation(rewriter, offsets, sizes)))
      return {};
    rewriter.eraseOp(clone);
    func::ReturnOp::create(rewriter, loc);
    return body;
  }

  /// Blocks of a network repeat, and a loop knows its buffers through the frame only: an equal function is used again.
  func::FuncOp reuse(func::FuncOp body) {
    for (func::FuncOp other : bodies)
      if (OperationEquivalence::isRegionEquivalentTo(&body.getBody(), &other.getBody(),
                                                     OperationEquivalence::IgnoreLocations)) {
        body.erase();
        return other;
      }
    bodies.push_back(body);
    return body;
  }

  void call(IRRewriter &rewriter, linalg::LinalgOp op, func::FuncOp body, ArrayRef<Value> memrefs, int64_t extent,
            int64_t grain) {
    Location loc = op.getLoc();
    Type pointer = LLVM::LLVMPointerType::get(&getContext()), i64 = rewriter.getI64Type();
    func::FuncOp runtime = getRuntimeFunction(getOperation(), "spike_rt_parallel_for",
                                              rewriter.getFunctionType({pointer, pointer, i64, i64}, {}));
    rewriter.setInsertionPoint(op);
    SmallVector<Value> slots;
    for (Value memref : memrefs)
      slots.push_back(getBasePointer(rewriter, loc, memref));
    Value frame = createFrame(rewriter, loc, slots);
    Value address = func::ConstantOp::create(rewriter, loc, body.getFunctionType(), body.getName());
    Value bodyPointer = UnrealizedConversionCastOp::create(rewriter, loc, pointer, address).getResult(0);
    func::CallOp::create(
        rewriter, loc, runtime,
        ValueRange{bodyPointer, frame, createI64(rewriter, loc, extent), createI64(rewriter, loc, grain)});
    rewriter.eraseOp(op);
  }

  int64_t counter = 0;
  SmallVector<func::FuncOp> bodies;
};

} // namespace
} // namespace mlir::spike::kernel
