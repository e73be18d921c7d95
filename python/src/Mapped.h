// SPDX-License-Identifier: Apache-2.0
// From a module to the network that it holds. Apart from Job.h, where the namespace of chips would hide the compiler's.
#ifndef SPIKE_PYTHON_MAPPED_H
#define SPIKE_PYTHON_MAPPED_H

#include "Job.h"

#include "spike/Chip/Network.h"

namespace spike_python {

/// The one network of a module that convert-spike-to-loihi made, as it is mapped by now. The job's mutex must be held.
Result<std::shared_ptr<::spike::chip::Network>> readChipNetwork(Module &module);

} // namespace spike_python

#endif // SPIKE_PYTHON_MAPPED_H
