// SPDX-License-Identifier: MIT
//
// The text model of LIBMF: five lines "f KIND", "m USERS", "n ITEMS", "k RANK", "b AVERAGE", then a
// line for every row of P and of Q: "p0 T x1 ... xk", or F instead of T for a row that was never
// trained. A pair of which either is unknown is predicted as b, any other as p.q.
#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "mfpar/atomic_file.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/imported_model.hpp"
#include "model/model_card.hpp"
#include "model/text_rows.hpp"

namespace mfpar {

namespace {

/// Which index stands in which row; kNoIndex where none does.
std::vector<std::uint32_t> rows_of(const IdDictionary& ids, LibmfIds kind, const char* side) {
  if (kind == LibmfIds::kNumbered) {
    std::vector<std::uint32_t> rows(ids.size());
    for (std::uint32_t i = 0; i < ids.size(); ++i) rows[i] = i;
    return rows;
  }
  const auto refuse = [&](const std::string& found) {
    throw Error(ErrorCode::kBadData,
                std::string("LIBMF counts ") + side + " from 0, but " + found +
                    "; number them instead (LibmfIds::kNumbered, --ids numbered)");
  };
  for (std::uint32_t i = 0; i < ids.size() && !ids.is_integer(); ++i) {
    const std::string id = ids.id(i);
    std::int64_t number = 0;
    const auto stop = std::from_chars(id.data(), id.data() + id.size(), number).ptr;
    if (stop != id.data() + id.size() || std::to_string(number) != id) {
      refuse("the id \"" + id + "\" is no such number");
    }
  }
  // A row that stands for nobody takes two bytes a factor; a few dozen for each that does are fine.
  constexpr std::int64_t kMaxSparse = 100, kAlwaysFine = 1'000'000;
  const auto integers = ids.parts().integers.span();
  std::int64_t highest = -1;
  for (const std::int64_t id : integers) {
    if (id < 0) refuse("there is the id " + std::to_string(id));
    highest = std::max(highest, id);
  }
  if (highest >= std::max(kAlwaysFine, kMaxSparse * std::int64_t{ids.size()}) ||
      highest >= std::numeric_limits<std::int32_t>::max()) {
    refuse("the highest id of " + std::to_string(ids.size()) + " is " + std::to_string(highest) +
           ", and nearly all rows would be empty");
  }
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(highest + 1), kNoIndex);
  for (std::uint32_t i = 0; i < integers.size(); ++i) {
    rows[static_cast<std::size_t>(integers[i])] = i;
  }
  return rows;
}

/// One of the two pairs of factors that carry mean and biases; nothing when they are all 0.
struct BiasFactors {
  bool user = false;  ///< mu + b_u times 1
  bool item = false;  ///< 1 times b_i
};

BiasFactors bias_factors(const FactorModel& model) {
  const auto is_0 = [](float x) { return x == 0.0f; };
  const auto user = model.parts().users.biases.span(), item = model.parts().items.biases.span();
  return {.user = model.mean() != 0.0f || !std::all_of(user.begin(), user.end(), is_0),
          .item = !std::all_of(item.begin(), item.end(), is_0)};
}

/// What LIBMF calls a loss.
int kind_of(Loss loss) {
  switch (loss) {
    case Loss::kSquared:
      return 0;
    case Loss::kAbsolute:
      return 1;
    case Loss::kLogistic:
      return 5;
    case Loss::kHuber:
      return 0;  // it has none: products are ratings as of squares
    case Loss::kPoisson:
      return 2;
    case Loss::kSquaredHinge:
      return 6;
    case Loss::kHinge:
      return 7;
  }
  return 0;
}

/// The kinds that are read: real-valued by squares, absolute errors and divergence; binary by the
/// logistic, squared hinge and hinge loss; one-class by squares and rows or columns.
std::optional<Loss> loss_of(std::int32_t kind) {
  for (const LossInfo& info : losses()) {
    if (kind != 0 && kind_of(info.loss) == kind) return info.loss;
  }
  constexpr std::array kAsSquares{0, 10, 11, 12};
  const bool known = std::ranges::find(kAsSquares, kind) != kAsSquares.end();
  return known ? std::optional(Loss::kSquared) : std::nullopt;
}

class LibmfWriter {
 public:
  LibmfWriter(const FactorModel& model, AtomicFile& file)
      : model_(model), extra_(bias_factors(model)), file_(file) {}

