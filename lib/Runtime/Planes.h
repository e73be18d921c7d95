// SPDX-License-Identifier: Apache-2.0
// Contractions over digit planes.
#ifndef SPIKE_LIB_RUNTIME_PLANES_H
#define SPIKE_LIB_RUNTIME_PLANES_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// A convolution whose weight is packed in digit planes.
void runPlanes(const spike_rt_conv_args &args);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANES_H
