// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mfpar/factor_model.hpp"

namespace mfpar::apps {

/// What others call by this name (LIBMF, libFM, fastText, implicit, Surprise, pandas and shells):
/// names of options without dashes, or of arguments in capitals, the likeliest first. Which of them
/// a program has is for it to see.
std::vector<std::string_view> names_for(std::string_view foreign);

/// load_model(path) for a program that takes a model and then `other`; with the right command
/// where they stand the other way round, as LIBMF has them.
FactorModel load_model_argument(const std::string& path, const std::string& other,
                                const std::string& program);

}  // namespace mfpar::apps
