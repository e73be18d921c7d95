// SPDX-License-Identifier: Apache-2.0
// The chip's structures under a short name.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_CHIP_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_CHIP_H

#include "spike/Chip/Limits.h"

namespace mlir::spike::onchip {
namespace chip = ::spike::chip;
}

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_CHIP_H
