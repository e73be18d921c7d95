// SPDX-License-Identifier: Apache-2.0
// The phases of mapping a network to a chip. docs/loihi-passes.md gives the reasons.
#ifndef LOIHI_PASSES
#define LOIHI_PASSES

include "mlir/Pass/PassBase.td"

class Loihi_Pass<string name> : Pass<name, "::mlir::spike::loihi::NetworkOp">;

def VerifyLoihiPhasePass : Loihi_Pass<"verify-loihi-phase"> {
  let summary = "Check that a network keeps the rules of its phase, and the limits of its target";
  let description = [{
    Every rule of `docs/loihi.md` is checked at once: reach of views and windows, ranges of weights and parameters, sums
    that stay within 32 bits, and, from the phase on that needs it, a balanced schedule, slices that cover every
    population once, the memory of every core, and places within the mesh. The error is at the op that breaks a rule. It
    changes nothing.

    With `scheduled` an unmapped network must have a balanced schedule, too.
  }];
  let options = [Option<"scheduled", "scheduled", "bool", "false", "expect a schedule of an unmapped network">];
}

def LoihiSchedulePass : Loihi_Pass<"loihi-schedule"> {
  let summary = "Balance the delays of all paths";
  let description = [{
    Every population starts as soon as the longest path to it allows; one that no projection leads to starts as late as
    its readers allow. The rest of each path becomes the delay of its projection. What exceeds the target's delay is spent
    in relays of the source, which its projections share. A remark says how many chip steps an inference takes.

    ```mlir
    loihi.projection @skip from @a to @c ...
    // becomes, where the other way from @a to @c leads through one population
    loihi.projection @skip from @a to @c delay 1 ...
    ```
  }];
}

def LoihiPartitionPass : Loihi_Pass<"loihi-partition"> {
  let summary = "Cut populations into slices, and gather slices on cores";
  let description = [{
    Every core keeps the target's limits of neurons, synapses, axons and memory. The phase becomes `partitioned`. What
    does not fit is an error that names the population, the limit and both numbers.

    ```mlir
    loihi.core {
      loihi.slice @conv positions 0 to 32 channels 0 to 12
    }
    ```
  }];
  let options = [
    Option<"objective", "objective", "Objective", "::spike::chip::Objective::minimizeCommunication",
      "what cores are chosen for", [{::llvm::cl::values(
        clEnumValN(::spike::chip::Objective::minimizeCommunication, "minimize_communication",
                   "fewest messages between cores"),
        clEnumValN(::spike::chip::Objective::minimizeLatency, "minimize_latency", "the busiest core has least to do"),
        clEnumValN(::spike::chip::Objective::balance, "balance", "no more cores than needed, their load evened out"))}]>,
    Option<"seed", "seed", "unsigned", "1", "seed of what is drawn at random">,
    Option<"cores", "cores", "int64_t", "0", "most cores to use; 0 for all of the board">
  ];
}

def LoihiPlacePass : Loihi_Pass<"loihi-place"> {
  let summary = "Give every core a chip and a place on its mesh";
  let description = [{
    Places are chosen such that messages times hops are few. The phase becomes `placed`.

    ```mlir
    loihi.core at <chip = 0, x = 3, y = 4> {
    ```
  }];
  let options = [
    Option<"seed", "seed", "unsigned", "1", "seed of what is drawn at random">,
    Option<"chips", "chips", "int64_t", "0", "chips to spread over; 0 for as few as hold the cores">
  ];
}

def LoihiRoutePass : Loihi_Pass<"loihi-route"> {
  let summary = "Work out what travels over every link, and close the mapping";
  let description = [{
    Messages travel along x first, then along y, so routes follow from places. The phase becomes `routed`: every table of
    axons fits its core. A remark gives the cores, the messages, their hops and the busiest link and core.
  }];
}

#endif // LOIHI_PASSES
