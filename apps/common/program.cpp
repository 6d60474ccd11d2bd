// SPDX-License-Identifier: MIT
#include "common/program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <streambuf>
#include <system_error>

#include "common/manual.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

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

/// Calls `body`; every exception ends here.
int guarded(const std::string& name, const std::function<int()>& body) {
  try {
    const int code = body();
    errno = 0;
    if (!std::cout.flush()) {
      const std::string reason = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
      return complain(name, kSystemFailure, "standard output cannot be written" + reason);
    }
    return code;
  } catch (const Error& e) {
    return complain(name, exit_code(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    return complain(name, kSystemFailure, "there is not enough memory");
  } catch (const std::system_error& e) {
    return complain(name, kSystemFailure, e.what());
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
  return guarded(info.name, [&] {
    bool help = false, short_help = false, version = false, quiet = false;
    options.group("Other options");
    if (!options.has("quiet")) {
      options.flag("quiet,q", quiet, "Print warnings and errors only.");
    }
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
    options.require_positionals();
    const Silence silence(quiet);
    return body();
  });
}

int run_commands(const ProgramInfo& info, std::span<const Command> commands, int argc,
                 const char* const* argv) {
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
