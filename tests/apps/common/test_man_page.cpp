// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "common/man_page.hpp"

using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_man_page)

namespace {

ProgramInfo info(const std::string& name) {
  return {.name = name,
          .purpose = "shows pages",
          .synopsis = "[FILE] [OPTION]...",
          .description = "\nFirst lines,\nfilled.\n\n.Second: a well-known 'mf-data' \\ --no-go.",
          .examples = {{"mf-show --k-l", "Why it's shown."}},
          .kernel = {}};
}

/// The page of a program, or the part about a command, with one argument and one option.
std::string page_of(const std::string& name) {
  std::string file;
  int rank = 64;
  Options options;
  options.positional("FILE", file, "a file");
  options.group("Learning");
  options.integer("max-rank,k", "N", rank, 1, 1024, "Factors.");
  return man_page(info(name), options);
}

bool has(const std::string& page, const std::string& part) { return page.find(part) != page.npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(text_means_itself_to_roff) {
  const std::string page = page_of("mf-show");
  BOOST_TEST(page.starts_with(".TH \"MF\\-SHOW\" 1 "));
  BOOST_TEST(has(page, ".SH \"NAME\"\nmf\\-show \\- shows pages\n"));
  // A full stop at the start of a line would be a request; hyphens of words are none of options.
  BOOST_TEST(has(page,
                 ".SH \"DESCRIPTION\"\nFirst lines, filled.\n.PP\n\\&.Second: a well-known "
                 "\\(aqmf\\-data\\(aq \\(rs \\-\\-no\\-go.\n"),
             page);
  BOOST_TEST(has(page, ".SH \"ARGUMENTS\"\n.TP\n\\fIFILE\\fR\na file\n"));
  BOOST_TEST(has(page,
                 ".SH \"LEARNING\"\n.TP\n\\fB\\-k\\fR, \\fB\\-\\-max\\-rank\\fR \\fIN\\fR\n"
                 "Factors. Default: 64.\n"));
  BOOST_TEST(has(page, "\\fBmf\\-show \\-\\-k\\-l\\fR\nWhy it\\(aqs shown.\n"));
  BOOST_TEST(has(page, ".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\ndone\n"));
}

BOOST_AUTO_TEST_CASE(a_command_is_a_section_of_the_page) {
  const std::string part = page_of("mf-many split");
  BOOST_TEST(part.starts_with(".SH \"COMMAND SPLIT\"\n\\fBmf\\-many split\\fR [FILE]"));
  BOOST_TEST(has(part, ".SS \"Learning\"\n"));
  BOOST_TEST(has(part, ".SS \"Examples\"\n"));
  BOOST_TEST(!has(part, "EXIT STATUS"));
}

BOOST_AUTO_TEST_CASE(a_program_with_commands_has_one_page) {
  std::vector<std::string> asked;
  const auto command = [&](int argc, const char* const* argv) {
    asked.assign(argv, argv + argc);
    std::cout << ".SH \"THE COMMAND\"\n";
    return 0;
  };
  const Command commands[] = {{"split", "splits", command}};
  const char* const argv[] = {"mf-many", "--man-page"};
  std::ostringstream out;
  std::streambuf* const old = std::cout.rdbuf(out.rdbuf());
  const int code = run_commands(info("mf-many"), commands, 2, argv);
  std::cout.rdbuf(old);
  BOOST_TEST(code == 0);
  BOOST_TEST(asked == (std::vector<std::string>{"split", "--man-page"}),
             boost::test_tools::per_element());
  const std::string page = out.str();
  BOOST_TEST(page.starts_with(".TH \"MF\\-MANY\""));
  const auto list = page.find(".TP\n\\fBsplit\\fR\nsplits.\n"), part = page.find("THE COMMAND");
  BOOST_TEST(list < part);
  BOOST_TEST(part < page.find(".SH \"EXIT STATUS\""));
}

BOOST_AUTO_TEST_SUITE_END()
