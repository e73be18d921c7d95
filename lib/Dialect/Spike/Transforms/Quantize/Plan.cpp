// SPDX-License-Identifier: Apache-2.0
// The choice of scales: the best for the weights, as fine as the worst input allows.
#include "Plan.h"

#include "Limits.h"
#include "NeuronNumbers.h"
#include "spike/Support/FixedPoint.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

namespace {

/// Fewer weight levels than this on either side of zero are no weights any more.
constexpr double kFewestLevels = 3;
class Planner {
public:
  Planner(const ScaleGraph &graph, int64_t bits) : graph(graph), bits(bits) {}

  FailureOr<Plan> run() {
    // Rounding may make a sum of the worst input a little larger than that of the source's weights.
    constexpr int maxAttempts = 24;
    for (int attempt = 0; attempt < maxAttempts; ++attempt) {
      // Weights of few levels stay as they are for a while.
      slack = std::max(0.97, 2 * slack - 1);
      plan = Plan();
      plan.scales[0] = {1.0};
      for (auto &[use, shortcut] : graph.shortcuts)
        if (shortcut.group == 0)
          plan.gains[use] = shortcut.factor;
      for (auto &[op, synapse] : graph.synapses)
        if (failed(decide(graph.resolve(op->getResult(0)).first, op)))
          return failure();
      bool fits = true;
      if (failed(check(fits)))
        return failure();
      if (fits)
        return std::move(plan);
    }
    return func::FuncOp(graph.function).emitError()
           << "cannot be quantized: no scales were found with which sums of the worst input "
              "fit 24 bits";
  }

private:
  //===--------------------------------------------------------------------===//
  // Scales
  //===--------------------------------------------------------------------===//

  /// A synapse whose currents are of the group that is decided.
  struct Member {
    Operation *op;
    const Synapse *synapse;
    double perScale; ///< scale of the weights for a scale of one of the group
    std::vector<double>
        best; ///< scale of the group at which each row, or all, has its best weights; zero if any will do
  };

  LogicalResult decide(unsigned root, Operation *asker) {
    if (plan.scales.count(root) && root)
      return success();
    if (!root || !deciding.insert(root).second)
      return asker->emitError() << describe(asker) << " cannot be quantized: its currents are tied to its own input, "
                                << "expected a neuron in between";
    std::vector<Member> members;
    size_t channels = 1;
    for (auto &[op, synapse] : graph.synapses) {
      auto [group, factor] = graph.resolve(op->getResult(0));
      if (group != root)
        continue;
      auto [inGroup, inFactor] = graph.resolve(synapse.input());
      if (!plan.scales.count(inGroup) && failed(decide(inGroup, op)))
        return failure();
      Member member{op, &synapse, factor / (plan.scales.lookup(inGroup)[0] * inFactor), {}};
      channels = countChannels(root, synapse);
      for (double best : getBest(synapse, channels))
        member.best.push_back(best / member.perScale);
      members.push_back(std::move(member));
    }
    std::vector<Limit> limits = chooseLimits(root, members, channels);
    plan.scales[root] = channels > 1 ? chooseByChannel(members.front(), limits) : chooseForAll(members, limits[0]);
    if (failed(chooseGains(root, limits[0])))
      return failure();
    for (Member &member : members)
      if (failed(roundWeights(member, root, limits)))
        return failure();
    deciding.erase(root);
    return success();
  }

  /// Limits with the chip's own neurons, whose alignment takes bits of a current. Where those leave less than half of
  /// the weight levels, neurons align by less, which takes programs.
  std::vector<Limit> chooseLimits(unsigned root, ArrayRef<Member> members, size_t channels) {
    auto find = [&](int align) {
      std::vector<Limit> limits = getLimits(graph, root, channels, align);
      for (Limit &limit : limits)
        limit.scale *= shrink.lookup_or(root, 1.0);
      if (channels == 1) {
        limits[0].scale = std::min(limits[0].scale, highest.lookup_or(root, limits[0].scale));
        leaveRoom(root, members, limits[0], align);
      }
      return limits;
    };
    std::vector<double> wanted(channels);
    for (const Member &member : members)
      for (auto [most, best] : llvm::zip_equal(wanted, member.best))
        most = std::max(most, best);
    std::vector<Limit> limits = find(kAlign);
    auto leavesFew = [](auto pair) { return std::get<0>(pair).scale < std::get<1>(pair) / 2; };
    if (llvm::none_of(llvm::zip_equal(limits, wanted), leavesFew))
      return limits;
    lessAligned.insert(root);
    std::vector<Limit> most = find(0);
    for (auto [limit, least, best] : llvm::zip_equal(most, limits, wanted))
      limit.scale = std::min(limit.scale, std::max(least.scale, best));
    return most;
  }

