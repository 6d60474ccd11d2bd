// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar::tests {

/// An element of XML.
struct Xml {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< of its own, entities resolved
  std::vector<Xml> children;

  /// Every element of this name in it, in their order.
  std::vector<const Xml*> all(const std::string& of_name) const {
    std::vector<const Xml*> found;
    for (const Xml& child : children) {
      if (child.name == of_name) found.push_back(&child);
      for (const Xml* deeper : child.all(of_name)) found.push_back(deeper);
    }
    return found;
  }

  /// The element in it with this id, or nullptr.
  const Xml* find(const std::string& id) const {
    for (const Xml& child : children) {
      const auto at = child.attributes.find("id");
      if (at != child.attributes.end() && at->second == id) return &child;
      if (const Xml* deeper = child.find(id)) return deeper;
    }
    return nullptr;
  }

  /// Its text and that of what is in it.
  std::string whole_text() const {
    std::string whole = text;
    for (const Xml& child : children) whole += child.whole_text();
    return whole;
  }
};

/// Reads XML of elements, attributes in double quotes, text, the five entities and one DOCTYPE, as
/// strictly as XML is: throws std::runtime_error for anything that is not well-formed.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  Xml read() {
    constexpr std::string_view kDoctype = "<!DOCTYPE html>";
    if (text_.substr(at_).starts_with(kDoctype)) at_ += kDoctype.size();
    skip_blanks();
    Xml root = element();
    skip_blanks();
    if (at_ != text_.size()) fail("something behind the root");
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(what + " at byte " + std::to_string(at_) + ": " +
                             std::string(text_.substr(at_, 60)));
  }
  bool next(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  void expect(std::string_view wanted) {
    if (!next(wanted)) fail("no " + std::string(wanted));
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  std::string word() {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:";
    const std::size_t end = std::min(text_.find_first_not_of(kLetters, at_), text_.size());
    if (end == at_) fail("no name");
    const std::string found(text_.substr(at_, end - at_));
    at_ = end;
    return found;
  }
  /// Text up to `end`, which is not taken.
  std::string characters(char end) {
    std::string found;
    for (; at_ < text_.size() && text_[at_] != end; ++at_) {
      const char c = text_[at_];
      if (c == '<') fail("< in text");
      const bool is_control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
      if (is_control) fail("a control character");
      if (c != '&') {
        found += c;
        continue;
      }
      static const std::map<std::string_view, char> kEntities{
          {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
      const std::size_t stop = text_.find(';', at_);
      const auto entity = kEntities.find(text_.substr(at_, stop - at_ + 1));
      if (stop == text_.npos || entity == kEntities.end()) fail("an unknown entity");
      found += entity->second;
      at_ = stop;
    }
    return found;
  }
  Xml element() {
    expect("<");
    Xml found{.name = word(), .attributes = {}, .text = {}, .children = {}};
    while (true) {
      skip_blanks();
      if (next("/>")) return found;
      if (next(">")) break;
      const std::string name = word();
      expect("=\"");
      if (!found.attributes.emplace(name, characters('"')).second) fail("twice " + name);
      expect("\"");
    }
    while (!next("</")) {
      if (at_ >= text_.size()) fail(found.name + " without an end");
      if (text_[at_] == '<') {
        found.children.push_back(element());
      } else {
        found.text += characters('<');
      }
    }
    expect(found.name + ">");
    return found;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace mfpar::tests
