// SPDX-License-Identifier: MIT
#include "common/program.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <stdexcept>
#include <streambuf>
#include <system_error>

#include "common/manual.hpp"
#include "common/output_file.hpp"
#include "common/progress_line.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// Says why the program ends and ends it, without taking memory, of which there may be none.
[[noreturn]] void give_up(const char* why) noexcept {
  for (const char* text :
       {static_cast<const char*>(program_invocation_short_name), ": error: ", why, "\n"}) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  }
  _exit(kSystemFailure);
}

constexpr const char* kNoMemory =
    "there is not enough memory; use fewer threads or a smaller rank, or raise the limit";

/// An exception where none can be caught: in a library's thread, or on the way out of another one.
/// What the system lacks is said; anything else is a bug and leaves a core.
[[noreturn]] void end_uncaught() noexcept {
  try {
    if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
  } catch (const std::bad_alloc&) {
    give_up(kNoMemory);
  } catch (const std::system_error& e) {
    give_up(e.what());
  } catch (const std::runtime_error& e) {
    // What oneTBB throws when the system has no thread left for it.
    if (std::strstr(e.what(), "pthread_") != nullptr) give_up(e.what());
  } catch (...) {
  }
  if (!std::current_exception()) {  // there may have been no memory for one
    void* const memory = std::malloc(std::size_t{1} << 20);
    if (memory == nullptr) give_up(kNoMemory);
    std::free(memory);
  }
  std::abort();
}

/// Before main() and all that takes memory: what there is none for is said by the handler, as
/// later. And before anything is deep in calls: a stack of a few kilobytes ends in a segmentation
/// fault wherever it ends. What the system gives is taken, for threads too.
__attribute__((constructor(101))) void prepare_for_little() {
  std::set_terminate(end_uncaught);
  constexpr rlim_t kLeast = 256 << 10, kUsual = 8 << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kLeast) return;
  limit.rlim_cur = std::min(limit.rlim_max, kUsual);
  if (limit.rlim_cur < kLeast || setrlimit(RLIMIT_STACK, &limit) != 0) {
    give_up("the stack is limited to less than 256 KB; raise the limit (ulimit -s 8192)");
  }
  pthread_attr_t threads;
  pthread_attr_init(&threads);
  pthread_attr_setstacksize(&threads, kUsual);
  pthread_setattr_default_np(&threads);
  pthread_attr_destroy(&threads);
}

/// Ends the process as the signal would, without what was half written.
void end_by_signal(int number) {
  AtomicFile::remove_temporaries();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// What has to stand before a file is opened or a thread started.
void prepare_process() {
  // A file that took the number of a closed standard stream would get what is printed.
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (fcntl(file, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", O_RDWR) != file) give_up("/dev/null cannot be opened");
  }
  // A file that would grow beyond a limit is an error of its own, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_DFL) std::signal(number, end_by_signal);
  }
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadOption:
      return kUsage;
    case ErrorCode::kBadData:
      return kData;
    case ErrorCode::kBadFile:
    case ErrorCode::kSystem:
      return kSystemFailure;
    case ErrorCode::kDiverged:
      return kDivergedTraining;
  }
  return kBug;
}

int complain(const std::string& name, int code, const std::string& message) {
  std::cout.flush();
  std::cerr << name << ": error: " << message << '\n';
  if (code == kUsage) std::cerr << "Try '" << name << " --help'.\n";
  std::cerr.flush();
  return code;
}

/// Whether all that was printed has been written, by C++ and by C; says so if not.
bool output_failed(const std::string& name) {
  errno = 0;
  std::cout.flush();
  std::fflush(stdout);
  if (std::cout && std::ferror(stdout) == 0) return false;
  const std::string reason =
      errno != 0 ? std::string(": ") + std::system_category().message(errno) : "";
  complain(name, kSystemFailure, "standard output cannot be written" + reason);
  return true;
}

