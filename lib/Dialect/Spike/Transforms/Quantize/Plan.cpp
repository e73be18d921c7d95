// SPDX-License-Identifier: Apache-2.0
// The choice of scales: the best for the weights, as fine as the worst input allows.
#include "Plan.h"

#include "spike/Support/FixedPoint.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

namespace {

/// Fewer weight levels than this on either side of zero are no weights any more.
constexpr double kFewestLevels = 3;
/// Bits by which a current of known integers is multiplied where no number of bits makes membranes exact.
constexpr int kInexactGain = 3;

/// An interval beside numbers along `axis`: each channel its own if it runs along that axis, too, else one for all.
Interval alongAxis(const Interval &x, int64_t axis) {
  if (x.low.axis == axis && x.high.axis == axis)
    return x;
  return {Channels(x.low.least()), Channels(x.high.most())};
}

class Planner {
public:
  Planner(const ScaleGraph &graph, int64_t bits) : graph(graph), bits(bits) {}

  FailureOr<Plan> run() {
    // Rounding may make a sum of the worst input a little larger than that of the source's weights.
    constexpr int maxAttempts = 24;
    for (int attempt = 0; attempt < maxAttempts; ++attempt) {
      plan = Plan();
      plan.scales[0] = {1.0};
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
  // Limits
  //===--------------------------------------------------------------------===//

  /// What keeps a scale from being larger.
  struct Limit {
    double scale = std::numeric_limits<double>::infinity();
    Operation *op = nullptr;
    StringRef what;
    double largest = 0;
    void lower(double to, Operation *by, StringRef why, double bound) {
      if (to < scale)
        scale = to, op = by, what = why, largest = bound;
    }
  };

  /// Limits of the scale of a group, one for each channel or one in all.
  std::vector<Limit> getLimits(unsigned root, size_t channels) {
    std::vector<Limit> limits(channels);
    for (auto &[use, shortcut] : graph.shortcuts)
      if (auto [group, gain] = graph.resolve(shortcut); group == root)
        limits.front().lower(kLargestGain / gain, use->getOwner(), "gain of a shortcut", kLargestGain);
    for (auto &[value, facts] : graph.values) {
      auto [group, factor] = graph.resolve(value);
      if (group != root)
        continue;
      Operation *op = value.getDefiningOp();
      forEachChannel(channels, {&facts.interval.low, &facts.interval.high}, [&, f = factor, &facts = facts](size_t c) {
        double magnitude = std::max(std::abs(facts.interval.low[c]), std::abs(facts.interval.high[c]));
        limits[channels == 1 ? 0 : c].lower(kLargestState / (magnitude * f), op, "sum", kLargestState);
      });
    }
    for (auto &[op, neuron] : graph.neurons) {
      auto [group, factor] = graph.resolve(op->getOperand(0));
      if (group != root)
        continue;
      ValueFacts in = graph.lookup(op->getOperand(0));
      Channels bias = in.bias.value_or(Channels(0.0));
      addTo(bias, neuron.shift);
      int64_t axis = std::max(bias.axis, neuron.threshold.axis);
      Interval current = alongAxis(in.interval, axis < 0 ? in.interval.low.axis : axis);
      SmallVector<const Channels *> each = {&current.low, &current.high, &bias, &neuron.threshold};
      forEachChannel(channels, each, [&, f = factor, op = op, &neuron = neuron](size_t c) {
        Limit &limit = limits[channels == 1 ? 0 : c];
        double low = current.low[c], high = current.high[c], threshold = neuron.threshold[c];
        double bound =
            neuron.boundMembrane(low + bias[c], high + bias[c], threshold, cast<NeuronOp>(op).getTimeSteps());
        limit.lower(kLargestCurrent / (std::max(std::abs(low), std::abs(high)) * f), op, "current", kLargestCurrent);
        limit.lower(kLargestCurrent / (bound * f), op, "membrane", kLargestCurrent);
        limit.lower(kLargestBias / (std::abs(bias[c]) * f * (1 << kAlign)), op, "bias", kLargestBias);
        if (bound >= threshold) // else it never fires
          limit.lower(kLargestThreshold / (threshold * f), op, "threshold", kLargestThreshold);
      });
    }
    for (Limit &limit : limits)
      limit.scale *= shrink.lookup_or(root, 1.0);
    return limits;
  }

  static void forEachChannel(size_t count, ArrayRef<const Channels *> all, function_ref<void(size_t)> body) {
    for (const Channels *channels : all)
      count = std::max(count, channels->size());
    for (size_t c = 0; c < count; ++c)
      body(c);
  }

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
      if (graph.byChannel.contains(root))
        channels = synapse.outputs;
      size_t depth = synapse.source.weights.size() / channels;
      for (size_t row = 0; row < channels; ++row)
        member.best.push_back(chooseScale(synapse.source.weights.data() + row * depth, depth, bits) / member.perScale);
      members.push_back(std::move(member));
    }
    std::vector<Limit> limits = getLimits(root, channels);
    if (channels == 1)
      leaveRoom(root, members, limits[0]);
    plan.scales[root] = channels > 1 ? chooseByChannel(members.front(), limits) : chooseForAll(members, limits[0]);
    if (failed(chooseGains(root, limits[0])))
      return failure();
    for (Member &member : members)
      if (failed(roundWeights(member, root, limits)))
        return failure();
    deciding.erase(root);
    return success();
  }