  /// Scales at which the rows of a synapse, or all of them, have their best weights, in units of its input.
  ArrayRef<double> getBest(const Synapse &synapse, size_t channels) {
    std::vector<double> &best = bests[synapse.op];
    size_t depth = synapse.source.weights.size() / channels;
    for (size_t row = best.size(); row < channels; ++row)
      best.push_back(chooseScale(synapse.source.weights.data() + row * depth, depth, bits));
    return best;
  }

  size_t countChannels(unsigned root, const Synapse &synapse) const {
    return graph.byChannel.contains(root) ? synapse.outputs : 1;
  }

  /// Currents that other synapses read share the bits of the sums behind those: each synapse in a row gives up as many
  /// weight levels as the others, if there are not enough for all levels of all.
  void leaveRoom(unsigned root, ArrayRef<Member> members, Limit &limit, int align) {
    double finest = 0;
    for (const Member &member : members)
      finest = std::max(finest, member.best[0]);
    SmallVector<unsigned> row = {root};
    if (finest > 0)
      followRow(row, finest, finest, limit, align);
  }

  /// `scale` is that of the last group of `row`, if all synapses have all levels.
  void followRow(SmallVector<unsigned> &row, double scale, double finest, Limit &limit, int align) {
    for (auto &[op, next] : graph.synapses) {
      auto [inGroup, inFactor] = graph.resolve(next.input());
      auto [group, factor] = graph.resolve(op->getResult(0));
      if (inGroup != row.back() || llvm::is_contained(row, group))
        continue;
      size_t channels = countChannels(group, next);
      double most = 0;
      row.push_back(group);
      ArrayRef<double> best = getBest(next, channels);
      for (auto [own, bound] : llvm::zip_equal(best, getLimits(graph, group, channels, align))) {
        double full = scale * inFactor * own / factor, excess = full / bound.scale;
        most = std::max(most, full);
        // The first takes all the room that is left.
        double share = std::max(std::pow(excess, -1.0 / static_cast<double>(row.size())), 1 / excess);
        if (excess > 0)
          limit.lower(finest * share, bound.op, bound.what, bound.largest);
      }
      if (channels == 1 && most > 0)
        followRow(row, most, finest, limit, align);
      row.pop_back();
    }
  }

  /// One exponent for the layer, and a scale for each channel.
  std::vector<double> chooseByChannel(const Member &member, ArrayRef<Limit> limits) {
    double room = std::ldexp(1.0, kMaxExponent), largest = 0;
    for (auto [best, limit] : llvm::zip_equal(member.best, limits))
      if (best > 0) {
        room = std::min(room, limit.scale / best);
        largest = std::max(largest, best);
      }
    double unit = std::ldexp(1.0, std::clamp(static_cast<int>(std::floor(std::log2(room))), 0, kMaxExponent));
    std::vector<double> scales;
    for (auto [best, limit] : llvm::zip_equal(member.best, limits)) {
      double wanted = best > 0 ? best : largest > 0 ? largest : 1.0;
      scales.push_back(std::min(wanted * unit, limit.scale));
    }
    exponents[member.op] = std::ilogb(unit);
    return scales;
  }

  /// One scale, with which the synapse of the finest weights has exponent zero or, where there is room, more.
  std::vector<double> chooseForAll(ArrayRef<Member> members, const Limit &limit) {
    double finest = 0, coarsest = std::numeric_limits<double>::infinity();
    for (const Member &member : members)
      if (double best = member.best[0]) {
        finest = std::max(finest, best);
        coarsest = std::min(coarsest, best);
      }
    if (finest == 0)
      return {std::min(1.0, limit.scale)};
    // The coarsest weights have the largest exponent.
    double highest = std::min(limit.scale, std::ldexp(coarsest, kMaxExponent));
    int room = static_cast<int>(std::floor(std::log2(highest / finest)));
    double scale = room >= 0 ? std::ldexp(finest, std::min(room, kMaxExponent)) : highest;
    for (const Member &member : members)
      exponents[member.op] = member.best[0] > 0 ? chooseExponent(member, scale) : 0;
    return {scale};
  }

