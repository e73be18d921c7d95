// SPDX-License-Identifier: Apache-2.0
// Which patterns have rewritten a module: for test coverage and for debugging.
#ifndef SPIKE_PYTHON_REWRITES_H
#define SPIKE_PYTHON_REWRITES_H

#include "Job.h"

namespace spike_python {

/// How often a pattern was tried, and how often the module differed afterwards.
struct RewriteCount {
  int64_t tried = 0, changed = 0;
};
/// Pass argument -> pattern name -> count. The empty pattern name stands for the pass as a whole.
using RewriteCounts = std::map<std::string, std::map<std::string, RewriteCount>>;

/// Runs a pipeline in place, as Module::runPipeline does, and counts. The job's mutex must be held.
Result<RewriteCounts> countRewrites(Module &module, const std::string &pipeline);

} // namespace spike_python

#endif // SPIKE_PYTHON_REWRITES_H
