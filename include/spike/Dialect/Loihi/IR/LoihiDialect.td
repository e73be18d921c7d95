// SPDX-License-Identifier: Apache-2.0
// The `loihi` dialect: a network of neurocores, from populations and projections to places on chips.
#ifndef LOIHI_DIALECT
#define LOIHI_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/DialectBase.td"

def Loihi_Dialect : Dialect {
  let name = "loihi";
  let cppNamespace = "::mlir::spike::loihi";
  let summary = "Networks of populations and projections on neurocores";
  let description = [{
    One `loihi.network` holds populations of neurons, projections of synapses between them, the programs that neurons
    run, what the host sends and reads, and, once mapped, the cores and chips that all of it lies on. It is the text form
    of `chip::Network` (`include/spike/Chip/Network.h`), into which it translates and back without loss. `docs/loihi.md`
    gives the meaning of every number; names of populations, projections and programs are symbols of the network.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Called where the attributes' storage is known.
    void registerAttributes();
  }];
}

#endif // LOIHI_DIALECT
