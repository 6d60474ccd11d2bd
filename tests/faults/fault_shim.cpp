// SPDX-License-Identifier: MIT
//
// Faults for programs as they are shipped, by LD_PRELOAD: of the allocations and system calls that
// a program makes from main() on, the n-th fails, or each by chance, or the process is killed
// there. Two variables of the environment:
//
//   MFPAR_FAULTS         words with blanks between them:
//     do=WHAT[:KIND][+WHAT[:KIND]]...
//                        what happens, and perhaps to which calls only, names in faults.cpp
//     at=N               to the N-th call to which that can happen, from 1; 0 counts only
//     always             and to all calls behind it
//     chance=P seed=S    in place of `at`: to each with probability P, chosen by a hash of S and N
//     from=KIND          calls before the first one of this kind do not count
//     trace              each fault is told on standard error with the functions under way
//   MFPAR_FAULTS_REPORT  a file of 24 bytes that is kept up to date: three numbers of 64 bits, how
//                        many calls there were to which it can happen, how many it happened to, and
//                        the number of the system call that was the last of these (-1: an
//                        allocation)
//
// Allocations are functions of the C library that are defined here anew. System calls are caught in
// the kernel, whoever makes them: a seccomp filter turns them into SIGSYS, whose handler makes the
// call from the one place that the filter lets through, or does not.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "faults.hpp"

extern "C" {
/// Makes the system call `number`; returns what the kernel does, an error as its negative number.
long fault_shim_call(long number, const long* arguments);
extern const char fault_shim_call_end;

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

asm(R"(
  .text
  .globl fault_shim_call
  .hidden fault_shim_call
  .type fault_shim_call, @function
fault_shim_call:
  mov %rdi, %rax
  mov %rsi, %rcx
  mov (%rcx), %rdi
  mov 8(%rcx), %rsi
  mov 16(%rcx), %rdx
  mov 24(%rcx), %r10
  mov 32(%rcx), %r8
  mov 40(%rcx), %r9
  syscall
  .globl fault_shim_call_end
  .hidden fault_shim_call_end
fault_shim_call_end:
  ret
)");

namespace {

using namespace mfpar::tests;

struct Report {
  std::atomic<std::uint64_t> calls{0}, faults{0};
  std::atomic<std::int64_t> last{0};
};

Settings settings;  // constant from main() on
Report without_file;
Report* report = &without_file;
std::atomic<bool> active{false};  // from main() on, or the first call of `settings.from`

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  const long arguments[] = {a, b, c, d, e, f};
  return fault_shim_call(number, arguments);
}

void trace() {
  void* functions[64];
  backtrace_symbols_fd(functions, backtrace(functions, 64), STDERR_FILENO);
}

/// What happens to this call, of which it is known that something can; null for nothing.
const Fault* next_fault(Kind kind, long number) {
  const Fault* const fault = settings.fault_of(++report->calls, kind);
  if (fault == nullptr) return nullptr;
  report->last = number;
  ++report->faults;
  if (settings.traced) trace();
  return fault;
}

[[noreturn]] void die() {
  for (;;) call(SYS_kill, call(SYS_getpid), SIGKILL);
}

bool fails_to_allocate() {
  if (!active || (settings.kinds & kAllocate) == 0) return false;
  const Fault* const fault = next_fault(kAllocate, -1);
  if (fault == nullptr) return false;
  if (fault->action == Action::kKill) die();
  errno = fault->error;
  return true;
}

/// Whether reads and writes of a descriptor always succeed: what a process has for itself alone, as
/// pipes, events and timers. So does standard error, that it can be seen what a program says.
bool is_private(long file) {
  if (file == STDIN_FILENO || file == STDERR_FILENO) return file == STDERR_FILENO;
  struct stat status {};
  return call(SYS_fstat, file, reinterpret_cast<long>(&status)) != 0 ||
         !(S_ISREG(status.st_mode) || S_ISCHR(status.st_mode));
}

/// The call for one byte of what it is for.
long shortened(long number, long* arguments) {
  switch (number) {
    case SYS_recvmsg:
    case SYS_sendmsg: {
      msghdr message = *reinterpret_cast<const msghdr*>(arguments[1]);
      iovec first{};
      if (message.msg_iovlen > 0) first = message.msg_iov[0];
      first.iov_len = std::min<std::size_t>(first.iov_len, 1);
      message.msg_iov = &first;
      message.msg_iovlen = 1;
      arguments[1] = reinterpret_cast<long>(&message);
      return fault_shim_call(number, arguments);
    }
    case SYS_readv:
    case SYS_writev: {
      iovec first = *reinterpret_cast<const iovec*>(arguments[1]);
      first.iov_len = std::min<std::size_t>(first.iov_len, 1);
      arguments[1] = reinterpret_cast<long>(&first);
      arguments[2] = 1;
      return fault_shim_call(number, arguments);
    }
    default:
      arguments[2] = std::min(arguments[2], 1L);
      return fault_shim_call(number, arguments);
  }
}

/// Shortens a file of the current folder to half its size; of no other folder.
void cut(long file) {
  char link[40], path[4096] = "", here[4096] = "";
  std::snprintf(link, sizeof link, "/proc/self/fd/%ld", file);
  struct stat status {};
  const auto address = [](auto* pointer) { return reinterpret_cast<long>(pointer); };
  if (file < 0 || call(SYS_fstat, file, address(&status)) != 0 || !S_ISREG(status.st_mode) ||
      call(SYS_readlink, address(link), address(path), sizeof path - 1) <= 0 ||
      call(SYS_getcwd, address(here), sizeof here) <= 0) {
    return;
  }
  const std::string_view folder(here), name(path);
  if (!name.starts_with(folder) || name.size() <= folder.size() || name[folder.size()] != '/') {
    return;
  }
  call(SYS_truncate, address(path), status.st_size / 2);
}

long make_call(long number, long* arguments) {
  const auto calls = known_calls();
  const auto known = std::find_if(calls.begin(), calls.end(),
                                  [&](const Call& one) { return one.number == number; });
  if (known == calls.end()) return fault_shim_call(number, arguments);
  if ((known->kind & settings.from) != 0) active = true;
  if (!active || (known->kind & settings.kinds) == 0 ||
      ((known->kind & (kRead | kWrite)) != 0 && is_private(arguments[0]))) {
    return fault_shim_call(number, arguments);
  }
  const Fault* const fault = next_fault(known->kind, number);
  if (fault == nullptr) return fault_shim_call(number, arguments);
  switch (fault->action) {
    case Action::kShorten:
      return shortened(number, arguments);
    case Action::kDelay: {
      const timespec pause{0, static_cast<long>(mixed(report->calls) % 4'000'000)};
      call(SYS_nanosleep, reinterpret_cast<long>(&pause));
      return fault_shim_call(number, arguments);
    }
    case Action::kCut: {
      if (known->kind == kRead) cut(arguments[0]);
      const long result = fault_shim_call(number, arguments);
      if (known->kind == kMap && result > 0) cut(arguments[4]);
      return result;
    }
    case Action::kKill:
      die();
    case Action::kKillBehind:
      fault_shim_call(number, arguments);
      die();
    case Action::kFail:
      break;
  }
  // A descriptor is closed whatever close() says.
  if (known->kind == kClose) fault_shim_call(number, arguments);
  return -fault->error;
}

void on_call(int, siginfo_t* info, void* context) {
  const int saved = errno;
  greg_t* const registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  long arguments[] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                      registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
  registers[REG_RAX] = make_call(info->si_syscall, arguments);
  errno = saved;
}

/// All system calls of kCalls become SIGSYS, but from within fault_shim_call().
void catch_calls() {
  struct sigaction action {};
  action.sa_sigaction = on_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGSYS, &action, nullptr) != 0) refuse("SIGSYS cannot be handled");

  const auto place = reinterpret_cast<std::uintptr_t>(&fault_shim_call_end);
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  const auto unless = [](std::uint32_t value, std::uint8_t skip) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
  };
  const auto end = [](std::uint32_t value) { return sock_filter BPF_STMT(BPF_RET | BPF_K, value); };
  std::vector<sock_filter> program{
      load(offsetof(seccomp_data, arch)),
      unless(AUDIT_ARCH_X86_64, 4),
      load(offsetof(seccomp_data, instruction_pointer)),
      unless(static_cast<std::uint32_t>(place), 3),
      load(offsetof(seccomp_data, instruction_pointer) + 4),
      unless(static_cast<std::uint32_t>(place >> 32), 1),
      end(SECCOMP_RET_ALLOW),
      load(offsetof(seccomp_data, nr)),
  };
  for (const Call& caught : known_calls()) {
    program.push_back(unless(static_cast<std::uint32_t>(caught.number), 1));
    program.push_back(end(SECCOMP_RET_TRAP));
  }
  program.push_back(end(SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    refuse("the kernel takes no seccomp filter");
  }
}

