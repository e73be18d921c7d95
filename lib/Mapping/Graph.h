// SPDX-License-Identifier: Apache-2.0
// Undirected graphs, and their partition by METIS.
#ifndef SPIKE_LIB_MAPPING_GRAPH_H
#define SPIKE_LIB_MAPPING_GRAPH_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spike::chip {

class Graph {
public:
  struct Edge {
    int32_t a, b;
    double weight;
  };
  struct Neighbour {
    int32_t vertex;
    double weight;
  };

  /// Edges between the same two vertices add up, whatever their direction; loops are dropped.
  Graph(int32_t vertices, std::vector<Edge> edges);

  int32_t size() const { return first.size() - 1; }
  const Neighbour *begin(int32_t vertex) const { return neighbours.data() + first[vertex]; }
  const Neighbour *end(int32_t vertex) const { return neighbours.data() + first[vertex + 1]; }
  /// The graph between some vertices, numbered as they are listed.
  Graph restrictTo(const std::vector<int32_t> &vertices) const;

private:
  std::vector<size_t> first;
  std::vector<Neighbour> neighbours;
};

/// Cuts a graph into parts with light edges between them. `weights[k * constraints + i]` is the i-th weight of vertex
/// k; of each weight, part p aims at the share `shares[p]` (all alike if empty), which METIS may exceed by some
/// percent: a limit is for the caller to enforce. The same seed gives the same parts.
std::vector<int32_t> partitionGraph(const Graph &graph, int32_t parts, const std::vector<int32_t> &weights,
                                    int32_t constraints, const std::vector<double> &shares, uint32_t seed);

} // namespace spike::chip

#endif // SPIKE_LIB_MAPPING_GRAPH_H
