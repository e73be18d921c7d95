// SPDX-License-Identifier: Apache-2.0
// How attention is multiplied, by what it takes of a chip: the order of its three factors, and how many chip steps a
// product may take.
#include "spike/Conversion/SpikeToLoihi.h"

#include "SerialProducts.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Dialect/Spike/Transforms/Reassociation.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// What products take, as f64: dimensions may be large.
struct ChipCost {
  double neurons = 0, synapses = 0;
  int64_t chipSteps = 0;

  ChipCost operator+(const ChipCost &other) const {
    return {neurons + other.neurons, synapses + other.synapses, chipSteps + other.chipSteps};
  }
  bool operator<(const ChipCost &other) const {
    return std::tuple(neurons, synapses, chipSteps) < std::tuple(other.neurons, other.synapses, other.chipSteps);
  }
};

/// Of `batch` products [m, k] x [k, n] in up to `most` chip steps each. A neuron has two synapses, and one into its
/// sum.
ChipCost multiply(double batch, double m, int64_t k, double n, int64_t most) {
  int64_t chunks = countChunks(k, most), substeps = countSubsteps(k, chunks);
  double neurons = m * n * chunks;
  if (substeps == 1)
    return {batch * neurons, batch * 3 * neurons, 1};
  // Besides, a neuron for each row and column that sends its elements one after the other.
  return {batch * (neurons + (m + n) * chunks), batch * (3 * neurons + (m + n) * k), substeps + 1};
}

/// Of a sum between two products, which neurons send that add up what several of a product send.
ChipCost sum(double neurons, int64_t k, int64_t most) {
  return countChunks(k, most) == 1 && k > 1 ? ChipCost{} : ChipCost{neurons, 0, 1};
}

ChipCost multiply(const ProductChain &chain, bool left, int64_t most) {
  // Time comes first, and takes no neurons.
  int64_t timeAxes = chain.a.shape().size() > 2;
  double batch = 1;
  for (int64_t size : chain.a.shape().drop_back(2).drop_front(timeAxes))
    batch *= size;
  int64_t m = chain.a.rows(), k = chain.b.rows(), n = chain.b.columns(), p = chain.c.columns();
  if (left)
    return multiply(batch, m, k, n, most) + sum(batch * m * n, k, most) + multiply(batch, m, n, p, most);
  return multiply(batch, k, n, p, most) + sum(batch * k * p, n, most) + multiply(batch, m, k, p, most);
}

ChipCost multiply(MatmulOp op, int64_t most) {
  ArrayRef<int64_t> shape = op.getType().getShape();
  double batch = 1;
  for (int64_t size : shape.drop_back(2).drop_front(shape.size() > 2))
    batch *= size;
  Factor lhs{op.getLhs(), op.getTransposeLhs()};
  return multiply(batch, shape[shape.size() - 2], lhs.columns(), shape.back(), most);
}

void print(InFlightDiagnostic &remark, const ChipCost &cost) {
  remark << static_cast<int64_t>(cost.neurons) << " neurons and " << static_cast<int64_t>(cost.synapses)
         << " synapses in " << cost.chipSteps << " chip steps";
}

/// The products of a function.
class Products {
public:
  explicit Products(func::FuncOp function) : function(function) {
    function.walk([&](MatmulOp op) { products.push_back(op); });
    // Whatever else a time step has an element of its own for becomes about as many neurons.
    function.walk([&](Operation *op) {
      if (isa<NeuronOp, MaskOp, PoolOp>(op))
        for (Type type : op->getResultTypes())
          others += cast<RankedTensorType>(type).getNumElements() /
                    std::max<int64_t>(1, cast<RankedTensorType>(type).getDimSize(0));
    });
  }

  bool empty() const { return products.empty(); }
  /// Neurons of the whole network, about.
  double countNeurons(int64_t most);
  void chooseOrder(int64_t most);

private:
  func::FuncOp function;
  SmallVector<MatmulOp> products;
  double others = 0;
};

double Products::countNeurons(int64_t most) {
  double neurons = others;
  llvm::SmallDenseSet<Operation *> chained;
  Reassociation chains(function);
  for (MatmulOp op : products)
    chains.run(op, [&](const ProductChain &chain) {
      neurons += std::min(multiply(chain, true, most), multiply(chain, false, most)).neurons;
      for (MatmulOp member : {chain.inner, op})
        chained.insert(member);
      return chain.leftFirst;
    });
  for (MatmulOp op : products)
    if (!chained.contains(op))
      neurons += multiply(op, most).neurons;
  return neurons;
}

void Products::chooseOrder(int64_t most) {
  Reassociation reassociation(function);
  for (MatmulOp op : products)
    reassociation.run(op, [&](const ProductChain &chain) {
      ChipCost left = multiply(chain, true, most), right = multiply(chain, false, most);
      bool isLeft = chain.leftFirst ? !(right < left) : left < right;
      InFlightDiagnostic remark = emitRemark(op.getLoc())
                                  << "attention is multiplied as " << (isLeft ? "(A B) C" : "A (B C)")
                                  << (most == 1 ? ", with a neuron for each pair of factors: "
                                                : ", pairs of factors one after the other: ");
      print(remark, isLeft ? left : right);
      remark << "; " << (isLeft ? "A (B C)" : "(A B) C") << " takes ";
      print(remark, isLeft ? right : left);
      return isLeft;
    });
}

/// Of the board, half are left to what the mapping cannot use: axons and lists of synapses fill cores, too.
double getRoom(const ::spike::chip::Limits &limits) {
  constexpr double kUsable = 0.5;
  double neurons = static_cast<double>(limits.chips) * limits.coresPerChip * limits.neuronsPerCore;
  return neurons > 0 ? kUsable * neurons : HUGE_VAL;
}

} // namespace

FailureOr<int64_t> mlir::spike::chooseAttention(func::FuncOp function, const ::spike::chip::Limits &limits,
                                                AttentionForm form) {
  Products products(function);
  if (products.empty())
    return 1;
  constexpr int64_t kMost = 64; // delays 0 to 63
  int64_t most = limits.delay > 0 ? std::min(kMost, limits.delay + 1) : kMost;
  if (!limits.programs || form == AttentionForm::parallel) {
    if (form == AttentionForm::serial)
      return function.emitOpError(
                 "multiplies activations one after the other, which takes neuron programs, and target '")
             << limits.name << "' has none; choose a target that has them, or attention=parallel";
    most = 1;
  } else if (form == AttentionForm::automatic) {
    int64_t fewest = 1;
    while (fewest < most && products.countNeurons(fewest) > getRoom(limits))
      fewest = std::min(2 * fewest, most);
    if (fewest > 1)
      emitRemark(function.getLoc()) << "products of activations take up to " << fewest << " chip steps each: the "
                                    << "network has about " << static_cast<int64_t>(products.countNeurons(fewest))
                                    << " neurons so, " << static_cast<int64_t>(products.countNeurons(1))
                                    << " with one step each, and target '" << limits.name << "' has "
                                    << limits.chips * limits.coresPerChip * limits.neuronsPerCore;
    most = fewest;
  }
  products.chooseOrder(most);
  return most;
}
