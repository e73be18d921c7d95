/* SPDX-License-Identifier: Apache-2.0 */
/* C interface of the runtime that compiled code calls. No MLIR here. */
#ifndef SPIKE_RUNTIME_RUNTIME_H
#define SPIKE_RUNTIME_RUNTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outputs per block of a packed f32 weight. */
#define SPIKE_RT_BLOCK 64

/* Packed digit planes: [outputs / 16][blocks of 64 inputs][planes][64 / 4 groups][16 outputs][4 inputs] of signed
   bytes, padded with zeros. A weight is (d0 + 256 d1 + 65536 d2) * scale[output], with as many digits as there are
   planes, at most three. */
#define SPIKE_RT_PLANES 3
#define SPIKE_RT_PLANE_OUTPUTS 16
#define SPIKE_RT_PLANE_DEPTH 64

/* The inputs of an output come in kernel_height segments of `segment` inputs. Where that adds little, each of them is
   padded to whole blocks of SPIKE_RT_PLANE_DEPTH, so that a block never reads from two lines of an image; else all of
   them together are. These are the segments that are padded, and all blocks. */
static inline int64_t spike_rt_plane_segments(int64_t kernel_height, int64_t segment) {
  int64_t depth = SPIKE_RT_PLANE_DEPTH, together = (kernel_height * segment + depth - 1) / depth;
  return 10 * kernel_height * ((segment + depth - 1) / depth) <= 13 * together ? kernel_height : 1;
}
static inline int64_t spike_rt_plane_blocks(int64_t kernel_height, int64_t segment) {
  int64_t segments = spike_rt_plane_segments(kernel_height, segment), depth = SPIKE_RT_PLANE_DEPTH;
  return segments * ((kernel_height / segments * segment + depth - 1) / depth);
}
/* Weights of convolutions with groups, in blocks of as many outputs: [outputs / 16][KH][KW][channels per group][16] of
   f32; or, with a scale, [outputs / 16][KH][pairs][2][16][2] of 16 bits: a weight is (h0 + 4096 h1) * scale[output]
   with h0 from -2048 to 2047; pairs are of channels, or of taps in a row where a group has one channel. */
#define SPIKE_RT_LANES 16

/* Element types of activations; integers hold non-negative values. */
enum spike_rt_type { SPIKE_RT_F32 = 0, SPIKE_RT_U8 = 1, SPIKE_RT_U16 = 2, SPIKE_RT_U32 = 3 };

/* Neurons that a fused neuron function computes at a time, and the elements from one time step to the next: those of
   a tile of 32 rows times 16 outputs. */
#define SPIKE_RT_NEURONS 128
#define SPIKE_RT_TILE 512

/* Turns SPIKE_RT_NEURONS currents of every step, SPIKE_RT_TILE apart, into as many outputs; every neuron starts anew.
 */
typedef void (*spike_rt_neuron)(const float *currents, uint8_t *outputs);

/* Geometry of a contraction; a linear layer is a 1x1 convolution over an image of one row. */
struct spike_rt_conv_args {
  const void *input;      /* [images, height, width, channels] of input_type */
  const void *weight;     /* packed f32; if there is a scale digit planes, or pairs; see the kernel dialect */
  const float *scale;     /* null, or [outputs rounded up to 16], powers of two */
  const float *bias;      /* [outputs] or null */
  void *output;           /* [images, out_height, out_width, outputs] of f32, or of bytes behind a neuron */
  spike_rt_neuron neuron; /* null, or with a scale: the images are `steps` times one population */
  int64_t steps;
  int64_t input_type, binary;
  int64_t groups; /* more than one: see SPIKE_RT_LANES */
  int64_t exact;  /* f32 weights: sum in f64 and round at the end */
  int64_t narrow; /* digit planes: every sum of integer weights that inputs can make fits 32 bits */
  int64_t planes; /* of digits, 1 to 3 */
  int64_t images, height, width, channels, outputs, out_height, out_width;
  int64_t kernel[2], strides[2], padding[2], dilations[2];
  /* Digit planes: maxima of the currents over windows, before the neuron; the output is then [images, pooled_height,
     pooled_width, outputs]. A pool_kernel of 0 is none. */
  int64_t pool_kernel[2], pool_strides[2], pool_padding[2], pooled_height, pooled_width;
};

