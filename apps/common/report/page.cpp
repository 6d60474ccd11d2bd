// SPDX-License-Identifier: MIT
#include "common/report/page.hpp"

#include "common/report/markup.hpp"
#include "common/report/page_style.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

std::string element(const std::string& name, const std::string& text) {
  return '<' + name + '>' + escaped(text) + "</" + name + ">\n";
}

/// A title of ASCII may begin with the name of a metric.
std::string capitalised(std::string title) {
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] -= 'a' - 'A';
  return title;
}

std::string table_markup(const ReportTable& table) {
  std::string text = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& name : table.head) {
    text += "<th scope=\"col\">" + escaped(name) + "</th>";
  }
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      text +=
          (i == 0 ? "<th scope=\"row\">" : "<td>") + escaped(row[i]) + (i == 0 ? "</th>" : "</td>");
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

}  // namespace

void Page::begin_figures() {
  if (!in_figures_) body_ += "<div class=\"figures\">\n";
  in_figures_ = true;
}

void Page::end_figures() {
  if (in_figures_) body_ += "</div>\n";
  in_figures_ = false;
}

void Page::section(const std::string& title, const std::string& words) {
  end_figures();
  if (in_section_) body_ += "</section>\n";
  in_section_ = true;
  body_ += "<section>\n" + element("h2", title);
  if (!words.empty()) body_ += element("p", words);
}

void Page::add(const Figure& figure) {
  begin_figures();
  body_ += "<figure id=\"" + escaped(figure.id) + "\">\n" +
           element("h3", capitalised(figure.title)) + element("figcaption", figure.caption) +
           figure.svg + "<details><summary>Numbers</summary>\n" + table_markup(figure.table) +
           "</details>\n</figure>\n";
}

void Page::add_table(const std::string& id, const ReportTable& table) {
  begin_figures();
  body_ += "<div id=\"" + escaped(id) + "\">\n" + table_markup(table) + "</div>\n";
}

void Page::add_folded(const std::string& id, const std::string& summary, const ReportTable& table) {
  end_figures();
  body_ += "<details id=\"" + escaped(id) + "\"><summary>" + escaped(summary) + "</summary>\n" +
           table_markup(table) + "</details>\n";
}

std::string Page::html() const {
  std::string text =
      "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
      "<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>\n" +
      element("title", title_ + " \u2013 mfpar") + "<style>" + kPageStyle +
      "</style>\n</head>\n<body>\n<main>\n<header>\n" + element("h1", title_) +
      element("p", subtitle_);
  if (!key_figures_.empty()) {
    text += "<dl class=\"keys\">\n";
    for (const auto& [number, words] : key_figures_) {
      text += "<div><dt>" + escaped(words) + "</dt><dd>" + escaped(number) + "</dd></div>\n";
    }
    text += "</dl>\n";
  }
  text += "</header>\n" + body_;
  if (in_figures_) text += "</div>\n";
  if (in_section_) text += "</section>\n";
  return text + "<footer><p>mfpar " + MFPAR_VERSION + "</p></footer>\n</main>\n</body>\n</html>\n";
}

void write_page(const std::string& path, const Page& page) {
  AtomicFile file(path);
  file.write(page.html());
  file.commit();
}

}  // namespace mfpar::apps
