// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "architecture_rules.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_architecture)

namespace {

const std::string kSpdx = "// SPDX-License-Identifier: MIT\n";

std::string violations_in(const std::string& path, const std::string& text) {
  std::string all;
  for (const std::string& one : violations_of({path, text})) all += one + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(this_project_keeps_the_rules) {
  const std::vector<SourceFile> files = project_files(MFPAR_SOURCE_DIR);
  // That the files were found at all: one of each kind and folder.
  for (const char* path :
       {"CMakeLists.txt", "CMakePresets.json", "apps/demo.sh", "apps/mf-train.cpp",
        "bench/CMakeLists.txt", "cmake/MfparTargets.cmake", "lib/include/mfpar/types.hpp",
        "lib/include/mfpar/version.hpp.in", "lib/src/base/parallel_tbb.cpp",
        "lib/src/compute/kernels/sgd_kernel.inl", "tests/architecture/test_architecture.cpp"}) {
    const bool found = std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
      return file.path == path && !file.text.empty();
    });
    BOOST_TEST(found, path << " was not checked");
  }
  for (const SourceFile& file : files) {
    for (const std::string& violation : violations_of(file)) BOOST_ERROR(violation);
  }
}

BOOST_AUTO_TEST_CASE(a_broken_rule_is_found_and_named) {
  struct {
    const char* path;
    std::string text;
    const char* expected;
  } const rows[] = {
      {"lib/src/io/a.cpp", kSpdx + "#include <vector>\n\n#include \"model/b.hpp\"\n",
       "lib/src/io/a.cpp:4: \"model/b.hpp\": io may not include model\n"},
      {"lib/src/store/a.cpp", kSpdx + "#include \"model/b.hpp\"\n",
       "lib/src/store/a.cpp:2: \"model/b.hpp\": store may not include model\n"},
      {"lib/src/store/a.cpp", kSpdx + "#include \"text/b.hpp\"\n",
       "lib/src/store/a.cpp:2: \"text/b.hpp\": store may not include text\n"},
      {"lib/src/text/a.cpp", kSpdx + "#include \"mfpar/synthetic.hpp\"\n",
       "lib/src/text/a.cpp:2: \"mfpar/synthetic.hpp\": text may not include synthetic\n"},
      {"lib/src/model/a.hpp", kSpdx + "#include \"mfpar/rating_store.hpp\"\n",
       "lib/src/model/a.hpp:2: \"mfpar/rating_store.hpp\": model may not include store\n"},
      {"lib/src/fold_in/a.cpp", kSpdx + "#include \"train/b.hpp\"\n",
       "lib/src/fold_in/a.cpp:2: \"train/b.hpp\": fold_in may not include train\n"},
      {"lib/src/recommend/a.cpp", kSpdx + "#include \"mfpar/fold_in.hpp\"\n",
       "lib/src/recommend/a.cpp:2: \"mfpar/fold_in.hpp\": recommend may not include fold_in\n"},
      {"lib/src/train/a.cpp", kSpdx + "#include \"common/json.hpp\"\n",
       "lib/src/train/a.cpp:2: \"common/json.hpp\": train may not include apps, tests, bench\n"},
      {"lib/src/compute/a.cpp", kSpdx + "#include \"mfpar/unheard_of.hpp\"\n",
       "lib/src/compute/a.cpp:2: \"mfpar/unheard_of.hpp\" is in no module\n"},
      {"lib/src/attic/a.cpp", kSpdx,
       "lib/src/attic/a.cpp:1: belongs to no module; see kLayers and kPublicHeaders in "
       "tests/architecture/architecture_rules.cpp\n"},
      {"tests/io/test_a.cpp",
       kSpdx + "BOOST_AUTO_TEST_SUITE(test_b)\n\nBOOST_AUTO_TEST_CASE(c) {}\n",
       "tests/io/test_a.cpp:1: test cases are to be in a suite that is called as the file\n"},
      {"tests/io/test_a.cpp",
       kSpdx + "BOOST_FIXTURE_TEST_CASE(c, D) {}\nBOOST_AUTO_TEST_SUITE(test_a)\n",
       "tests/io/test_a.cpp:1: test cases are to be in a suite that is called as the file\n"},
      {"lib/src/train/a.cpp", kSpdx + "#include <tbb/parallel_for.h>\n",
       "lib/src/train/a.cpp:2: <tbb/parallel_for.h>: oneTBB is for base/parallel only; use "
       "Workers\n"},
      {"bench/a.cpp", kSpdx + "#include <oneapi/tbb/info.h>\n",
       "bench/a.cpp:2: <oneapi/tbb/info.h>: oneTBB is for base/parallel only; use Workers\n"},
      {"lib/include/mfpar/types.hpp", kSpdx + "#include <Eigen/Core>\n",
       "lib/include/mfpar/types.hpp:2: <Eigen/Core>: a public header needs nothing but standard "
       "C++\n"},
      {"lib/include/mfpar/types.hpp", kSpdx + "#include <immintrin.h>\n",
       "lib/include/mfpar/types.hpp:2: <immintrin.h>: a public header needs nothing but standard "
       "C++\n"},
      {"lib/include/mfpar/train.hpp", kSpdx + "#include \"base/random.hpp\"\n",
       "lib/include/mfpar/train.hpp:2: \"base/random.hpp\": a public header includes public "
       "headers only\n"},
      {"lib/src/io/a.cpp", kSpdx + "std::cerr << 1;\n",
       "lib/src/io/a.cpp:2: cerr: the library never prints, exits or handles signals\n"},
      {"lib/src/io/a.cpp", kSpdx + "static thread_local int n;\n",
       "lib/src/io/a.cpp:2: thread_local: a nested loop may run another task on the same "
       "thread\n"},
      {"lib/CMakeLists.txt", "add_compile_options(-march=native)\n",
       "lib/CMakeLists.txt:1: built for this machine only; kernels choose at run time\n"},
      {"apps/a.cpp", "int main() {}\n",
       "apps/a.cpp:1: the first line is to be the SPDX line of the licence\n"},
      {"apps/a.sh", "#!/bin/sh\n",
       "apps/a.sh:1: the first line is to be the SPDX line of the licence\n"},
      {"lib/src/io/a.cpp", kSpdx + std::string(350, '\n'),
       "lib/src/io/a.cpp:351: more than 350 lines; what can be split off?\n"},
  };
  for (const auto& row : rows) BOOST_TEST(violations_in(row.path, row.text) == row.expected);
}

