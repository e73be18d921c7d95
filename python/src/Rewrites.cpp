// SPDX-License-Identifier: Apache-2.0
// Counting through the actions that MLIR announces: no pass takes part. A fingerprint of the module before and after an
// action says whether it has changed anything, whatever the pattern itself reports.
#include "Rewrites.h"

#include "mlir/IR/Action.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Rewrite/PatternApplicator.h"

using namespace mlir;

namespace spike_python {

/// The pattern's C++ type. An action offers it in print only: "`apply-pattern pattern: name".
static std::string getPatternName(const tracing::Action &action) {
  std::string text;
  llvm::raw_string_ostream os(text);
  action.print(os);
  return StringRef(text).split("pattern: ").second.str();
}

Result<RewriteCounts> countRewrites(Module &module, const std::string &pipeline) {
  Result<RewriteCounts> result;
  MLIRContext &context = module.job()->context;
  std::vector<std::string> passes;
  auto count = [&](function_ref<void()> run, std::string pass, std::string pattern) {
    OperationFingerPrint before(module.op());
    run();
    bool changed = before != OperationFingerPrint(module.op());
    RewriteCount &found = result.value[pass][pattern];
    ++found.tried;
    found.changed += changed;
  };
  context.registerActionHandler([&](function_ref<void()> run, const tracing::Action &action) {
    if (action.getTag() == PassExecutionAction::tag) {
      passes.push_back(static_cast<const PassExecutionAction &>(action).getPass().getArgument().str());
      count(run, passes.back(), "");
      passes.pop_back();
    } else if (action.getTag() == ApplyPatternAction::tag) {
      count(run, passes.empty() ? "" : passes.back(), getPatternName(action));
    } else {
      run();
    }
  });
  Result<Nothing> done = module.runPipeline(pipeline);
  context.registerActionHandler(nullptr);
  result.ok = done.ok;
  result.diagnostics = std::move(done.diagnostics);
  return result;
}

} // namespace spike_python
