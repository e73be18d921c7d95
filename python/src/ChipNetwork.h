// SPDX-License-Identifier: Apache-2.0
// Networks on a chip in Python: `ChipNetwork` is spike::chip::Network itself.
#ifndef SPIKE_PYTHON_CHIPNETWORK_H
#define SPIKE_PYTHON_CHIPNETWORK_H

#include "Python.h"

#include "spike/Chip/Network.h"

namespace spike_python {

/// Fields by their names: all, or without programs, populations and projections.
py::dict toDict(const spike::chip::Network &network, bool withParts = true);
/// Fields that are not given have their defaults. Raises ValueError or TypeError for what no field can hold.
spike::chip::Network fromDict(const py::dict &dict);

const char *getName(spike::chip::NeuronKind kind);
const char *getName(spike::chip::Encoding encoding);

} // namespace spike_python

#endif // SPIKE_PYTHON_CHIPNETWORK_H
