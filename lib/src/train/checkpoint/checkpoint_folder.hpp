// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/file_descriptor.hpp"

namespace mfpar {

/// The files of a folder of checkpoints, by name. One process at a time holds a folder. Not
/// synchronised. What the system refuses is thrown as Error(kSystem).
class CheckpointFolder {
 public:
  /// The end of an epoch of a training, which are numbered from 1; epoch 0 is the start, which was
  /// gone back to.
  struct Place {
    int training = 0;
    int epoch = 0;
    bool operator<(const Place& other) const noexcept {
      return training != other.training ? training < other.training : epoch < other.epoch;
    }
  };

  /// Makes the folder where there is none.
  explicit CheckpointFolder(std::string path);

  const std::string& path() const noexcept { return path_; }

  /// Where there are checkpoints, in order.
  std::vector<Place> checkpoints() const;
  /// The trainings whose models are there, in order.
  std::vector<int> models() const;

  std::string checkpoint_path(Place place) const;
  std::string model_path(int training) const;

  /// Removes the oldest checkpoints but `kept`.
  void keep_last(std::size_t kept) const;

  /// Removes the checkpoints of later epochs of the same training.
  void remove_after(Place place) const;

  /// Removes checkpoints and models of trainings from this one on.
  void remove_from(int training) const;

  /// Whether somebody has said that nothing here is needed any more.
  bool is_finished() const;
  void set_finished(bool finished) const;

 private:
  std::string path_;
  FileDescriptor lock_;  ///< of the folder itself
};

}  // namespace mfpar
