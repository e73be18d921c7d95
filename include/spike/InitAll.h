// SPDX-License-Identifier: Apache-2.0
// The one list of dialects, passes and pipelines, used by every tool and by the Python extension.
#ifndef SPIKE_INITALL_H
#define SPIKE_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::spike {

/// Registers the project's dialects, the upstream dialects that its stages use, and their interfaces.
void registerAllDialects(DialectRegistry &registry);

/// Registers the project's passes and pipelines, and the upstream passes that its stages name.
void registerAllPasses();

} // namespace mlir::spike

#endif // SPIKE_INITALL_H
