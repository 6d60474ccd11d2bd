// SPDX-License-Identifier: MIT
//
// What is known of users and items: features, and titles.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "expect.hpp"
#include "memory_file.hpp"
#include "mfpar/item_titles.hpp"
#include "mfpar/read_features.hpp"
#include "targets.hpp"

namespace mfpar::fuzz {

namespace {

void check_features(const Features& features, std::size_t rows) {
  require(features.row_count() == rows, "a row for each id");
  require(features.offsets.front() == 0 && features.offsets.back() == features.indices.size() &&
              features.indices.size() == features.values.size(),
          "offsets cover the values");
  for (std::size_t row = 0; row < rows; ++row) {
    require(features.offsets[row] <= features.offsets[row + 1], "offsets ascend");
    for (std::uint64_t i = features.offsets[row]; i < features.offsets[row + 1]; ++i) {
      require(features.indices[i] < features.names.size(), "features have names");
      require(i == features.offsets[row] || features.indices[i - 1] < features.indices[i],
              "the features of a row ascend");
      require(std::isfinite(features.values[i]), "values are finite");
    }
  }
}

}  // namespace

void feature_table(std::string_view input) {
  if (input.empty()) return;
  const Entity entity = input[0] == 'u' ? Entity::kUser : Entity::kItem;
  const tests::MemoryFile file(input.substr(1));
  succeeds([&] {
    const FeatureTable table =
        read_features(file.path(), entity, {.least_rows = input[0] == '1' ? 1u : 3u});
    check_features(table.features, table.ids.size());
    check_features(align(table, table.ids), table.ids.size());
  });
}

void item_titles(std::string_view input) {
  static const IdDictionary kIds(std::vector<std::string>{"1", "2", "03", "tt0114709", "a b"});
  static const std::string kColumns[] = {"", "id,title", "title,id,genres", "id,,year", "id"};
  if (input.empty()) return;
  const std::string& columns =
      kColumns[static_cast<unsigned char>(input[0] - '0') % std::size(kColumns)];
  const tests::MemoryFile file(input.substr(1));
  succeeds([&] {
    const ItemTitles titles = read_item_titles(file.path(), columns, kIds).titles;
    require(!titles.empty() && titles.rows() <= kIds.size(), "titles are of the items");
    std::size_t length = 0;
    for (ItemIndex item = 0; item < kIds.size() + 1; ++item) {
      for (std::size_t i = 0; i < titles.columns().size(); ++i)
        length += titles.text(item, i).size();
    }
    require(length == titles.parts().text.size(), "every text is of an item");
    require(titles.find(titles.columns()[0]).has_value(), "a column is found by its name");
  });
}

}  // namespace mfpar::fuzz
