// SPDX-License-Identifier: MIT
//
// Writes what test_c_api.c loads into the current folder: a model of mean 3, one of mean 2, and a
// file that is none.
#include <fstream>

#include "literal_model.hpp"
#include "mfpar/model_file.hpp"

int main() {
  using namespace mfpar;
  save_model(tests::literal_model(3.0f), "c_api_3.model");
  save_model(tests::literal_model(2.0f), "c_api_2.model");
  return std::ofstream("c_api_bad.model") << "no model\n" ? 0 : 1;
}