struct spike_rt_matmul_args {
  const void *lhs, *rhs;
  void *output;
  int64_t lhs_type, rhs_type, output_type;
  int64_t batch, m, n, k, transpose_lhs, transpose_rhs;
};

/* Maximum over windows, see kernel.pool. */
struct spike_rt_pool_args {
  const void *input;      /* [images, height, width, channels] of input_type: f32 or bytes */
  void *output;           /* [images, out_height, out_width, channels] of the same type, or of bytes behind a neuron */
  spike_rt_neuron neuron; /* null, or with f32: the images are `steps` times one population */
  int64_t steps;
  int64_t input_type, images, height, width, channels, out_height, out_width;
  int64_t kernel[2], strides[2], padding[2], dilations[2];
};

/* Where a matrix lies: element (step, outer, outer, row, column) at offset + the sum of index times stride. */
struct spike_rt_view {
  int64_t offset, strides[5];
};

/* Attention over spikes, see kernel.attention: (left * right) * last, times a scale, then neurons over the steps. */
struct spike_rt_attention_args {
  const uint8_t *left, *right, *last;
  uint8_t *output;
  spike_rt_neuron neuron;
  int64_t steps, outer[2], m, k, n, j;
  struct spike_rt_view left_view, right_view, last_view, output_view;
  int64_t scale; /* the bits of an f32 */
};

/* Contractions. Kernels of f32 weights add the same products in the same order, those of digit planes and pairs
   add integers: the result depends neither on the machine nor on the number of threads. Inputs of digit planes are
   integers of 0 to 255, those of pairs bytes. */
void spike_rt_conv(const struct spike_rt_conv_args *args);
void spike_rt_matmul(const struct spike_rt_matmul_args *args);
void spike_rt_pool(const struct spike_rt_pool_args *args);
void spike_rt_attention(const struct spike_rt_attention_args *args);

/* Calls body(frame, begin, end) over [0, extent) in pieces of at most `grain`, on the threads of the calling run. */
typedef void (*spike_rt_body)(void *frame, int64_t begin, int64_t end);
void spike_rt_parallel_for(spike_rt_body body, void *frame, int64_t extent, int64_t grain);

/* Where the calling thread's next runs write the time in nanoseconds at which each piece of work begins; null for none.
 */
void spike_rt_set_stamps(int64_t *stamps);
void spike_rt_stamp(int64_t index);

/* Number of threads that the calling thread's next runs use (at least one). */
void spike_rt_set_num_threads(int64_t threads);
int64_t spike_rt_get_num_threads(void);

/* Sets round-to-nearest without flush-to-zero on this thread and returns the former state. */
uint32_t spike_rt_enter_fp_mode(void);
void spike_rt_leave_fp_mode(uint32_t state);

/* Rates that the calling thread's runs cannot exceed, measured in a moment: products of 24-bit weights per second in
   digit planes, and bytes per second read from beyond the second-level cache. */
double spike_rt_measure_products(void);
double spike_rt_measure_reading(void);

/* Name of the instruction set that the contraction kernels use on this machine. SPIKE_RT_ISA=baseline|avx2|avx512 in
   the environment restricts the choice, and
   SPIKE_RT_PLANES=baseline|avx2|avxvnni|avx512|avx512vnni|amx|neondot|neoni8mm that of digit planes.
   SPIKE_RT_FORM=dense|events|tables fixes how these come to their sums, which is otherwise a matter of the inputs and
   of costs measured on the machine. */
const char *spike_rt_isa(void);
const char *spike_rt_planes_isa(void);

#ifdef __cplusplus
}
#endif

#endif /* SPIKE_RUNTIME_RUNTIME_H */
