// SPDX-License-Identifier: Apache-2.0
// Programs of integers: the pass that makes them, and their contract.
#ifndef SPIKE_QUANTIZATION
#define SPIKE_QUANTIZATION

include "spike/Dialect/Spike/Transforms/PassBase.td"

def QuantizePass : Spike_Pass<"spike-quantize"> {
  let summary = "Turn a program of real numbers into one of integers";
  let description = [{
    Post-training quantisation to the numbers of a neuromorphic chip (docs/loihi.md, "Quantised programs"). Every value
    becomes an integer `q` that stands for `q / scale`, still held in f32:

    - each input is rounded by `spike.quantize` with its element of `input-scales`, `input-lows` and `input-highs`;
    - weights become integers `m * 2^e`, `m` of `bits` bits and `e` common to the layer, with a scale for each output
      channel (`granularity=channel`, where the currents go to neurons only) or layer. The scale is the one with the
      least squared error, made smaller where sums of the worst input would not fit 24 bits;
    - currents that are added share one scale; spikes and counts that are added to them are multiplied by it;
    - a constant factor and the divisor of a mean become part of the scale; means become sums;
    - biases move behind max pools and additions into the neurons that read the currents;
    - a constant product of channels becomes part of weights or thresholds;
    - IF, LIF, PLIF, Leaky, Threshold and MultiSpike neurons become `#spike.fixed_lif`; a currents' gain goes into the
      threshold. Where range
      analysis proves a neuron exact (attention), its current is multiplied so that the integers give the same spikes;
    - an output is divided by its scale at the end.

    Anything else is refused: the error names the layer and what is supported. With `host-fallback` it stays as it is,
    in real numbers, for the host to compute, and so does what reads its real numbers; the attribute `spike.host` marks
    the ops and says why. Before them, integers become real numbers; behind them, spikes and counts of neurons and codes
    enter the chip by a `spike.quantize` by 1.

    The function attribute `spike.quantization` reports the numbers chosen for each layer. Run it behind the stage
    `simplify`.

    ```mlir
    // before
    %y = spike.linear %s, %w, %b : (tensor<4x1x8xf32>, tensor<2x8xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
    %o = spike.neuron #spike.lif path "lif" (%y) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
    // after
    %y = spike.linear %s, %m : (tensor<4x1x8xf32>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
    %o = spike.neuron #spike.fixed_lif<dv = 2048> path "lif" (%y) params(threshold = %t, bias = %c) axis 2
        : (tensor<4x1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
    ```
  }];
  let options = [
    Option<"bits", "bits", "int64_t", "8", "bits of a weight, its sign included: 8, 6 or 4">,
    Option<"granularity", "granularity", "std::string", "\"channel\"", "one scale for each output `channel` or `layer`">,
    ListOption<"inputScales", "input-scales", "double", "units of 1.0 for each real input">,
    ListOption<"inputLows", "input-lows", "int64_t", "smallest integer of each real input">,
    ListOption<"inputHighs", "input-highs", "int64_t", "largest integer of each real input">,
    Option<"hostFallback", "host-fallback", "bool", "false", "leave to the host what integers cannot express">];
}

def RepeatInputsPass : Spike_Pass<"spike-repeat-inputs"> {
  let summary = "Repeat inputs in time, not what is computed from them";
  let description = [{
    The opposite of `spike-hoist-time-invariant`: `spike.repeat_time` moves from a computed value to the operands it is
    computed from, until it stands behind an input. On a chip every population runs at every time step, so nothing is
    gained by computing a value once. An op that does not treat its first axis as a batch, and a value that something
    else reads as well, keep the repetition behind them.

    ```mlir
    // before
    %0 = spike.linear %x, %w : (tensor<1x8xf32>, tensor<3x8xf32>) -> tensor<1x3xf32>
    %1 = spike.repeat_time %0 : tensor<1x3xf32> -> tensor<4x1x3xf32>
    // after
    %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
    %1 = spike.linear %0, %w : (tensor<4x1x8xf32>, tensor<3x8xf32>) -> tensor<4x1x3xf32>
    ```
  }];
}

def VerifySpikeQuantizedPass : Spike_Pass<"verify-spike-quantized"> {
  let summary = "Check that a program is one of integers";
  let description = [{
    Follows `spike-quantize`. Beyond `verify-spike-contract`:
    1. only the ops of docs/loihi.md, "Quantised programs", occur;
    2. every weight is `m * 2^e` with `m` of 8 bits and one `e >= 0` for the layer, every bias an integer;
    3. every neuron is a `#spike.fixed_lif` that starts at zero; thresholds and biases have the chip's formats;
    4. range analysis proves every value up to the outputs to be an integer, and every current times `2^align` to fit
       24 bits;
    5. ops that `spike.host` marks are free of these rules; what they give to others goes through a `spike.quantize`.

    Every violation is an error. Nothing is changed.

    ```mlir
    // refused: a neuron of real numbers
    %s = spike.neuron #spike.if path "if" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
    ```
  }];
}

def OutlineHostPass : Spike_Pass<"spike-outline-host"> {
  let summary = "Cut a quantised program into parts of the chip and of the host";
  let description = [{
    Follows `spike-quantize` with `host-fallback`. A function with ops that `spike.host` marks becomes private functions
    `@<name>_host<k>` and `@<name>_chip<k>`, in the order in which they run: host part `k` before pass `k` of the chip.
    Arguments and results of the same `spike.name` are the same values: `input<i>` and `output<i>` of the program, and
    `cut<n>` between parts. What a chip part reads from an earlier pass goes through the host, as integers. Results with
    a `spike.path` are the trains of the host's neurons. Other functions stay as they are.

    Remarks say which ops the host computes, why, and how many values cross in each inference.

    ```mlir
    // before
    %q = spike.neuron #spike.qif path "qif" (%r) {spike.host = "..."} : (tensor<4x1x5xf32>) -> tensor<4x1x5xf32>
    // after
    func.func private @main_host1(%r: tensor<4x1x5xf32> {spike.name = "cut0", spike.time_axis})
        -> (tensor<4x1x5xf32> {spike.path = "qif"}, tensor<4x1x5xf32> {spike.name = "cut1"})
        attributes {spike.host_layers = {qif = "it is ..."}, spike.part_of = "main", spike.pass = 1 : i64}
    ```
  }];
}

#endif // SPIKE_QUANTIZATION
