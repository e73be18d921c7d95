// SPDX-License-Identifier: Apache-2.0
// What each layer of the source model became.
#include "Converter.h"

#include "spike/Chip/Geometry.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

std::vector<LayerSize> Converter::countLayers() const {
  const chip::Network &network = builder.get();
  llvm::MapVector<StringRef, LayerSize> layers;
  std::vector<std::string> names;
  for (Operation *op : populationOwners)
    names.push_back(op == function ? "input" : layerOf(op));
  auto find = [&](int32_t population) -> LayerSize & {
    LayerSize &layer = layers[names[population]];
    layer.layer = names[population];
    return layer;
  };
  for (auto [i, population] : llvm::enumerate(network.populations)) {
    LayerSize &layer = find(i);
    ++layer.populations;
    layer.neurons += population.size();
  }
  for (const chip::Projection &projection : network.projections) {
    LayerSize &layer = find(projection.target);
    ++layer.projections;
    layer.synapses += chip::Geometry(network, projection).countSynapses();
  }
  std::vector<LayerSize> sizes;
  for (auto &[name, layer] : layers)
    sizes.push_back(std::move(layer));
  return sizes;
}