  /// The gains of the known integers that are added to currents. The scale becomes a little smaller, so that the first
  /// is exact; the others are where they stand in for the same number.
  LogicalResult chooseGains(unsigned root, const Limit &limit) {
    bool first = true;
    for (auto &[use, shortcut] : graph.shortcuts) {
      auto [group, perScale] = graph.resolve(shortcut);
      if (group != root)
        continue;
      double &scale = plan.scales[root].front(), wanted = scale * perScale;
      double gain = first ? floorGain(wanted * (1 + 1e-12)) : roundGain(wanted);
      if (first && gain > 0)
        scale = gain / perScale;
      first = false;
      if (gain < kFewestLevels && std::abs(gain - wanted) > 1e-6 * wanted)
        return refuseGain(use->getOwner(), wanted, limit);
      plan.gains[use] = gain;
    }
    return success();
  }

  LogicalResult refuseGain(Operation *op, double gain, const Limit &limit) {
    InFlightDiagnostic error = op->emitError();
    error << describe(op) << " cannot be quantized: it adds spikes or counts to currents, of which " << number(gain)
          << " units make one of them";
    if (limit.op)
      error << ", as the " << limit.what << " of " << describe(limit.op) << " must not exceed " << number(limit.largest)
            << " for the worst input";
    return error << "; use fewer time steps, fewer inputs of each neuron, or fewer bits of the input";
  }

  /// Of the two exponents around the best scale, the one with the smaller error.
  int chooseExponent(const Member &member, double scale) {
    int lower = static_cast<int>(std::floor(std::log2(scale / member.best[0]) + 1e-9));
    double leastError = std::numeric_limits<double>::infinity();
    int best = 0;
    for (int exponent : {std::clamp(lower, 0, kMaxExponent), std::clamp(lower + 1, 0, kMaxExponent)}) {
      double units = std::ldexp(scale * member.perScale, -exponent), error = 0;
      for (double weight : member.synapse->source.weights)
        error += std::pow(roundToScale(weight, units, bits) / units - weight, 2);
      if (error < leastError)
        leastError = error, best = exponent;
    }
    return best;
  }

  LogicalResult roundWeights(const Member &member, unsigned root, ArrayRef<Limit> limits) {
    const Synapse &synapse = *member.synapse;
    SynapsePlan result;
    result.exponent = exponents.lookup(member.op);
    const std::vector<double> &scales = plan.scales[root];
    size_t depth = synapse.source.weights.size() / synapse.outputs;
    double unit = std::ldexp(1.0, result.exponent), levels = 0, wanted = 0;
    for (size_t i = 0; i < synapse.source.weights.size(); ++i) {
      double scale = scales[scales.size() == 1 ? 0 : i / depth] * member.perScale;
      double level = roundToScale(synapse.source.weights[i], scale / unit, bits);
      levels = std::max(levels, std::abs(level));
      wanted = std::max(wanted, std::abs(synapse.source.weights[i]));
      result.numbers.weights.push_back(level * unit);
    }
    double factor = graph.resolve(member.op->getResult(0)).second;
    for (size_t o = 0; o < synapse.source.bias.size(); ++o)
      result.numbers.bias.push_back(std::rint(synapse.source.bias[o] * scales[scales.size() == 1 ? 0 : o] * factor));
    if (wanted > 0 && levels < kFewestLevels) {
      const Limit &limit = *std::min_element(limits.begin(), limits.end(),
                                             [](const Limit &a, const Limit &b) { return a.scale < b.scale; });
      Operation *by = limit.op ? limit.op : member.op;
      return member.op->emitError() << describe(member.op) << " cannot be quantized to " << bits << " bits: the "
                                    << limit.what << " of " << describe(by) << " may reach "
                                    << number(limit.largest * getBest(member) / limit.scale)
                                    << " for the worst input, the limit is " << number(limit.largest)
                                    << ", and a smaller scale leaves " << number(levels) << " of "
                                    << number(std::ldexp(1.0, static_cast<int>(bits) - 1) - 1)
                                    << " weight levels; use fewer time steps, fewer inputs of each neuron, or fewer "
                                       "bits of the input";
    }
    plan.synapses[member.op] = std::move(result);
    return success();
  }

  static double getBest(const Member &member) { return *std::max_element(member.best.begin(), member.best.end()); }

  //===--------------------------------------------------------------------===//
  // Integers
  //===--------------------------------------------------------------------===//