  void write_header(std::size_t users, std::size_t items) {
    const std::uint32_t rank = model_.rank() + extra_.user + extra_.item;
    file_.write("f " + std::to_string(kind_of(model_.loss())) + "\nm " + std::to_string(users) +
                "\nn " + std::to_string(items) + "\nk " + std::to_string(rank) + "\nb " +
                shortest_decimal(model_.mean()) + '\n');
    for (std::uint32_t k = 0; k < rank; ++k) empty_ += " 0";
  }

  void write_users(std::span<const std::uint32_t> rows) {
    write_rows('p', rows, [&](std::uint32_t user) {
      append(model_.user_row(user));
      if (extra_.user) append(std::array{model_.mean() + model_.parts().users.biases[user]});
      if (extra_.item) append(std::array{1.0f});
    });
  }

  void write_items(std::span<const std::uint32_t> rows) {
    write_rows('q', rows, [&](std::uint32_t item) {
      append(model_.item_row(item));
      if (extra_.user) append(std::array{1.0f});
      if (extra_.item) append(std::array{model_.parts().items.biases[item]});
    });
  }

 private:
  template <class AppendRow>
  void write_rows(char prefix, std::span<const std::uint32_t> rows, const AppendRow& append_row) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      line_ = prefix + std::to_string(row) + (rows[row] == kNoIndex ? " F" : " T");
      if (rows[row] == kNoIndex) {
        line_ += empty_;
      } else {
        append_row(rows[row]);
      }
      file_.write(line_ += '\n');
    }
  }

  void append(std::span<const float> numbers) {
    for (const float x : numbers) append_shortest_decimal(line_ += ' ', x);
  }

  const FactorModel& model_;
  const BiasFactors extra_;
  AtomicFile& file_;
  std::string empty_, line_;
};

/// LIBMF's labels are -1 and 1; other ranges its models do not tell.
RatingRange range_of(Loss loss) {
  return describe_loss(loss).takes_labels ? RatingRange{-1.0f, 1.0f} : kUnclipped;
}

struct LibmfHeader {
  Loss loss = Loss::kSquared;
  std::uint32_t users = 0, items = 0, rank = 0;
  float average = 0.0f;
};

std::int32_t whole(TextRows& rows, const std::string& name) {
  const std::string_view text = rows.field("a whole number");
  std::int32_t value = -1;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 0) {
    rows.fail("'" + name + "' is to be a whole number from 0, below 2^31");
  }
  return value;
}

LibmfHeader read_header(TextRows& rows) {
  const auto expect = [&](const std::string& name) {
    if (!rows.next_line() || rows.field("'" + name + "'") != name) {
      rows.fail("'" + name +
                " NUMBER' was expected: a text model of LIBMF begins with lines of f, "
                "m, n, k and b");
    }
  };
  expect("f");
  const std::int32_t kind = whole(rows, "f");
  const std::optional<Loss> loss = loss_of(kind);
  if (!loss) {
    rows.fail("a model of kind f " + std::to_string(kind) +
              " is not read: real-valued (0, 1, 2), binary (5, 6, 7) and one-class (10, 11, 12) "
              "models are");
  }
  rows.end_line();
  LibmfHeader header{.loss = *loss};
  for (const auto& [name, target] :
       {std::pair("m", &header.users), {"n", &header.items}, {"k", &header.rank}}) {
    expect(name);
    *target = static_cast<std::uint32_t>(whole(rows, name));
    rows.end_line();
  }
  expect("b");
  header.average = rows.number("the average");
  rows.end_line();
  return header;
}

