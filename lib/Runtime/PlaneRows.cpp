// SPDX-License-Identifier: Apache-2.0
// Rows of bytes for the kernels of digit planes.
#include "PlaneRows.h"

#include <algorithm>
#include <cstring>

using namespace spike_rt;

namespace {

/// Copies at least sixteen bytes in sixteens, the last of which may overlap: a call would cost more than that.
inline void copyBytes(uint8_t *to, const uint8_t *from, int64_t count) {
  constexpr int64_t unit = 16;
  if (count < unit) {
    std::memcpy(to, from, count);
    return;
  }
  for (int64_t i = 0; i + unit <= count; i += unit)
    std::memcpy(to + i, from + i, unit);
  std::memcpy(to + count - unit, from + count - unit, unit);
}

int64_t divideUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit; }

} // namespace

PlaneRows::PlaneRows(const spike_rt_conv_args &args)
    : a(args), segments(spike_rt_plane_segments(a.kernel[0], a.kernel[1] * a.channels)),
      segmentBlocks(spike_rt_plane_blocks(a.kernel[0], a.kernel[1] * a.channels) / segments),
      steps(a.neuron ? a.steps : 1), population(a.images * a.out_height * a.out_width / steps), form(chooseForm()) {
  int64_t rowBytes = segments * segmentBlocks * planeDepth;
  lineBytes = (a.out_width + a.kernel[1] - 1) * a.channels;
  stride = form == Form::gathered ? rowBytes : a.channels;
  // Two runs are multiplied together.
  unit = form == Form::lines ? a.out_width * (divideUp(a.out_width, planeStep) % 2 + 1) : planeRows;
  positionBytes = steps * (form == Form::lines ? divideUp(lineBytes, a.out_width) : stride);
  pieceBytes = form == Form::lines ? lineBytes : stride;
  int64_t segmentStride = form == Form::lines ? lineBytes : segmentBlocks * planeDepth;
  for (int64_t block = 0; block < segments * segmentBlocks; ++block)
    offsets.push_back(static_cast<int32_t>(block / segmentBlocks * segmentStride + block % segmentBlocks * planeDepth));
}

PlaneRows::Form PlaneRows::chooseForm() const {
  bool everyPixel = a.strides[0] == 1 && a.strides[1] == 1 && a.dilations[0] == 1 && a.dilations[1] == 1;
  bool single = a.kernel[0] * a.kernel[1] == 1;
  if (everyPixel && single && a.input_type == SPIKE_RT_U8 && a.padding[0] == 0 && a.padding[1] == 0 &&
      a.out_height == a.height && a.out_width == a.width && a.channels % planeDepth == 0)
    return Form::direct;
  // The last run of a line may be wasted in part.
  constexpr double maxWaste = 1.15;
  bool wide = static_cast<double>(divideUp(a.out_width, planeStep) * planeStep) <= maxWaste * a.out_width;
  if (everyPixel && !single && segments == a.kernel[0] && wide)
    return Form::lines;
  return Form::gathered;
}

int64_t PlaneRows::getPlace(Group group, int64_t line) const {
  int64_t first = getLine(group.first);
  // Each image has a border of its own.
  return line - first + (a.kernel[0] - 1) * (line / a.out_height - first / a.out_height);
}

int64_t PlaneRows::countBytes(Group group) const {
  // What is read behind the last row meets weights of zero, or is thrown away.
  int64_t behind = planeRows * stride + planeDepth;
  return countPieces(group) * pieceBytes + behind;
}

int64_t PlaneRows::countPieces(Group group) const {
  return form == Form::direct ? 0 : steps * (form == Form::lines ? countLines(group) : group.count);
}

void PlaneRows::fill(Group group, uint8_t *to, int64_t begin, int64_t end) const {
  for (int64_t piece = begin; piece < end; ++piece) {
    if (form == Form::lines)
      fillLine(group, piece, to + piece * lineBytes);
    else
      fillRow(piece / group.count * population + group.first + piece % group.count, to + piece * stride);
  }
  // The last line's block ends behind it. Its weights are zero there, but a large number left from another layer would
  // pass for an input of this one.
  if (end == countPieces(group) && !isDirect())
    std::memset(to + end * pieceBytes, 0, planeDepth);
}

RowsView PlaneRows::view(Group group, const uint8_t *filled) const {
  return {group, isDirect() ? static_cast<const uint8_t *>(a.input) : filled};
}

