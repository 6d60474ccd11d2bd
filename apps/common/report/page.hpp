// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mfpar::apps {

/// Numbers of a report as text. The first column names a row, the others are numbers.
struct ReportTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

/// A picture, a sentence on what to see in it, and its numbers.
struct Figure {
  std::string id;  ///< of the element: a word
  std::string title;
  std::string caption;
  std::string svg;
  ReportTable table;
};

/// A page of HTML that is well-formed XML too, and needs no other file and no script: light and
/// dark as the reader's system is, for narrow and wide windows, and for paper. What is given is
/// text; the page escapes it, pictures apart. Not synchronised.
class Page {
 public:
  Page(std::string title, std::string subtitle)
      : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

  /// One of the few numbers on top.
  void key_figure(std::string number, std::string words) {
    key_figures_.emplace_back(std::move(number), std::move(words));
  }

  /// What follows belongs to it.
  void section(const std::string& title, const std::string& words = "");
  void add(const Figure& figure);

  /// A table that is always seen, `id` as of a figure.
  void add_table(const std::string& id, const ReportTable& table);

  /// One behind a line that opens it.
  void add_folded(const std::string& id, const std::string& summary, const ReportTable& table);

  /// The whole page.
  std::string html() const;

 private:
  void begin_figures();
  void end_figures();

  std::string title_, subtitle_;
  std::vector<std::pair<std::string, std::string>> key_figures_;
  std::string body_;
  bool in_section_ = false;
  bool in_figures_ = false;
};

/// Writes the page to the file at `path`, which appears whole or not at all. Throws Error(kSystem).
void write_page(const std::string& path, const Page& page);

}  // namespace mfpar::apps
