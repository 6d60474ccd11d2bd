// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/model_handle.hpp"

namespace mfpar::tests {

/// What a service is asked, by kind.
enum QuestionKind : std::size_t { kTrainedUser, kNewUser, kSimilarItems, kOneRating, kKinds };
inline constexpr std::array<const char*, kKinds> kKindNames{"GET /recommend", "POST /recommend",
                                                            "GET /similar", "GET /predict"};

struct ExpectedItem {
  std::string id;
  float score = 0.0f;
  float rating = 0.0f;
  bool operator==(const ExpectedItem&) const = default;
};

/// A right answer: a list, or one rating.
struct ExpectedAnswer {
  std::vector<ExpectedItem> items;
  std::optional<float> rating;
  bool operator==(const ExpectedAnswer&) const = default;
};

/// A request, and the right answer of each of the two models, from libmfpar in this process.
struct Question {
  QuestionKind kind;
  std::string method;
  std::string target;
  std::string body;
  std::array<ExpectedAnswer, 2> expected;
};

/// `of_each_kind` random questions of every kind about users and items that both models know.
std::vector<Question> make_questions(const std::array<const ServedModel*, 2>& models,
                                     std::size_t of_each_kind, std::uint64_t seed);

/// What the body of an answer says, and by which version. Throws std::runtime_error when that
/// cannot be read from it.
struct ReadAnswer {
  std::uint64_t version = 0;
  ExpectedAnswer answer;
};
ReadAnswer read_answer(std::string_view body);

}  // namespace mfpar::tests
