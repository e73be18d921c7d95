// SPDX-License-Identifier: Apache-2.0
// Makes the ops of a network's parts.
#ifndef SPIKE_LIB_TRANSLATION_LOIHI_BUILDER_H
#define SPIKE_LIB_TRANSLATION_LOIHI_BUILDER_H

#include "spike/Translation/LoihiNetwork.h"

namespace mlir::spike::loihi {

/// Inserts where its builder stands. What no op can say is an error at `loc`.
class PartBuilder {
public:
  PartBuilder(OpBuilder &builder, Location loc, const chip::Network &network);

  FailureOr<PopulationOp> make(const chip::Population &population);
  FailureOr<ProjectionOp> make(const chip::Projection &projection);
  LogicalResult make(const chip::Input &input);
  LogicalResult make(const chip::Output &output);
  /// All chips and cores; without places in phase `partitioned`.
  LogicalResult makePlaces(Phase phase);

private:
  NestAttr makeNest(const std::vector<chip::Dim> &dims);
  ViewAttr makeView(const chip::Projection &projection);
  Attribute makeEncoding(const chip::Projection &projection);
  ElementsAttr makeStored(const chip::Projection &projection, Attribute encoding);
  /// Nothing, and an error, if there is no such number.
  std::optional<StringRef> getName(ArrayRef<std::string> names, int64_t number, StringRef what);
  std::function<InFlightDiagnostic()> emitter() {
    return [this] { return emitError(loc); };
  }

  OpBuilder &builder;
  MLIRContext *context;
  Location loc;
  const chip::Network &network;
  std::vector<std::string> programs, populations;
};

/// Nothing for a mesh.
InterconnectAttr getInterconnect(MLIRContext *context, const chip::Network &network);

} // namespace mlir::spike::loihi

#endif // SPIKE_LIB_TRANSLATION_LOIHI_BUILDER_H
