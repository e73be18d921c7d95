// SPDX-License-Identifier: Apache-2.0
// What each layer of the source model became.
#include "spike/Conversion/SpikeToLoihi.h"

#include "spike/Chip/Geometry.h"
#include "llvm/ADT/MapVector.h"

std::vector<mlir::spike::LayerSize> mlir::spike::countLayers(const ConvertedNetwork &converted) {
  const ::spike::chip::Network &network = converted.network;
  llvm::MapVector<StringRef, LayerSize> layers;
  auto find = [&](size_t population) -> LayerSize & {
    LayerSize &layer = layers[converted.layers[population]];
    layer.layer = converted.layers[population];
    return layer;
  };
  for (auto [i, population] : llvm::enumerate(network.populations)) {
    LayerSize &layer = find(i);
    ++layer.populations;
    layer.neurons += population.size();
  }
  for (const ::spike::chip::Projection &projection : network.projections) {
    LayerSize &layer = find(projection.target);
    ++layer.projections;
    layer.synapses += ::spike::chip::Geometry(network, projection).countSynapses();
  }
  std::vector<LayerSize> sizes;
  for (auto &[name, layer] : layers)
    sizes.push_back(std::move(layer));
  return sizes;
}
