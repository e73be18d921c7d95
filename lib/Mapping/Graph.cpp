// SPDX-License-Identifier: Apache-2.0
// Graphs in compressed rows, handed to METIS.
#include "Graph.h"

#include <algorithm>
#include <metis.h>
#include <mutex>
#include <tuple>

using namespace spike::chip;

Graph::Graph(int32_t vertices, std::vector<Edge> edges) : first(vertices + 1) {
  std::vector<Edge> both;
  both.reserve(2 * edges.size());
  for (const Edge &edge : edges)
    if (edge.a != edge.b) {
      both.push_back(edge);
      both.push_back({edge.b, edge.a, edge.weight});
    }
  std::sort(both.begin(), both.end(),
            [](const Edge &x, const Edge &y) { return std::tie(x.a, x.b, x.weight) < std::tie(y.a, y.b, y.weight); });
  for (size_t i = 0; i < both.size(); ++i) {
    if (i > 0 && both[i].a == both[i - 1].a && both[i].b == both[i - 1].b) {
      neighbours.back().weight += both[i].weight;
      continue;
    }
    neighbours.push_back({both[i].b, both[i].weight});
    ++first[both[i].a + 1];
  }
  for (int32_t vertex = 0; vertex < vertices; ++vertex)
    first[vertex + 1] += first[vertex];
}

Graph Graph::restrictTo(const std::vector<int32_t> &vertices) const {
  std::vector<int32_t> number(size(), -1);
  for (size_t i = 0; i < vertices.size(); ++i)
    number[vertices[i]] = i;
  std::vector<Edge> edges;
  for (int32_t vertex : vertices)
    for (const Neighbour *to = begin(vertex); to != end(vertex); ++to)
      if (number[to->vertex] > number[vertex])
        edges.push_back({number[vertex], number[to->vertex], to->weight});
  return Graph(vertices.size(), std::move(edges));
}

std::vector<int32_t> spike::chip::partitionGraph(const Graph &graph, int32_t parts, const std::vector<int32_t> &weights,
                                                 int32_t constraints, const std::vector<double> &shares,
                                                 uint32_t seed) {
  int32_t vertices = graph.size();
  std::vector<int32_t> part(vertices);
  if (parts <= 1)
    return part;
  if (parts >= vertices) { // METIS refuses it, and leaves parts empty near it
    for (int32_t i = 0; i < vertices; ++i)
      part[i] = i;
    return part;
  }

  std::vector<idx_t> first = {0}, adjacent, edgeWeights, vertexWeights(weights.begin(), weights.end());
  double heaviest = 0;
  for (int32_t vertex = 0; vertex < vertices; ++vertex)
    for (const Graph::Neighbour *to = graph.begin(vertex); to != graph.end(vertex); ++to)
      heaviest = std::max(heaviest, to->weight);
  for (int32_t vertex = 0; vertex < vertices; ++vertex) {
    for (const Graph::Neighbour *to = graph.begin(vertex); to != graph.end(vertex); ++to) {
      adjacent.push_back(to->vertex);
      // METIS adds weights up in 32 bits.
      edgeWeights.push_back(1 + (heaviest > 0 ? static_cast<idx_t>(to->weight / heaviest * 10000) : 0));
    }
    first.push_back(adjacent.size());
  }
  std::vector<real_t> targets, tolerance(constraints, 1.05f);
  for (double share : shares)
    targets.insert(targets.end(), constraints, share);

  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = static_cast<idx_t>(seed & 0x7fffffff);
  options[METIS_OPTION_NUMBERING] = 0;
  idx_t count = vertices, balanced = constraints, wanted = parts, cut = 0;
  // It draws random numbers from the C library's one generator, which it seeds.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  auto *run = parts == 2 ? METIS_PartGraphRecursive : METIS_PartGraphKway;
  int status = run(&count, &balanced, first.data(), adjacent.data(), vertexWeights.data(), nullptr, edgeWeights.data(),
                   &wanted, targets.empty() ? nullptr : targets.data(), tolerance.data(), options, &cut, part.data());
  if (status != METIS_OK) // short of memory: any partition is one to improve on
    for (int32_t i = 0; i < vertices; ++i)
      part[i] = static_cast<int64_t>(i) * parts / vertices;
  return part;
}
