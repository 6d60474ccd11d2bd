// SPDX-License-Identifier: MIT
//
// The format is described in NumPy's own documentation (numpy.lib.format): magic, version, length
// of the header, and a Python dictionary with the keys descr, fortran_order and shape.
#include "model/npy_header.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr bool kLittle = std::endian::native == std::endian::little;

/// Reads the dictionary, and knows where it stands.
class HeaderParser {
 public:
  HeaderParser(std::string_view file, const std::string& path) : file_(file), path_(path) {}

  NpyHeader parse();

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& what) const {
    throw Error(ErrorCode::kBadFile, path_ + ": at byte " + std::to_string(offset) + ": " + what);
  }
  void read_beginning();
  void read_dictionary();
  void read_entry();
  void read_type();
  void read_order();
  void read_shape();
  void check_size();

  unsigned byte(std::size_t at) const { return static_cast<unsigned char>(file_[at]); }
  bool take(char c);
  void expect(char c);
  std::string_view text_in_quotes();
  std::uint64_t whole_number();

  std::string_view file_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // of the header
  NpyHeader header_;
  bool has_type_ = false, has_order_ = false, has_shape_ = false;
};

NpyHeader HeaderParser::parse() {
  read_beginning();
  read_dictionary();
  check_size();
  return std::move(header_);
}

void HeaderParser::read_beginning() {
  if (file_.starts_with("PK\x03\x04")) {
    fail(0, "it is an archive (.npz); save each array by itself, with numpy.save");
  }
  if (!file_.starts_with(kMagic)) {
    fail(0, file_.empty() ? "the file is empty; a .npy file was expected"
                          : "a .npy file was expected, but it begins with other bytes");
  }
  constexpr std::size_t kVersionAt = 6, kLengthAt = 8;
  if (file_.size() < kLengthAt + 4) fail(file_.size(), "the file is cut off within its header");
  const unsigned version = byte(kVersionAt);
  if (version < 1 || version > 3 || byte(kVersionAt + 1) != 0) {
    fail(kVersionAt, "the format is " + std::to_string(version) + "." +
                         std::to_string(byte(kVersionAt + 1)) + "; 1.0, 2.0 and 3.0 are known");
  }
  std::size_t length = byte(kLengthAt) | byte(kLengthAt + 1) << 8;
  at_ = kLengthAt + 2;
  if (version > 1) {
    length |= std::size_t{byte(kLengthAt + 2)} << 16 | std::size_t{byte(kLengthAt + 3)} << 24;
    at_ += 2;
  }
  if (length > file_.size() - at_) {
    fail(kLengthAt, "the file is cut off within its header, which announces " +
                        std::to_string(length) + " bytes");
  }
  end_ = header_.data_offset = at_ + length;
}

void HeaderParser::read_dictionary() {
  expect('{');
  while (!take('}')) {
    read_entry();
    if (take(',')) continue;
    expect('}');
    break;
  }
  for (const auto& [there, name] :
       {std::pair(has_type_, "descr"), {has_order_, "fortran_order"}, {has_shape_, "shape"}}) {
    if (!there) fail(at_, std::string("the header does not give '") + name + "'");
  }
}

void HeaderParser::read_entry() {
  const std::size_t begin = at_;
  const std::string_view key = text_in_quotes();
  expect(':');
  if (key == "descr") return read_type();
  if (key == "fortran_order") return read_order();
  if (key == "shape") return read_shape();
  fail(begin, "the header has the unknown key '" + std::string(key) + "'");
}

void HeaderParser::read_type() {
  has_type_ = true;
  if (take('[')) fail(at_, "it holds records of several fields; save one plain array");
  header_.type = text_in_quotes();
  const std::string_view type = header_.type;
  header_.kind = NpyHeader::kUnknown;
  constexpr std::string_view kOrders = "<>|=", kKinds = "fiuSU";
  if (type.size() < 3 || kOrders.find(type[0]) == type.npos || kKinds.find(type[1]) == type.npos) {
    return;
  }
  const char kind = type[1];
  std::uint32_t size = 0;
  const auto [stop, error] = std::from_chars(type.data() + 2, type.data() + type.size(), size);
  if (error != std::errc() || stop != type.data() + type.size()) return;
  const bool text = kind == 'S' || kind == 'U';
  const bool known = kind == 'f'
                         ? size == 4 || size == 8
                         : (text && size > 0) || size == 1 || size == 2 || size == 4 || size == 8;
  if (!known) return;
  header_.kind = kind;
  header_.item_size = kind == 'U' ? std::size_t{size} * 4 : size;
  header_.swapped = type[0] == (kLittle ? '>' : '<');
}

