// SPDX-License-Identifier: MIT
//
// The tables of tests/apps/bad_inputs: files, and commands that must fail on them, change no file
// and leave none behind; one of each program, and requests.txt of what the service is asked.
//
//   # a comment
//
//   == ratings.csv
//   1,1,5
//   1,2,nan
//
//   $ mf-train ratings.csv
//   3 mf-train: error: ratings.csv:2: ...
//
// "== NAME" begins a file, which an empty line ends; see line_of_file(). "$" begins a command, of
// words with blanks between them, "< NAME" behind it is what it reads from; below it stand the exit
// code and the whole line of standard error that says why, the last one but for the hint at --help;
// "..." at its end stands for what is another machine's or another file's there. "> " begins a line
// of standard output. In requests.txt the command is a method, a target and perhaps a body, and
// below it are the status and the message.
//
// Every table of programs has besides: good.txt, 2,000 ratings of 97 users and 21 items, lines as
// "1 1 5"; old.model, learnt from them at rank 4; one-class.model, the same of one-class feedback;
// cut.model, flipped.model, swapped.model and newer.model, which are a literal model cut in half,
// with a bit flipped, of the other byte order and of a version to come; late.txt, 5,001 lines of
// which the line 1,001 is bad; the empty folder "folder"; and "dangling", a link to nothing.
//
// Where a message was changed, the failing test prints what is to stand here. Read it as somebody
// who has never seen the program: the place, what was found, what is expected, and what to do.
#pragma once

#include <cstddef>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace mfpar::tests {

struct BadInput {
  std::string place;    ///< "mf-train.txt:17", for messages
  std::string command;  ///< what is asked
  int code = 0;         ///< what it ends with
  std::string message;  ///< the line that says why
  std::string output;   ///< the whole standard output, where the table has it
};

struct BadInputs {
  std::map<std::string, std::string> files;  ///< contents by name
  std::vector<BadInput> rows;
};

/// A line of a file as it stands in a table: \xNN is a byte, \t a tab, \r a carriage return, \n an
/// end of a line, and a backslash at the end takes the line's own end away.
inline std::string line_of_file(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      bytes += line[i];
    } else if (++i == line.size()) {
      return bytes;
    } else if (line[i] == 'x') {
      bytes += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      bytes += line[i] == 't' ? '\t' : line[i] == 'r' ? '\r' : line[i] == 'n' ? '\n' : line[i];
    }
  }
  return bytes + '\n';
}

/// Reads the table `name` in `folder`.
inline BadInputs bad_inputs(const std::string& folder, const std::string& name) {
  std::ifstream table(folder + '/' + name);
  if (!table) throw std::runtime_error("there is no table " + folder + '/' + name);
  BadInputs all;
  std::string* file = nullptr;
  int number = 0;
  for (std::string line; std::getline(table, line);) {
    const std::string place = name + ':' + std::to_string(++number);
    if (line.empty()) {
      file = nullptr;
    } else if (file != nullptr) {
      *file += line_of_file(line);
    } else if (line.starts_with("== ")) {
      file = &all.files[line.substr(3)];
    } else if (line.starts_with("$ ")) {
      all.rows.push_back({place, line.substr(2), -1, "", ""});
    } else if (line.starts_with("> ") && !all.rows.empty()) {
      all.rows.back().output += line.substr(2) + '\n';
    } else if (!all.rows.empty() && all.rows.back().code < 0) {
      const std::size_t blank = line.find(' ');
      all.rows.back().code = std::stoi(line.substr(0, blank));
      all.rows.back().message = blank == line.npos ? "" : line.substr(blank + 1);
    } else if (line[0] != '#') {
      throw std::runtime_error(place + ": is no line of a table");
    }
  }
  for (const BadInput& row : all.rows) {
    if (row.code < 0) throw std::runtime_error(row.place + ": does not say what it ends with");
  }
  return all;
}

}  // namespace mfpar::tests
