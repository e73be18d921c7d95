// SPDX-License-Identifier: Apache-2.0
// The stage table.
#include "spike/Pipelines/Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Builds a pipeline from passes with the lowest level at which each runs.
class PipelineText {
public:
  PipelineText &add(llvm::StringRef pass, int fromLevel = 0) {
    passes.push_back({pass, fromLevel});
    return *this;
  }

  Stage stage(llvm::StringRef name, llvm::StringRef reason, bool isAside = false) const {
    Stage result{name, reason, {}, isAside};
    for (int level = 0; level <= kMaxOptimizationLevel; ++level) {
      llvm::SmallVector<llvm::StringRef> chosen;
      for (auto [pass, fromLevel] : passes)
        if (level >= fromLevel)
          chosen.push_back(pass);
      result.pipelines[level] = llvm::join(chosen, ",");
    }
    return result;
  }

private:
  llvm::SmallVector<std::pair<llvm::StringRef, int>> passes;
};

std::vector<Stage> makeStages() {
  std::vector<Stage> stages;
  stages.push_back(PipelineText()
                       .add("convert-torch-to-spike")
                       // A model that loops over time has its own number of steps, every other single-step model none.
                       .add("spike-roll-time")
                       // Marks inputs with a time axis; a single-step model needs its number of steps before.
                       .add("spike-lift-time")
                       .add("verify-spike-contract")
                       .stage("import", "the source's program in the spike dialect, every value f32"));
  stages.push_back(PipelineText()
                       // Before canonicalize, which would remove the same without a word.
                       .add("spike-remove-dead-modules", 1)
                       // The passes below expect canonical shapes.
                       .add("canonicalize")
                       .add("cse", 1)
                       // First, while each batch_norm still stands next to its synapse.
                       // Before the normalisations that it looks for are folded.
                       .add("spike-fold-border", 1)
                       .add("spike-fold-batch-norm", 1)
                       // When no normalisation stands between two convolutions any more.
                       .add("spike-fold-rep-conv", 3)
                       .add("spike-cancel-reshape", 1)
                       // After the merges of time and batch are gone: they would stand in the way of the repetition.
                       .add("spike-hoist-time-invariant", 2)
                       // Pushes transposes through what is left between synapses and neurons.
                       .add("spike-channels-last", 2)
                       // While values are f32 and need no new types.
                       .add("spike-reassociate-attention", 3)
                       // After every rewrite that moves ops.
                       .add("spike-narrow-types", 2)
                       // What the rewrites left unused goes.
                       .add("canonicalize", 1)
                       .add("cse", 1)
                       // Once every weight is final. From level 1, which rounds weights anyway.
                       .add("spike-fix-weights", 1)
                       .add("spike-mark-exact")
                       .add("verify-spike-contract")
                       .stage("optimize", "fewer and narrower values, the same spikes"));
  stages.push_back(PipelineText()
                       .add("spike-remove-dead-modules")
                       .add("canonicalize")
                       .add("cse")
                       .add("spike-fold-border")
                       .add("spike-fold-batch-norm")
                       .add("spike-fold-rep-conv")
                       .add("spike-cancel-reshape")
                       // Repetitions in time stay at the inputs: every population of a chip runs at every step.
                       .add("spike-channels-last")
                       .add("canonicalize")
                       .add("cse")
                       .stage("simplify", "what spike-quantize expects: few ops, every value f32", /*isAside=*/true));
  stages.push_back(PipelineText()
                       .add("loihi.network(loihi-schedule)")
                       // Needs delays, which decide how many populations there are.
                       .add("loihi.network(loihi-partition)")
                       .add("loihi.network(loihi-place)")
                       .add("loihi.network(loihi-route)")
                       .add("loihi.network(verify-loihi-phase)")
                       .stage("map", "a network on the cores of its target, ready to be an image", /*isAside=*/true));
  stages.push_back(PipelineText()
                       .add("convert-spike-to-linalg")
                       .add("canonicalize")
                       .add("cse")
                       .stage("lower", "loops over tensors and calls of kernels; counts become plain integers"));
  stages.push_back(PipelineText()
                       .add("func.func(kernel-externalize-weights,kernel-outputs-to-arguments,eliminate-empty-tensors,"
                            "empty-tensor-to-alloc-tensor)")
                       .add("one-shot-bufferize{bufferize-function-boundaries=true "
                            "function-boundary-type-conversion=identity-layout-map}")
                       .add("canonicalize")
                       .add("cse")
                       .add("func.func(kernel-plan-arena)")
                       .stage("bufferize", "tensors become memory in one planned arena"));
  stages.push_back(PipelineText()
                       .add("kernel-outline-loops")
                       .add("convert-kernel-to-llvm")
                       .add("convert-linalg-to-loops")
                       .add("expand-strided-metadata")
                       .add("lower-affine")
                       .add("convert-scf-to-cf")
                       .add("convert-math-to-llvm")
                       .add("convert-index-to-llvm")
                       .add("convert-arith-to-llvm")
                       .add("finalize-memref-to-llvm")
                       .add("convert-func-to-llvm{use-bare-ptr-memref-call-conv=true}")
                       .add("convert-cf-to-llvm")
                       .add("reconcile-unrealized-casts")
                       .add("canonicalize")
                       .stage("llvm", "loops run on the thread pool and everything is in the LLVM dialect"));
  return stages;
}

struct StageOptions : PassPipelineOptions<StageOptions> {
  Option<int> level{*this, "level", llvm::cl::desc("optimisation level, 0 to 3"), llvm::cl::init(2)};
};

} // namespace

llvm::ArrayRef<Stage> mlir::spike::getStages() {
  static const std::vector<Stage> stages = makeStages();
  return stages;
}

const Stage *mlir::spike::findStage(llvm::StringRef name) {
  auto stages = getStages();
  auto *found = llvm::find_if(stages, [&](const Stage &stage) { return stage.name == name; });
  return found == stages.end() ? nullptr : found;
}

void mlir::spike::registerPipelines() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Stage &stage : getStages())
      list.push_back(("spike-" + stage.name).str());
    return list;
  }();
  for (auto [name, stage] : llvm::zip_equal(names, getStages()))
    PassPipelineRegistration<StageOptions>(
        name, stage.reason, [stage = &stage](OpPassManager &pm, const StageOptions &options) {
          int level = std::clamp<int>(options.level, 0, kMaxOptimizationLevel);
          if (failed(parsePassPipeline(stage->pipelines[level], pm)))
            llvm::report_fatal_error(llvm::Twine("invalid pipeline of stage ") + stage->name);
        });
}
