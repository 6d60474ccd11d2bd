// SPDX-License-Identifier: MIT
//
// The temporary names of this process, so that a handler of a signal can remove them.
#pragma once

#include <csignal>
#include <string>

namespace mfpar {

/// A name in `directory` that no other call gets: DIRECTORY/.mfpar-PID-N.tmp.
std::string new_temporary_name(const std::string& directory);

/// Remembers a name for remove_temporary_names(); safe from any number of threads. Beyond some
/// dozens at once, or a thousand bytes, names are not remembered.
void remember_temporary_name(const std::string& name);

/// The name means nothing any more.
void forget_temporary_name(const std::string& name) noexcept;

/// Unlinks what is remembered, once no Placing lives, which is waited for up to a second. Takes no
/// lock and no memory.
void remove_temporary_names() noexcept;

/// Says that a file that has or will get a temporary name belongs to a process that lives, for as
/// long as it is open. False where the file has been removed meanwhile, as one left over.
bool hold(int file) noexcept;

/// Removes the files and folders in `directory` that have temporary names of processes that were
/// killed.
void remove_left_over(const std::string& directory) noexcept;

/// While it lives, files are being given their places, and a handler on another thread waits; on
/// this thread handlers wait until its end.
class Placing {
 public:
  Placing() noexcept;
  ~Placing();
  Placing(const Placing&) = delete;
  Placing& operator=(const Placing&) = delete;

 private:
  sigset_t before_;
};

}  // namespace mfpar
