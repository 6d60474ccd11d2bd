// SPDX-License-Identifier: MIT
//
// The state of the runs that a kernel walks at once. Included once for each instruction set, inside
// its namespace; no include guard.

/// The row that a run fixes is p = scale * v: its penalty shrinks the scale alone, which saves a
/// multiplication for each vector of v and leaves the penalty out of v's way. A piece of a run is short enough for the scale never to run
/// out.
template <class Shape>
struct RunsUnderWay {
  typename Shape::Vector v[kRunsAtOnce][Shape::kCapacity];
  typename Shape::Vector began[kRunsAtOnce][Shape::kCapacity];  ///< p as it was loaded
  Vec4 began_heads[kRunsAtOnce];
  HeadLanes head;
  Lanes scale, inverse_scale;
  Lanes lambda_factors, lambda_biases;
  Lanes errors, clipped_errors;  ///< sums of squares
  Lanes weight;                  ///< 1, or 0 where there is no run
  LaneIndices at, end;           ///< positions of the next entry and behind the piece's last
  LaneIndices advance;           ///< 1, or 0 where there is no run
  std::uint32_t rows[kRunsAtOnce];
  std::uint32_t last[kRunsAtOnce];  ///< the position behind the run's last entry
  int count = 0;                    ///< runs under way, in the first lanes

  /// Takes the run of lane `from`, whose row has `vectors` vectors, to lane `to`.
  void move(int from, int to, int vectors) {
    for (int i = 0; i < vectors; ++i) {
      v[to][i] = v[from][i];
      began[to][i] = began[from][i];
    }
    began_heads[to] = began_heads[from];
    rows[to] = rows[from];
    last[to] = last[from];
    each_lane_vector([&](auto& vector) { put(vector, to, lane_of(vector, from)); });
  }

  /// Makes `lane` one without a run: its errors are nothing, whatever it is given.
  void clear(int lane) {
    each_lane_vector([&](auto& vector) { put(vector, lane, lane_of(vector, lane) * 0); });
    put(scale, lane, 1.0f);
    put(inverse_scale, lane, 1.0f);
    put(head.accumulator, lane, 1.0f);
    put(head.bias_accumulator, lane, 1.0f);
    put(end, lane, ~0u);
  }

  /// Begins the next piece at `from`, of at most `longest` ratings.
  void begin_piece(int lane, std::uint32_t from, std::uint32_t longest) {
    put(at, lane, from);
    put(end, lane, std::min(from + longest, last[lane]));
  }

 private:
  template <class Do>
  void each_lane_vector(Do visit) {
    for (Lanes* vector : {&head.bias, &head.norm, &head.bias_accumulator, &head.accumulator, &scale,
                          &inverse_scale, &lambda_factors, &lambda_biases, &weight}) {
      visit(*vector);
    }
    for (LaneIndices* vector : {&at, &end, &advance}) visit(*vector);
  }
};