  /// Currents that other synapses read share the bits of the sums behind those: each gets as many weight levels as the
  /// other, if there are not enough for all levels of both.
  void leaveRoom(unsigned root, ArrayRef<Member> members, Limit &limit) {
    double finest = 0, highest = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
    for (const Member &member : members)
      finest = std::max(finest, member.best[0]);
    for (auto &[op, next] : graph.synapses) {
      auto [group, factor] = graph.resolve(next.input());
      if (group != root || finest == 0)
        continue;
      // What one level of either makes of the worst input.
      double own = finest * factor * graph.lookup(next.input()).interval.magnitude() / highest;
      double behind = getLargestGain(next.source, next.outputs);
      unsigned target = graph.resolve(op->getResult(0)).first;
      bool fires = llvm::any_of(graph.neurons,
                                [&](auto &entry) { return graph.resolve(entry.first->getOperand(0)).first == target; });
      double largest = fires ? kLargestCurrent : kLargestState, levels = largest / (own * behind);
      limit.lower(finest * std::max(std::sqrt(levels), levels / highest) / highest, op, "sum", largest);
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
      } else if (!op) {
        integers[value] = facts.interval;
      } else if (auto synapse = plan.synapses.find(op); synapse != plan.synapses.end()) {
        const Synapse &source = graph.synapses.find(op)->second;
        integers[value] = boundSynapse(synapse->second.numbers, source.outputs, integers[source.input()], source.axis);
      } else {
        SmallVector<Interval> in;
        for (OpOperand &operand : op->getOpOperands())
          if (auto known = integers.find(operand.get()); known != integers.end())
            in.push_back(scaled(known->second, plan.getGain(operand)));
        integers[value] = in.size() < 2 && isa<AddOp>(op) ? in.front() : boundOp(op, in, Numbers::integer);
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
    shrink[root] = shrink.lookup_or(root, 1.0) * ratio * 0.999;
    fits = false;
    return success();
  }

  LogicalResult makeNeuron(Operation *op, const SourceNeuron &neuron, const Interval &ofCurrent, bool &fits) {
    Value input = op->getOperand(0);
    ValueFacts facts = graph.lookup(input);
    std::vector<double> scales = plan.getScale(graph, input);
    int64_t steps = cast<NeuronOp>(op).getTimeSteps();
    bool known = graph.resolve(input).first == 0;
    NeuronPlan result;
    if (known)
      chooseGain(result, neuron, ofCurrent.magnitude(), steps);
    Channels bias = facts.bias.value_or(Channels(0.0));
    addTo(bias, neuron.shift);
    // One channel axis at most, which all that is not uniform runs along.
    int64_t axis = std::max({bias.axis, neuron.threshold.axis, scales.size() > 1 ? ofCurrent.low.axis : int64_t(-1)});
    size_t count = std::max({bias.size(), neuron.threshold.size(), scales.size()});
    Interval current = alongAxis(ofCurrent, count > 1 ? axis : -1);
    for (Channels *channels : {&result.scale, &result.threshold, &result.bias})
      *channels = Channels(std::vector<double>(count), count > 1 ? axis : -1);
    bool soft = neuron.reset == ResetKind::soft;
    result.fire = soft ? neuron.fire : FireRule::gt;
    std::optional<unsigned> digits = neuron.getFractionBits();
    bool hasDigits = digits && result.gain >= *digits * (steps - 1);
    double chipKeep = 1 - static_cast<double>(neuron.getDecay()) / 4096, ratio = 1;
    for (size_t c = 0; c < count; ++c) {
      double scale = scales[scales.size() == 1 ? 0 : c] * std::ldexp(1.0, result.gain);
      double exact = neuron.threshold[c] * scale, unit = std::ldexp(1.0, result.gain);
      double added = bias[c] * scale * (1 << kAlign), threshold = std::rint(exact);
      // "At least zero" is "above zero" of one more.
      added = roundBias(neuron.threshold[c] == 0 && neuron.fire == FireRule::ge ? std::rint(added) + 1 : added);
      // Where membranes are whole units, "at least n" is "above n - 1", and nearly so where spikes are added to
      // currents and alone may reach the threshold; elsewhere equality has no weight.
      if (!soft && added == 0 && (known ? hasDigits || result.gain > 0 : graph.hasShortcut(input)))
        threshold = neuron.fire == FireRule::ge ? std::ceil(exact) - 1 : std::floor(exact);
      SourceNeuron chip = neuron;
      chip.keep = chipKeep;
      double low = current.low[c] * unit + added / (1 << kAlign), high = current.high[c] * unit + added / (1 << kAlign);
      double membrane = chip.boundMembrane(low, high, threshold, steps);
      if (membrane < threshold)
        threshold = std::min(threshold, kLargestThreshold); // it never fires, whatever the threshold
      result.scale.values[c] = scale;
      result.threshold.values[c] = std::max(0.0, threshold);
      result.bias.values[c] = added;
      result.worstCurrent = std::max({result.worstCurrent, -current.low[c] * unit, current.high[c] * unit});
      result.worstMembrane = std::max(result.worstMembrane, membrane);
      ratio =
          std::min({ratio, kLargestCurrent / membrane, kLargestThreshold / threshold, kLargestBias / std::abs(added)});
      result.exact = known && (c == 0 || result.exact) && (!soft || threshold == exact);
    }
    result.exact &= neuron.isExact && hasDigits && bias.least() == 0 && bias.most() == 0;
    ratio = std::min(ratio, kLargestCurrent / result.worstCurrent);
    if (ratio < 1)
      return shrinkGroup(input, ratio, fits, op, result.worstMembrane);
    plan.neurons[op] = std::move(result);
    return success();
  }

  /// The power of two that makes membranes of known integers exact, as far as it fits.
  void chooseGain(NeuronPlan &result, const SourceNeuron &neuron, double magnitude, int64_t steps) {
    std::optional<unsigned> digits = neuron.getFractionBits();
    int64_t wanted = digits ? static_cast<int64_t>(*digits) * (steps - 1) : kInexactGain;
    double membrane = neuron.boundMembrane(-magnitude, magnitude, magnitude, steps);
    double room = kLargestCurrent / std::max({membrane, neuron.threshold.most(), 1e-30});
    double most = std::min(std::floor(std::log2(room)), std::floor(std::log2(kLargestGain)));
    result.gain = static_cast<int>(std::clamp<double>(most, 0.0, static_cast<double>(wanted)));
  }

  const ScaleGraph &graph;
  int64_t bits;
  Plan plan;
  llvm::DenseMap<Operation *, int> exponents;
  llvm::SmallDenseSet<unsigned> deciding;
  llvm::DenseMap<unsigned, double> shrink; ///< by how much scales had to be smaller in earlier attempts
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
