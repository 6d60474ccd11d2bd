// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/factor_model.hpp"
#include "mfpar/item_titles.hpp"

namespace mfpar::apps {

class Options;

/// What the items of `model` are called: by the file `path`, whose columns `columns` may name, or
/// where there is none by the model itself. `warn`, unless empty, is called with what the file's
/// reader noted. Throws as read_item_titles().
ItemTitles titles_of(const FactorModel& model, const std::string& path,
                     const std::string& columns = "",
                     const std::function<void(const std::string&)>& warn = {});

/// The option --titles-columns.
void add_titles_columns_option(Options& options, std::string& columns);

/// The place of a column. Throws Error(kBadOption) naming `option` and the columns where there is
/// none of that name.
std::size_t require_column(const ItemTitles& titles, const std::string& column,
                           const std::string& option);

/// The items whose titles hold `words`, case of letters ignored; at most so many.
std::vector<ItemIndex> items_titled(const ItemTitles& titles, std::string_view words,
                                    std::size_t most);

/// Whether `text` holds `words`, the case of the letters a to z ignored.
bool holds(std::string_view text, std::string_view words);

/// What is said of an option that needs titles where there are none.
inline constexpr const char* kNeedsTitles =
    " is for columns of titles; give a --titles FILE, here or to mf-train";

}  // namespace mfpar::apps