BOOST_AUTO_TEST_CASE(what_the_rules_allow_is_not_reported) {
  struct {
    const char* path;
    std::string text;
  } const rows[] = {
      {"lib/src/train/a.cpp", "#include \"text/b.hpp\"\n#include \"train/c.hpp\"\n"},
      {"lib/src/base/parallel_tbb.cpp", "#include <oneapi/tbb/parallel_for.h>\n"},
      {"lib/src/io/a.cpp", "#include <cstdio>\nstd::snprintf(text);  // no printf, no exit\n"},
      {"lib/include/mfpar/split.hpp", "#include <vector>\n#include \"mfpar/rating_store.hpp\"\n"},
      {"tests/a.cpp",
       "#include \"common/json.hpp\"\n#include \"recommend/b.hpp\"\nstd::cout << 1;\n"},
      {"lib/src/io/a.cpp", std::string(349, '\n')},
      {"tests/a.cpp", std::string(399, '\n')},
      {"tests/io/test_a.cpp", "BOOST_AUTO_TEST_SUITE(test_a)\n\nBOOST_AUTO_TEST_CASE(c) {}\n"},
  };
  for (const auto& row : rows) BOOST_TEST(violations_in(row.path, kSpdx + row.text) == "");
}

BOOST_AUTO_TEST_SUITE_END()