/// Calls `body`; every exception ends here.
int guarded(const std::string& name, const std::function<int()>& body) {
  try {
    const int code = body();
    return output_failed(name) ? kSystemFailure : code;
  } catch (const Error& e) {
    return complain(name, exit_code(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    std::cerr << name << ": error: " << kNoMemory << '\n';  // which takes no memory
    return kSystemFailure;
  } catch (const std::system_error& e) {
    const bool thread = e.code() == std::errc::resource_unavailable_try_again;
    return complain(name, kSystemFailure,
                    std::string(thread ? "a thread could not be started; use fewer threads, or "
                                         "raise the limit on processes: "
                                       : "") +
                        e.what());
  } catch (const std::exception& e) {
    return complain(name, kBug, std::string("this is a bug, please report it: ") + e.what());
  } catch (...) {
    return complain(name, kBug, "this is a bug, please report it: an unknown exception");
  }
}

/// While it lives, nothing of what goes to standard output comes out, where `is_on`.
class Silence {
 public:
  explicit Silence(bool is_on) : before_(is_on ? std::cout.rdbuf(&nothing_) : nullptr) {}
  ~Silence() {
    if (before_ != nullptr) std::cout.rdbuf(before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  struct Nothing : std::streambuf {
    int overflow(int c) override { return c == traits_type::eof() ? 0 : c; }
    std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
  };

  Nothing nothing_;
  std::streambuf* const before_;
};

std::vector<std::string> arguments(int argc, const char* const* argv) {
  return argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>{};
}

}  // namespace

int run_program(const ProgramInfo& info, Options& options, int argc, const char* const* argv,
                const std::function<int()>& body) {
  prepare_process();
  return guarded(info.name, [&] {
    bool help = false, short_help = false, version = false, quiet = false;
    options.group("Other options");
    if (!options.has("quiet")) {
      options.flag("quiet,q", quiet, "Print warnings and errors only.");
    }
    std::string config;
    options.text(
        "config", "FILE", config,
        "Read options from FILE too, a line each: \"rank = 32\", by their long names; a flag "
        "as \"json = true\"; # begins a comment. What is on the command line counts.");
    options.flag("usage,h", short_help, "Print a short usage and exit.");
    options.flag("help", help, "Print this manual and exit.");
    options.flag("version", version, "Print the version and exit.");
    options.parse(arguments(argc, argv));
    if (help || short_help || version) {
      std::cout << (help         ? manual(info, options)
                    : short_help ? usage(info, options)
                                 : version_text(info));
      return static_cast<int>(kDone);
    }
    if (!config.empty()) {
      keep_input(config);
      options.read_file(config);
    }
    options.require_positionals();
    if (quiet) hide_progress();
    const Silence silence(quiet);
    return body();
  });
}

int run_commands(const ProgramInfo& info, std::span<const Command> commands, int argc,
                 const char* const* argv) {
  prepare_process();
  const std::string first = argc > 1 ? argv[1] : "";
  for (const Command& command : commands) {
    if (command.name == first) return command.run(argc - 1, argv + 1);
  }
  return guarded(info.name, [&] {
    if (first == "--help" || first == "-h" || first == "--usage" || first == "--version") {
      std::cout << (first == "--help"      ? manual(info, commands)
                    : first == "--version" ? version_text(info)
                                           : usage(info, commands));
      return static_cast<int>(kDone);
    }
    std::vector<std::string> names;
    std::string list;
    for (const Command& command : commands) {
      names.push_back(command.name);
      list += (list.empty() ? "" : ", ") + command.name;
    }
    if (first.empty()) {
      throw Error(ErrorCode::kBadOption, "a command is missing; it must be one of " + list);
    }
    const std::string meant = nearest(first, names);
    throw Error(ErrorCode::kBadOption, "unknown command '" + first + "'; it must be one of " +
                                           list +
                                           (meant.empty() ? "" : "; did you mean " + meant + "?"));
  });
}

}  // namespace mfpar::apps
