// SPDX-License-Identifier: MIT
//
// The line that long work shows on a terminal, and nowhere else.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "attacked.hpp"
#include "common/display_width.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_progress)

namespace {

/// What a shell's script writes to a terminal of so many columns, its standard error.
std::string on_terminal(const Attacked& folder, const std::string& script, unsigned short columns) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  BOOST_REQUIRE(terminal >= 0);
  BOOST_REQUIRE((::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0));
  const std::string name = ::ptsname(terminal);
  // Held open, so that what was written stays to be read.
  const int other_end = ::open(name.c_str(), O_RDWR | O_NOCTTY);
  winsize size{};
  size.ws_col = columns;
  size.ws_row = 24;
  BOOST_REQUIRE(::ioctl(other_end, TIOCSWINSZ, &size) == 0);
  // What is read meanwhile makes room for what comes.
  const Process process("/bin/sh",
                        {"-c", "PATH=" MFPAR_PROGRAMS ":$PATH\n(" + script + ") 2> " + name +
                                   "; echo $? > new && mv new code"},
                        folder.path("."));
  std::string written;
  for (int waits = 0; waits < 6000; ++waits) {
    char some[4096];
    const ssize_t count = ::read(terminal, some, sizeof some);
    if (count > 0) {
      written.append(some, static_cast<std::size_t>(count));
    } else if (std::filesystem::exists(folder.path("code"))) {
      break;
    } else {
      ::usleep(10'000);
    }
  }
  ::close(other_end);
  ::close(terminal);
  BOOST_TEST(folder.read("code") == "0\n", written);
  std::filesystem::remove(folder.path("code"));
  return written;
}

/// The pieces between the returns to the start of a line that clear it.
std::vector<std::string> rewritten(const std::string& text) {
  const std::string clear = "\r\033[K";
  std::vector<std::string> pieces;
  for (std::size_t at = text.find(clear); at != text.npos;) {
    const std::size_t begin = at + clear.size(), end = text.find(clear, begin);
    pieces.push_back(text.substr(begin, end == text.npos ? end : end - begin));
    at = end;
  }
  return pieces;
}

const struct {
  std::string command;  ///< some tenths of a second long, or shown at once
  std::string words;
} kLong[] = {
    {"mf-train r.csv -k 4 -t 30 --patience 0 -o m > out", "of at most 30, "},
    {"mf-train r.csv --method gibbs -k 3 --samples 300 --burn-in 5 --monte-carlo-error 0 -o m > "
     "out",
     "sweep 10 of at most 305, "},
    {"mf-train r.csv --folds 3 -k 4 -t 40 --patience 0 > out", "fold 1 of 3, epoch "},
    {"mf-tune r.csv --method sgd -t 20 --trials 12 -k 4 -o c > out", " of at most 12"},
    {"mf-data synth --shape ml-1m -o t.csv > out", " of 1,000,209 ratings, "},
    {"mf-recommend old.model --all-users --top 5 -o lists", "150 of 150 users"},
    {"mf-recommend old.model --all-users --top 5 > lists", "150 of 150 users"},
    {"mf-fold-in old.model r.csv -o f.model", " of 150 users"},
    {"mf-eval old.model r2.csv --ranking > out", " lists"},
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_terminal_sees_one_line_rewritten_and_cleared, Attacked) {
  std::string shifted;  // none of which was trained on
  for (int user = 0; user < 150; ++user) {
    for (int item = 0; item < 40; ++item) {
      shifted += std::to_string(user) + ',' + std::to_string(item) + ",4\n";
    }
  }
  write("r2.csv", shifted);
  for (const auto& row : kLong) {
    for (const unsigned short columns : {std::uint16_t{200}, std::uint16_t{24}}) {
      const std::string seen = on_terminal(*this, row.command, columns);
      const auto pieces = rewritten(seen);
      BOOST_REQUIRE_MESSAGE(pieces.size() >= 2, row.command << ": " << seen);
      const bool is_said = std::ranges::any_of(
          pieces, [&](const std::string& piece) { return has(piece, row.words); });
      BOOST_TEST((is_said || columns < 200), row.command << ": " << seen);
      for (std::string piece : pieces) {
        const std::size_t end = piece.find_first_of("\r\n");  // what follows is no progress
        piece = piece.substr(0, end);
        if (end != piece.npos && piece.starts_with("mf-")) continue;
        BOOST_TEST(apps::display_width(piece) < columns, row.command << ": " << piece);
      }
      // The last one is away: only messages may follow.
      const std::string rest = pieces.back();
      BOOST_TEST((rest.empty() || rest.starts_with("mf-")), row.command << ": " << rest);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(neither_a_pipe_nor_the_quiet_see_any, Attacked) {
  write("r2.csv", "1,1,4\n1,2,4\n2,1,4\n2,3,5\n");
  for (const auto& row : kLong) {
    shell(row.command + " 2> errors");
    BOOST_TEST(!has(read("errors"), "\r"), row.command);
    shell("(" + row.command + ") 2>&1 >/dev/null | cat > errors");
    BOOST_TEST(!has(read("errors"), "\r"), row.command);
    const std::size_t at = row.command.find(" > ");
    std::string quiet = row.command;
    quiet.insert(at == quiet.npos ? quiet.size() : at, " -q");
    BOOST_TEST(!has(on_terminal(*this, quiet, 80), "\033"), quiet);
  }
}

BOOST_AUTO_TEST_SUITE_END()
