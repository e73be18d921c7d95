// SPDX-License-Identifier: Apache-2.0
// How a sum of k products is spread over chip steps.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_SERIALPRODUCTS_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_SERIALPRODUCTS_H

#include "llvm/Support/MathExtras.h"

namespace mlir::spike {

/// Neurons that share a sum of k products, each of which adds up to `most` of them in as many steps.
inline int64_t countChunks(int64_t k, int64_t most) { return llvm::divideCeilSigned(k, most); }
/// The steps that so many neurons take.
inline int64_t countSubsteps(int64_t k, int64_t chunks) { return llvm::divideCeilSigned(k, chunks); }

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_SERIALPRODUCTS_H
