// SPDX-License-Identifier: MIT
#include "faults.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace mfpar::tests {

namespace {

struct NamedKind {
  std::string_view name;
  unsigned kinds;
};
constexpr NamedKind kKinds[] = {
    {"allocate", kAllocate}, {"open", kOpen},     {"read", kRead},       {"write", kWrite},
    {"sync", kSync},         {"name", kName},     {"map", kMap},         {"truncate", kTruncate},
    {"close", kClose},       {"status", kStatus}, {"receive", kReceive}, {"send", kSend},
    {"accept", kAccept},     {"wait", kWait},     {"system", kSystem},
};

constexpr Call kCalls[] = {
    {SYS_open, kOpen},          {SYS_openat, kOpen},       {SYS_creat, kOpen},
    {SYS_read, kRead},          {SYS_pread64, kRead},      {SYS_readv, kRead},
    {SYS_write, kWrite},        {SYS_pwrite64, kWrite},    {SYS_writev, kWrite},
    {SYS_fsync, kSync},         {SYS_fdatasync, kSync},    {SYS_rename, kName},
    {SYS_renameat, kName},      {SYS_renameat2, kName},    {SYS_link, kName},
    {SYS_linkat, kName},        {SYS_unlink, kName},       {SYS_unlinkat, kName},
    {SYS_mkdir, kName},         {SYS_mkdirat, kName},      {SYS_rmdir, kName},
    {SYS_mmap, kMap},           {SYS_mremap, kMap},        {SYS_ftruncate, kTruncate},
    {SYS_fallocate, kTruncate}, {SYS_close, kClose},       {SYS_stat, kStatus},
    {SYS_fstat, kStatus},       {SYS_newfstatat, kStatus}, {SYS_statx, kStatus},
    {SYS_recvfrom, kReceive},   {SYS_recvmsg, kReceive},   {SYS_sendto, kSend},
    {SYS_sendmsg, kSend},       {SYS_accept, kAccept},     {SYS_accept4, kAccept},
    {SYS_epoll_wait, kWait},    {SYS_epoll_pwait, kWait},  {SYS_poll, kWait},
    {SYS_ppoll, kWait},
};

constexpr unsigned kFiles = kOpen | kRead | kWrite | kSync | kName | kTruncate | kClose | kStatus;
constexpr unsigned kPieces = kRead | kWrite | kReceive | kSend;
constexpr Fault kFaults[] = {
    {"EIO", Action::kFail, EIO, kFiles},
    {"ENOSPC", Action::kFail, ENOSPC, kOpen | kWrite | kSync | kName | kTruncate | kClose},
    {"EINTR", Action::kFail, EINTR,
     kOpen | kRead | kWrite | kSync | kTruncate | kClose | kReceive | kSend | kAccept | kWait},
    {"ENOMEM", Action::kFail, ENOMEM, kAllocate | kOpen | kMap},
    {"EMFILE", Action::kFail, EMFILE, kOpen | kAccept},
    {"EACCES", Action::kFail, EACCES, kOpen | kName},
    {"ECONNRESET", Action::kFail, ECONNRESET, kReceive | kSend},
    // One byte is read or written. A socket takes less than all only where it is full, and asio
    // waits then until it is not: that cannot be made up.
    {"short", Action::kShorten, 0, kRead | kWrite | kReceive},
    {"delay", Action::kDelay, 0, kPieces | kOpen | kSync | kName | kStatus},  // by up to 4 ms
    {"cut", Action::kCut, 0, kRead | kMap},  // the file that is read loses its second half
    {"kill", Action::kKill, 0, ~0u},
    {"kill-behind", Action::kKillBehind, 0, kSystem},
};

/// Calls take(part) for each part of `text`.
template <class Take>
void for_parts(std::string_view text, char between, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

unsigned kinds_called(std::string_view name) {
  for (const NamedKind& kind : kKinds) {
    if (kind.name == name) return kind.kinds;
  }
  refuse("there is no such kind of calls");
}

Fault fault_called(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  for (Fault fault : kFaults) {
    if (fault.name != text.substr(0, colon)) continue;
    if (colon < text.size()) fault.kinds &= kinds_called(text.substr(colon + 1));
    return fault;
  }
  refuse("there is no such fault");
}

}  // namespace

std::span<const Call> known_calls() { return kCalls; }

[[noreturn]] void refuse(const char* why) {
  std::fprintf(stderr, "fault_shim: %s\n", why);
  _exit(99);
}

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

const Fault* Settings::fault_of(std::uint64_t n, Kind kind) const {
  const std::uint64_t random = mixed(seed * 0x100000001b3u + n);
  if (chance >= 0) {
    if (static_cast<double>(random >> 11) * 0x1p-53 >= chance) return nullptr;
  } else if (at == 0 || n < at || (n > at && !always)) {
    return nullptr;
  }
  std::size_t possible = 0;
  for (const Fault& fault : faults) possible += (fault.kinds & kind) != 0;
  std::size_t chosen = mixed(random) % possible;
  for (const Fault& fault : faults) {
    if ((fault.kinds & kind) != 0 && chosen-- == 0) return &fault;
  }
  return nullptr;
}

Settings read_settings(std::string_view text) {
  Settings settings;
  for_parts(text, ' ', [&](std::string_view word) {
    const std::size_t equals = std::min(word.find('='), word.size() - 1);
    const std::string_view name = word.substr(0, equals), value = word.substr(equals + 1);
    if (word == "always") {
      settings.always = true;
    } else if (word == "trace") {
      settings.traced = true;
    } else if (name == "at") {
      settings.at = std::strtoull(value.data(), nullptr, 10);
    } else if (name == "chance") {
      settings.chance = std::strtod(value.data(), nullptr);
    } else if (name == "seed") {
      settings.seed = std::strtoull(value.data(), nullptr, 10);
    } else if (name == "from") {
      settings.from = kinds_called(value);
    } else if (name == "do") {
      for_parts(value, '+', [&](std::string_view one) {
        settings.faults.push_back(fault_called(one));
        settings.kinds |= settings.faults.back().kinds;
      });
    } else {
      refuse("MFPAR_FAULTS has a word that means nothing");
    }
  });
  return settings;
}

}  // namespace mfpar::tests
