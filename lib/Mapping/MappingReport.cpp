// SPDX-License-Identifier: Apache-2.0
// Sums over cores.
#include "spike/Mapping/MappingReport.h"

#include <algorithm>
#include <set>

using namespace spike::chip;

llvm::Expected<MappingReport> spike::chip::reportMapping(const Network &network, const Limits &limits,
                                                         const LoadModel &load, double chipHop) {
  Connections connections(network);
  UseModel model(connections, limits);
  std::vector<Slice> slices;
  std::vector<int32_t> coreOf;
  listSlices(network.cores, slices, coreOf);
  CoreTraffic traffic = getCoreTraffic(MessageNets(connections, slices, load), coreOf, network.cores.size());
  llvm::Expected<Routes> routes = routeTraffic(network, limits, traffic);
  if (!routes)
    return routes.takeError();

  MappingReport report;
  report.routes = std::move(*routes);
  report.activityHops = report.routes.hops + chipHop * report.routes.chipHops;
  for (const LinkLoad &link : report.routes.links)
    report.maxLinkMessages = std::max(report.maxLinkMessages, link.messages);
  report.cores = network.cores.size();
  std::set<int32_t> chips; // a torus lists all of its board
  for (const Core &core : network.cores)
    chips.insert(core.chip);
  report.chips = chips.size();
  report.slices = slices.size();
  std::vector<int64_t> outputAxons = countOutputAxons(connections, network.cores, limits);
  double updates = 0, work = 0, fill = 0;
  for (size_t i = 0; i < network.cores.size(); ++i) {
    CoreReport core;
    for (const auto &[population, boxes] : groupByPopulation(network.cores[i].slices)) {
      std::vector<Reach> reaches;
      Use use = model.ofBoxes(boxes, &reaches);
      core.use += use;
      core.load.updates += double(use.neurons) * network.timeSteps * network.populations[population].substeps;
      for (size_t p = 0; p < reaches.size(); ++p) {
        const Geometry &geometry = connections.getGeometry(connections.into(population)[p]);
        core.load.synops += load.getRate(geometry.getSource()) * network.timeSteps * reaches[p].synapses;
      }
    }
    core.use.outputAxons = outputAxons[i];
    core.fill = getFill(core.use, limits);
    core.load.messagesIn = traffic.messagesIn[i];
    core.load.messagesOut = traffic.messagesOut[i];
    report.neurons += core.use.neurons;
    report.synops += core.load.synops;
    updates += core.load.updates;
    work += core.load.weigh(load);
    fill += core.fill;
    report.maxSynops = std::max(report.maxSynops, core.load.synops);
    report.maxUpdates = std::max(report.maxUpdates, core.load.updates);
    report.maxLoad = std::max(report.maxLoad, core.load.weigh(load));
    report.maxFill = std::max(report.maxFill, core.fill);
    report.perCore.push_back(core);
  }
  if (report.cores > 0) {
    report.meanSynops = report.synops / report.cores;
    report.meanUpdates = updates / report.cores;
    report.meanLoad = work / report.cores;
    report.meanFill = fill / report.cores;
  }
  return report;
}
