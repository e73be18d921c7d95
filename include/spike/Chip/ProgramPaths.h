// SPDX-License-Identifier: Apache-2.0
// What holds on every way through a neuron program. Jumps lead forward, so one pass from the end tells.
#ifndef SPIKE_CHIP_PROGRAMPATHS_H
#define SPIKE_CHIP_PROGRAMPATHS_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// The most `spike` instructions that one run can pass.
int32_t countSpikes(const Program &program);
/// Whether every run reads, and so clears, the accumulator of a port.
bool alwaysReads(const Program &program, int32_t port);

} // namespace spike::chip

#endif // SPIKE_CHIP_PROGRAMPATHS_H