int64_t PlaneRows::countRuns(Group group) const {
  return form == Form::lines ? group.count / a.out_width * divideUp(a.out_width, planeStep)
                             : divideUp(group.count, planeStep);
}

Run PlaneRows::getRun(Group group, int64_t index) const {
  if (form != Form::lines)
    return {group.first + index * planeStep, std::min(planeStep, group.count - index * planeStep)};
  int64_t perLine = divideUp(a.out_width, planeStep), x = index % perLine * planeStep;
  return {group.first + index / perLine * a.out_width + x, std::min(planeStep, a.out_width - x)};
}

const uint8_t *PlaneRows::find(const RowsView &view, int64_t position) const {
  switch (form) {
  case Form::direct:
    return view.data + position * stride;
  case Form::gathered:
    return view.data + (position - view.group.first) * stride;
  case Form::lines:
    break;
  }
  return view.data + getPlace(view.group, getLine(position)) * lineBytes + position % a.out_width * stride;
}

int64_t PlaneRows::getStepBytes(const RowsView &view) const {
  return form == Form::direct     ? population * stride
         : form == Form::gathered ? view.group.count * stride
                                  : countLines(view.group) * lineBytes;
}

/// Copies `count` elements as bytes.
void PlaneRows::copy(uint8_t *to, int64_t from, int64_t count) const {
  if (a.input_type == SPIKE_RT_U8)
    return copyBytes(to, static_cast<const uint8_t *>(a.input) + from, count);
  const float *values = static_cast<const float *>(a.input) + from;
  for (int64_t i = 0; i < count; ++i)
    to[i] = static_cast<uint8_t>(values[i]);
}

/// A line of an image with what borders it on both sides; of zeros above the image and below.
void PlaneRows::fillLine(Group group, int64_t piece, uint8_t *to) const {
  int64_t lines = countLines(group), step = piece / lines, place = piece % lines;
  // Outputs of the first image, then of whole ones; each begins with the lines above it.
  int64_t first = getLine(group.first), image = first / a.out_height, y = first % a.out_height + place;
  int64_t perImage = a.out_height + a.kernel[0] - 1;
  image += y / perImage;
  y = y % perImage - a.padding[0];
  if (y < 0 || y >= a.height) {
    std::memset(to, 0, lineBytes);
    return;
  }
  int64_t columns = a.out_width + a.kernel[1] - 1, left = std::min(a.padding[1], columns);
  int64_t inside = std::min(a.width, columns - left), right = columns - left - inside, c = a.channels;
  std::memset(to, 0, left * c);
  int64_t line = (step * (a.images / steps) + image) * a.height + y;
  copy(to + left * c, line * a.width * c, inside * c);
  std::memset(to + (left + inside) * c, 0, right * c);
}

/// What an output pixel sees, in ascending (kh, kw, channel), zeros for taps in the padding.
void PlaneRows::fillRow(int64_t pixel, uint8_t *row) const {
  int64_t x = pixel % a.out_width, y = pixel / a.out_width % a.out_height, image = pixel / a.out_width / a.out_height;
  int64_t left = x * a.strides[1] - a.padding[1], tap = a.dilations[1], c = a.channels, seen = a.kernel[1] * c;
  // Weights are zero behind the last input of a segment, so what stands there does not matter; but it must stand still.
  bool padded = segments == a.kernel[0];
  int64_t room = padded ? segmentBlocks * planeDepth : seen;
  for (int64_t kh = 0; kh < a.kernel[0]; ++kh, row += room) {
    int64_t inputY = y * a.strides[0] - a.padding[0] + kh * a.dilations[0];
    std::memset(row + seen, 0, room - seen);
    if (inputY < 0 || inputY >= a.height) {
      std::memset(row, 0, seen);
      continue;
    }
    int64_t line = (image * a.height + inputY) * a.width;
    if (tap == 1 && left >= 0 && left + a.kernel[1] <= a.width) {
      copy(row, (line + left) * c, seen);
      continue;
    }
    for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
      int64_t inputX = left + kw * tap;
      if (inputX < 0 || inputX >= a.width)
        std::memset(row + kw * c, 0, c);
      else
        copy(row + kw * c, (line + inputX) * c, c);
    }
  }
  if (!padded)
    std::memset(row, 0, segmentBlocks * planeDepth - a.kernel[0] * seen);
}
