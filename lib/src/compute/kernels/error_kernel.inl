// SPDX-License-Identifier: MIT
//
// The sums of an ErrorPass. Included once for each instruction set, inside its namespace; no include
// guard. Nothing races here: the rows are a snapshot's.

template <int kLanes, int kVectors, class Entries>
PassSums sum_errors(const ErrorPass& pass) {
  using Shape = RowShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;
  const Shape shape(pass.rank);
  const Entries entries(pass.runs);
  PassSums sums;
  for (std::size_t run = 0; run < pass.runs.count; ++run) {
    const std::uint64_t begin = pass.runs.offsets[run];
    const std::uint64_t end = pass.runs.offsets[run + 1];
    if (begin == end) continue;
    const std::uint32_t row = pass.runs.rows != nullptr
                                  ? pass.runs.rows[run]
                                  : pass.runs.first_row + static_cast<std::uint32_t>(run);
    const float* const p_row = pass.fixed_rows + std::size_t{row} * pass.stride;
    Vector p[Shape::kCapacity];
    for (int v = 0; v < shape.count(); ++v) p[v] = load_owned<kLanes>(p_row + v * kLanes);
    const float p_bias = pass.mean + pass.fixed_biases[row];
    float error = 0.0f;
    float clipped_error = 0.0f;
    for (std::uint64_t at = begin; at < end; ++at) {
      const DecodedEntry entry = entries[at];
      const float* const q = pass.moving_rows + std::size_t{entry.row} * pass.stride;
      Vector products{};
      for (int v = 0; v < shape.count(); ++v) products += p[v] * load_owned<kLanes>(q + v * kLanes);
      const float prediction = p_bias + pass.moving_biases[entry.row] + sum(products)[0];
      const float e = entry.value - prediction;
      const float clipped_e =
          entry.value - __builtin_fminf(__builtin_fmaxf(prediction, pass.lowest), pass.highest);
      error += e * e;
      clipped_error += clipped_e * clipped_e;
    }
    sums.error += static_cast<double>(error);
    sums.clipped_error += static_cast<double>(clipped_error);
  }
  return sums;
}
