// SPDX-License-Identifier: Apache-2.0
// The sum that linear, conv and matmul share.
#ifndef SPIKE_LIB_INTERPRETER_CONTRACTION_H
#define SPIKE_LIB_INTERPRETER_CONTRACTION_H

#include "Frame.h"
#include <cmath>

namespace mlir::spike {

/// One input of a sum of products: its value, and where its weight lies relative to the output's weights.
struct Term {
  float value;
  int64_t weight;
};

/// Whether the terms of zero inputs may be left out: with finite weights they add zero, and a sum that starts at +0 is
/// never -0, so leaving them out changes nothing.
inline bool areFinite(ArrayRef<float> weights) {
  return llvm::all_of(weights, [](float w) { return std::isfinite(w); });
}

/// The sum from zero in the order of the terms, each product and each sum rounded on its own.
inline float sumProducts(ArrayRef<Term> terms, const float *weights) {
  float sum = 0.0f;
  for (const Term &term : terms) {
    float product = term.value * weights[term.weight];
    sum = sum + product;
  }
  return sum;
}

/// The same in f64, with the bias, rounded to f32 at the end.
inline float sumExactly(ArrayRef<Term> terms, const float *weights, float bias) {
  double sum = 0.0;
  for (const Term &term : terms) {
    double product = static_cast<double>(term.value) * weights[term.weight];
    sum = sum + product;
  }
  return static_cast<float>(sum + bias);
}

/// One output of a synapse: the sum as `exact` says, and the bias if there is one.
inline float sumSynapses(ArrayRef<Term> terms, const float *weights, const float *bias, bool exact) {
  if (exact)
    return sumExactly(terms, weights, bias ? *bias : 0.0f);
  float sum = sumProducts(terms, weights);
  return bias ? sum + *bias : sum;
}

} // namespace mlir::spike

#endif // SPIKE_LIB_INTERPRETER_CONTRACTION_H