/// The rows of one side that were trained, each with `extra` behind it, if any; their numbers go to
/// `numbers`.
void read_rows(TextRows& rows, char prefix, std::uint32_t count, std::uint32_t rank,
               std::optional<float> extra, ImportedRows& imported,
               std::vector<std::int64_t>& numbers) {
  imported.source = rows.path();
  imported.rank = std::uint64_t{rank} + extra.has_value();
  check_rank(imported);
  const std::size_t stride = row_stride(imported.rank);
  imported.factors = AlignedBuffer<float>(count * stride);
  for (std::uint32_t row = 0; row < count; ++row) {
    const std::string label = prefix + std::to_string(row);
    if (!rows.next_line()) {
      rows.fail("the file ends before the row " + label + "; it is cut off");
    }
    if (rows.field("the row " + label) != label) rows.fail("the row " + label + " was expected");
    const std::string_view mark = rows.field("T or F");
    if (mark != "T" && mark != "F") rows.fail("T or F was expected");
    if (mark == "F") continue;
    float* const factors = imported.factors.data() + imported.count++ * stride;
    for (std::uint32_t k = 0; k < rank; ++k) factors[k] = rows.number("a factor");
    if (extra) factors[rank] = *extra;
    rows.end_line();
    numbers.push_back(row);
  }
}

/// The ids of the rows `numbers` of `count`, from the file `path` or else the numbers themselves.
void give_ids(ImportedRows& imported, std::vector<std::int64_t> numbers, const std::string& path,
              std::uint32_t count) {
  if (path.empty()) {
    imported.ids = std::make_shared<const IdDictionary>(std::move(numbers));
    return;
  }
  const IdDictionary all = read_id_list(path);
  if (all.size() != count) {
    throw Error(ErrorCode::kBadFile, path + " holds " + std::to_string(all.size()) + " ids, but " +
                                         imported.source + " has " + std::to_string(count) +
                                         " rows");
  }
  std::vector<std::string> ids;
  ids.reserve(numbers.size());
  for (const std::int64_t row : numbers) ids.push_back(all.id(static_cast<std::uint32_t>(row)));
  imported.ids = std::make_shared<const IdDictionary>(ids);
}

}  // namespace

void export_libmf(const FactorModel& model, const std::string& path, LibmfIds kind) {
  require_no_link(model, "LIBMF's text model");
  const auto users = rows_of(model.users(), kind, "users");
  const auto items = rows_of(model.items(), kind, "items");
  AtomicFile file(path);
  LibmfWriter writer(model, file);
  writer.write_header(users.size(), items.size());
  writer.write_users(users);
  writer.write_items(items);
  if (kind == LibmfIds::kSame) return file.commit();
  AtomicFile user_ids(path + ".users"), item_ids(path + ".items");
  write_id_list(user_ids, model.users());
  write_id_list(item_ids, model.items());
  AtomicFile::commit_together(std::array{&file, &user_ids, &item_ids});
}

FactorModel import_libmf(const std::string& path, const ImportOptions& options) {
  check_import_options(options, "a model of LIBMF", false, true, false);
  TextRows rows(path, TextRows::Fields::kBlanks);
  const LibmfHeader header = read_header(rows);
  // A row takes its label, T or F, and two bytes a factor at least.
  const std::uint64_t rows_announced = std::uint64_t{header.users} + header.items;
  if (rows_announced > rows.file_size() / (4 + 2 * std::uint64_t{header.rank})) {
    rows.fail("the header announces " + std::to_string(rows_announced) + " rows of " +
              std::to_string(header.rank) + " factors, more than the file has bytes for");
  }
  // mu + p'.q' with mu = b: 1 times -b beside p and q leaves p.q of a known pair, and of an unknown
  // one b remains.
  const bool shifted = header.average != 0.0f;
  ImportedRows users, items;
  std::vector<std::int64_t> user_rows, item_rows;
  read_rows(rows, 'p', header.users, header.rank, shifted ? std::optional(1.0f) : std::nullopt,
            users, user_rows);
  read_rows(rows, 'q', header.items, header.rank,
            shifted ? std::optional(-header.average) : std::nullopt, items, item_rows);
  rows.end_file();
  give_ids(users, std::move(user_rows), options.user_ids, header.users);
  give_ids(items, std::move(item_rows), options.item_ids, header.items);
  return assemble_model(std::move(users), std::move(items),
                        {.biases = shifted,
                         .mean = header.average,
                         .range = range_of(header.loss),
                         .loss = header.loss},
                        options);
}

}  // namespace mfpar