  /// Bounds the integers, and makes the neurons' numbers. Where one does not fit, its group's scale shrinks.
  LogicalResult check(bool &fits) {
    llvm::DenseMap<Value, Interval> integers;
    for (auto &[value, facts] : graph.values) {
      Operation *op = value.getDefiningOp();
      auto input = graph.inputs.find(value);
      if (input != graph.inputs.end()) {
        integers[value] = {Channels(static_cast<double>(input->second.low)),
                           Channels(static_cast<double>(input->second.high))};
      } else if (!op || graph.hosts.contains(op)) {
        integers[value] = facts.interval;
      } else if (auto synapse = plan.synapses.find(op); synapse != plan.synapses.end()) {
        const Synapse &source = graph.synapses.find(op)->second;
        integers[value] = boundSynapse(synapse->second.numbers, source.outputs, integers[source.input()], source.axis);
      } else {
        SmallVector<Interval> in;
        for (OpOperand &operand : op->getOpOperands())
          if (auto known = integers.find(operand.get()); known != integers.end())
            in.push_back(scaled(known->second, plan.getGain(operand)));
        integers[value] = in.size() < 2 && isa<AddOp, MaskOp>(op) ? in.front() : boundOp(op, in, Numbers::integer);
      }
      double magnitude = integers[value].magnitude();
      if (magnitude > kLargestState && failed(shrinkGroup(value, kLargestState / magnitude, fits, op, magnitude)))
        return failure();
    }
    for (auto &[op, neuron] : graph.neurons)
      if (failed(makeNeuron(op, neuron, integers[op->getOperand(0)], fits)))
        return failure();
    return success();
  }

  LogicalResult shrinkGroup(Value value, double ratio, bool &fits, Operation *op, double magnitude) {
    unsigned root = graph.resolve(value).first;
    if (root == 0) {
      if (!op)
        op = graph.function;
      return op->emitError() << describe(op) << " cannot be quantized: its integers, whose scale is fixed, may reach "
                             << number(magnitude) << " for the worst input, the limit is " << number(magnitude * ratio)
                             << "; use fewer bits of the input, or fewer elements of each sum";
    }
    shrink[root] = shrink.lookup_or(root, 1.0) * ratio * slack;
    // One scale may be a power of two below its limit: what did not fit is what was chosen.
    if (const std::vector<double> &scale = plan.scales[root]; scale.size() == 1)
      highest[root] = scale[0] * ratio * slack;
    fits = false;
    return success();
  }

  LogicalResult makeNeuron(Operation *op, const SourceNeuron &neuron, const Interval &current, bool &fits) {
    Value input = op->getOperand(0);
    unsigned root = graph.resolve(input).first;
    NeuronNumbers numbers(graph, cast<NeuronOp>(op), neuron, current, plan.getScale(graph, input));
    for (int align = kAlign; align >= 0; --align) {
      double ratio = numbers.choose(align);
      if (ratio >= 1)
        break;
      if (align == 0 || (root != 0 && !lessAligned.contains(root)))
        return shrinkGroup(input, ratio, fits, op, numbers.result.worstMembrane);
    }
    plan.neurons[op] = std::move(numbers.result);
    return success();
  }

  const ScaleGraph &graph;
  int64_t bits;
  Plan plan;
  llvm::DenseMap<Operation *, int> exponents;
  llvm::DenseMap<Operation *, std::vector<double>> bests;
  llvm::SmallDenseSet<unsigned> lessAligned; ///< groups whose neurons need more bits of a current
  llvm::SmallDenseSet<unsigned> deciding;
  llvm::DenseMap<unsigned, double> shrink;  ///< by how much scales had to be smaller in earlier attempts
  llvm::DenseMap<unsigned, double> highest; ///< single scales that may yet fit
  double slack = 0.9995;                    ///< by how much a scale is made smaller than it seems to have to be
};

} // namespace

FailureOr<Plan> Plan::make(const ScaleGraph &graph, int64_t bits) { return Planner(graph, bits).run(); }

double Plan::getGain(OpOperand &use) const {
  auto found = gains.find(&use);
  return found == gains.end() ? 1.0 : found->second;
}

std::vector<double> Plan::getScale(const ScaleGraph &graph, Value value) const {
  auto [root, factor] = graph.resolve(value);
  std::vector<double> result = scales.lookup(root);
  for (double &scale : result)
    scale *= factor;
  return result;
}