void open_report(const char* path) {
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof(Report)) != 0) refuse("the report cannot be made");
  void* const memory = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) refuse("the report cannot be mapped");
  close(file);
  report = static_cast<Report*>(memory);
}

using Main = int (*)(int, char**, char**);
Main program_main;

int main_with_faults(int argc, char** argv, char** environment) {
  if (const char* const path = std::getenv("MFPAR_FAULTS_REPORT")) open_report(path);
  if (const char* const text = std::getenv("MFPAR_FAULTS")) {
    settings = read_settings(text);
    void* any;
    backtrace(&any, 1);  // which loads a library the first time
    if (((settings.kinds | settings.from) & kSystem) != 0) catch_calls();
    active = settings.from == 0;
  }
  const int code = program_main(argc, argv, environment);
  settings.from = 0;
  active = false;
  return code;
}

/// A mask that blocks SIGSYS would end the process at the next call that is caught; the C library's
/// own two signals are never blocked either.
int set_mask(int how, const sigset_t* set, sigset_t* before) {
  constexpr std::uint64_t kNever =
      (std::uint64_t{1} << (SIGSYS - 1)) | (std::uint64_t{3} << (32 - 1));
  std::uint64_t wanted = 0, old = 0;
  if (set != nullptr) wanted = *reinterpret_cast<const std::uint64_t*>(set) & ~kNever;
  const long result =
      call(SYS_rt_sigprocmask, how, reinterpret_cast<long>(set != nullptr ? &wanted : nullptr),
           reinterpret_cast<long>(&old), sizeof old);
  if (result == 0 && before != nullptr) {
    sigemptyset(before);
    *reinterpret_cast<std::uint64_t*>(before) = old;
  }
  return static_cast<int>(-result);
}

}  // namespace

extern "C" {

int __libc_start_main(Main main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*rtld_fini)(), void* stack_end) {
  program_main = main;
  const auto start =
      reinterpret_cast<decltype(&__libc_start_main)>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return start(main_with_faults, argc, argv, init, fini, rtld_fini, stack_end);
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return set_mask(how, set, before);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) {
  const int error = set_mask(how, set, before);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

void* malloc(std::size_t size) { return fails_to_allocate() ? nullptr : __libc_malloc(size); }

void* calloc(std::size_t count, std::size_t size) {
  return fails_to_allocate() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) {
  return fails_to_allocate() ? nullptr : __libc_realloc(memory, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return fails_to_allocate() ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  void* const got = memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *memory = got;
  return 0;
}

}  // extern "C"
