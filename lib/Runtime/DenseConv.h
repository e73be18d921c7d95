// SPDX-License-Identifier: Apache-2.0
// Convolutions of real inputs, few of which are zero.
#ifndef SPIKE_LIB_RUNTIME_DENSECONV_H
#define SPIKE_LIB_RUNTIME_DENSECONV_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// Computes a convolution without groups and digit planes if multiplying all inputs is the faster way to the same bits;
/// returns whether it did.
bool runDense(const spike_rt_conv_args &args);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_DENSECONV_H
