// SPDX-License-Identifier: Apache-2.0
// How a population is cut into boxes: every way that is worth having, with what it costs.
#ifndef SPIKE_LIB_MAPPING_CUT_H
#define SPIKE_LIB_MAPPING_CUT_H

#include "spike/Mapping/CoreUse.h"
#include "spike/Mapping/Load.h"

#include "llvm/Support/Error.h"
#include <array>
#include <map>

namespace spike::chip {

/// What a box takes of a core and does there, if nothing else lies on it. Messages out are a guess: one per projection.
struct BoxCost {
  Use use;
  double load = 0, messagesIn = 0;
};

/// Boxes of `positions` positions and `channels` channels, smaller ones at the ends.
struct Cut {
  int64_t positions = 0, channels = 0;
  int64_t pieces = 0;
  double cores = 0;    ///< how many the pieces fill, those that are more than half full counting whole
  double messages = 0; ///< into all pieces, per inference
  double maxLoad = 0;  ///< of a piece
};

class Cutter {
public:
  Cutter(const Connections &connections, const UseModel &model, const LoadModel &loadModel)
      : connections(connections), model(model), loadModel(loadModel),
        axonCaps(connections.getNetwork().populations.size()) {}

  const BoxCost &getCost(const Slice &box);

  /// Cuts of a population such that every piece is within the limits and does at most `maxLoad`. None if not even a
  /// single neuron is.
  std::vector<Cut> listCuts(int32_t population, double maxLoad);
  /// The boxes of a cut, in order.
  std::vector<Slice> getBoxes(int32_t population, const Cut &cut) const;
  /// A piece that is not within the limits or does too much.
  std::optional<Slice> findMisfit(int32_t population, const Cut &cut, double maxLoad);
  /// The same, but looks at the first, the middle and the last positions only.
  std::optional<Slice> findSampleMisfit(int32_t population, int64_t positions, int64_t channels, double maxLoad);
  /// Why a single neuron does not fit.
  llvm::Error explain(const Slice &neuron);
  /// From now on, pieces of the slice's population hold `share` of the positions and blocks of channels that the slice
  /// does; false if that is none.
  bool capAxons(const Slice &slice, double share);
  /// Why a slice that cannot be smaller does not fit.
  llvm::Error explainOutputs(const Slice &slice, int64_t axons) const;

private:
  int64_t countAxons(const Slice &box) const;
  std::string describe(int32_t population) const;
  bool fits(const Slice &box, double maxLoad);
  std::vector<Slice> sample(int32_t population, int64_t positions, int64_t channels) const;
  int64_t findFewestPieces(int32_t population, double maxLoad);
  int64_t findLength(int32_t population, int64_t unit, int64_t width, double maxLoad);
  void measure(int32_t population, double maxLoad, Cut &cut);

  const Connections &connections;
  const UseModel &model;
  const LoadModel &loadModel;
  std::vector<int64_t> axonCaps; ///< of each population, zero: none
  std::map<std::array<int64_t, 5>, BoxCost> costs;
};

} // namespace spike::chip

#endif // SPIKE_LIB_MAPPING_CUT_H
