// SPDX-License-Identifier: Apache-2.0
// Convolutions of few channels per group.
#ifndef SPIKE_LIB_RUNTIME_DEPTHWISE_H
#define SPIKE_LIB_RUNTIME_DEPTHWISE_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// A convolution with more than one group, whose weight is packed for lanes.
void runGroups(const spike_rt_conv_args &args);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_DEPTHWISE_H