void HeaderParser::read_order() {
  take(' ');
  for (const std::string_view word : {"True", "False"}) {
    if (!file_.substr(at_, end_ - at_).starts_with(word)) continue;
    at_ += word.size();
    header_.fortran_order = word == "True";
    has_order_ = true;
    return;
  }
  fail(at_, "True or False was expected");
}

void HeaderParser::read_shape() {
  has_shape_ = true;
  expect('(');
  while (!take(')')) {
    header_.shape.push_back(whole_number());
    take('L');  // what Python 2 wrote behind long numbers
    if (take(',')) continue;
    expect(')');
    break;
  }
}

void HeaderParser::check_size() {
  if (header_.kind == NpyHeader::kUnknown) return;
  const auto& shape = header_.shape;
  const std::uint64_t found = file_.size() - header_.data_offset;
  header_.count = std::find(shape.begin(), shape.end(), 0u) == shape.end() ? 1 : 0;
  bool fits = true;  // into 64 bits; what does not is more than any file has
  for (const std::uint64_t extent : shape) {
    if (header_.count == 0) break;
    fits = fits && !__builtin_mul_overflow(header_.count, extent, &header_.count);
  }
  std::uint64_t bytes = 0;
  fits = fits && !__builtin_mul_overflow(header_.count, header_.item_size, &bytes);
  if (fits && bytes == found) return;
  const bool longer = fits && bytes < found;
  fail(header_.data_offset,
       "the shape " + header_.shape_text() + " of '" + header_.type + "' takes " +
           (fits ? std::to_string(bytes) : "more than 2^64") + " bytes, but " +
           std::to_string(found) + " follow" +
           (longer ? "; is there more than one array in the file?" : "; the file is cut off"));
}

/// Passes over blanks; then over `c` if it stands there.
bool HeaderParser::take(char c) {
  while (at_ < end_ && (file_[at_] == ' ' || file_[at_] == '\n' || file_[at_] == '\t')) ++at_;
  if (at_ == end_ || file_[at_] != c) return false;
  ++at_;
  return true;
}

void HeaderParser::expect(char c) {
  if (!take(c)) fail(at_, std::string("the header is damaged: '") + c + "' was expected");
}

std::string_view HeaderParser::text_in_quotes() {
  const char quote = take('"') ? '"' : '\'';
  if (quote == '\'') expect(quote);
  const std::size_t end = file_.substr(0, end_).find(quote, at_);
  if (end == file_.npos) fail(at_, "the header is damaged: a quote is not closed");
  const std::string_view text = file_.substr(at_, end - at_);
  at_ = end + 1;
  return text;
}

std::uint64_t HeaderParser::whole_number() {
  take(' ');
  std::uint64_t number = 0;
  const char* const begin = file_.data() + at_;
  const auto [stop, error] = std::from_chars(begin, file_.data() + end_, number);
  if (error != std::errc()) fail(at_, "the header is damaged: a whole number was expected");
  at_ += static_cast<std::size_t>(stop - begin);
  return number;
}

}  // namespace

std::string NpyHeader::shape_text() const {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

NpyHeader parse_npy_header(std::string_view file, const std::string& path) {
  return HeaderParser(file, path).parse();
}

std::string npy_header(std::span<const std::uint64_t> shape) {
  const NpyHeader header{.type = "", .shape = {shape.begin(), shape.end()}};
  const std::string order = kLittle ? "<" : ">";
  std::string text = "{'descr': '" + order +
                     "f4', 'fortran_order': False, 'shape': " + header.shape_text() + ", }";
  // Blanks and a line break carry the data to a multiple of 64 bytes, where vectors like it.
  constexpr std::size_t kBefore = kMagic.size() + 4, kAlignment = 64;
  while ((kBefore + text.size() + 1) % kAlignment != 0) text += ' ';
  text += '\n';
  std::string bytes(kMagic);
  bytes += {'\1', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return bytes + text;
}

}  // namespace mfpar
