// SPDX-License-Identifier: MIT
#include "train/checkpoint/checkpoint_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFinished = "finished";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kSystem, path + ": " + what);
}

/// Takes `text` off the front of `rest`, or a number that is at least `least`.
bool take(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text)) return false;
  rest.remove_prefix(text.size());
  return true;
}
bool take(std::string_view& rest, int& number, int least) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || number < least) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

std::optional<CheckpointFolder::Place> checkpoint_of(std::string_view name) {
  CheckpointFolder::Place place;
  const bool is_one = take(name, "training-") && take(name, place.training, 1) &&
                      take(name, "-epoch-") && take(name, place.epoch, 0) && name == ".checkpoint";
  return is_one ? std::optional(place) : std::nullopt;
}

std::optional<int> model_of(std::string_view name) {
  int training = 0;
  const bool is_one = take(name, "training-") && take(name, training, 1) && name == ".model";
  return is_one ? std::optional(training) : std::nullopt;
}

/// What `place_of` makes of the names of a folder's files, in order.
template <class PlaceOf>
auto places(const std::string& folder, PlaceOf place_of) {
  std::vector<typename decltype(place_of(std::string_view()))::value_type> found;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    if (const auto place = place_of(file->path().filename().string())) found.push_back(*place);
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

void remove_file(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) fail(path, "cannot be removed: " + error.message());
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string path) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directory(path_, error);
  if (error) {
    fail(path_, "the folder of checkpoints cannot be made: " + error.message() +
                    "; give one in a folder that exists");
  }
  lock_ = FileDescriptor(
      retried([&] { return ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (lock_.number() < 0) {
    fail(path_, "cannot be opened: " + std::system_category().message(errno));
  }
  const int locked = retried([&] { return ::flock(lock_.number(), LOCK_EX | LOCK_NB); });
  if (locked != 0 && errno == EWOULDBLOCK) {
    fail(path_, "another training keeps its checkpoints there; give each a folder of its own");
  }
  AtomicFile::check(path_ + '/' + kFinished);
}

std::vector<CheckpointFolder::Place> CheckpointFolder::checkpoints() const {
  return places(path_, checkpoint_of);
}

std::vector<int> CheckpointFolder::models() const { return places(path_, model_of); }

std::string CheckpointFolder::checkpoint_path(Place place) const {
  return path_ + "/training-" + std::to_string(place.training) + "-epoch-" +
         std::to_string(place.epoch) + ".checkpoint";
}

std::string CheckpointFolder::model_path(int training) const {
  return path_ + "/training-" + std::to_string(training) + ".model";
}

void CheckpointFolder::keep_last(std::size_t kept) const {
  const std::vector<Place> all = checkpoints();
  for (std::size_t i = 0; i + kept < all.size(); ++i) remove_file(checkpoint_path(all[i]));
}

void CheckpointFolder::remove_after(Place place) const {
  for (const Place later : checkpoints()) {
    if (later.training == place.training && place < later) remove_file(checkpoint_path(later));
  }
}

void CheckpointFolder::remove_from(int training) const {
  for (const int model : models()) {
    if (model >= training) remove_file(model_path(model));
  }
  for (const Place place : checkpoints()) {
    if (place.training >= training) remove_file(checkpoint_path(place));
  }
}

bool CheckpointFolder::is_finished() const { return fs::exists(path_ + '/' + kFinished); }

void CheckpointFolder::set_finished(bool finished) const {
  const std::string path = path_ + '/' + kFinished;
  if (finished) {
    AtomicFile(path).commit();
  } else {
    remove_file(path);
  }
}

}  // namespace mfpar
