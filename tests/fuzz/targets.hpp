// SPDX-License-Identifier: MIT
//
// What is fuzzed: each function reads bytes that anybody may have made, as the program or the
// library would. What it reads must be what the reader promises, and what it does not read must end
// in an Error that says why; anything else ends the process. README.md has the forms of inputs.
#pragma once

#include <string_view>

namespace mfpar::fuzz {

void checkpoint_file(std::string_view input);
void compressed_text(std::string_view input);
void feature_table(std::string_view input);
void http_requests(std::string_view input);
void item_titles(std::string_view input);
void json_lines(std::string_view input);
void libmf_model(std::string_view input);
void matrix_market(std::string_view input);
void model_file(std::string_view input);
void npy_model(std::string_view input);
void packed_store(std::string_view input);
void ratings_text(std::string_view input);
void sparse_archive(std::string_view input);
void text_model(std::string_view input);
void values(std::string_view input);

}  // namespace mfpar::fuzz
