// SPDX-License-Identifier: MIT
#include "capi/objects.hpp"

namespace mfpar::capi {

void require_index(std::uint32_t index, std::uint32_t count, const char* what) {
  if (index < count) return;
  throw Refusal(MFPAR_BAD_ARGUMENT, std::string(what) + " index " + std::to_string(index) +
                                        " is beyond the model, which has " + std::to_string(count) +
                                        "; look indices up by id in this very model");
}

void require_index_or_none(std::uint32_t index, std::uint32_t count, const char* what) {
  if (index != kNoIndex) require_index(index, count, what);
}

namespace {

static_assert(MFPAR_NO_INDEX == kNoIndex);

void find(const IdDictionary& ids, const char* id, std::uint32_t* index, const char* what) {
  required(index, "index") = kNoIndex;
  *index = ids.find(required_text(id, "id"));
  if (*index != kNoIndex) return;
  throw Refusal(MFPAR_UNKNOWN_ID, "the model has no " + std::string(what) + " '" + id +
                                      "'; was it in the ratings that it was trained on?");
}

void give_id(const IdDictionary& ids, std::uint32_t index, char* id, std::size_t capacity,
             std::size_t* needed, const char* what) {
  require_index(index, ids.size(), what);
  const std::string text = ids.id(index);
  hand_over<char>({text.c_str(), text.size() + 1}, id, capacity, needed);
}

}  // namespace

}  // namespace mfpar::capi

using namespace mfpar;
using namespace mfpar::capi;

mfpar_status mfpar_model_load(const char* path, mfpar_model** model) {
  return create(model, "model",
                [&] { return mfpar_model{ModelHandle(required_text(path, "path")).current()}; });
}

mfpar_status mfpar_model_map(const char* path, mfpar_model** model) {
  return create(model, "model", [&] {
    const ModelHandle handle(required_text(path, "path"), {.memory = ModelMemory::kShared});
    return mfpar_model{handle.current()};
  });
}

void mfpar_model_free(mfpar_model* model) { delete model; }

mfpar_status mfpar_model_version(const mfpar_model* model, std::uint64_t* version) {
  return guarded([&] { required(version, "version") = required(model, "model").served->version; });
}

mfpar_status mfpar_model_user_count(const mfpar_model* model, std::uint32_t* count) {
  return guarded(
      [&] { required(count, "count") = required(model, "model").factors().user_count(); });
}

mfpar_status mfpar_model_item_count(const mfpar_model* model, std::uint32_t* count) {
  return guarded(
      [&] { required(count, "count") = required(model, "model").factors().item_count(); });
}

mfpar_status mfpar_model_rank(const mfpar_model* model, std::uint32_t* rank) {
  return guarded([&] { required(rank, "rank") = required(model, "model").factors().rank(); });
}

mfpar_status mfpar_model_loss(const mfpar_model* model, const char** name) {
  return guarded([&] {
    required(name, "name") = describe_loss(required(model, "model").factors().loss()).name.data();
  });
}

mfpar_status mfpar_model_feedback(const mfpar_model* model, const char** name) {
  return guarded([&] {
    const FactorModel& factors = required(model, "model").factors();
    required(name, "name") = factors.parts().one_class                   ? "both"
                             : factors.feedback() == Feedback::kOneClass ? "one-class"
                                                                         : "ratings";
  });
}

mfpar_status mfpar_model_range(const mfpar_model* model, float* lowest, float* highest) {
  return guarded([&] {
    const RatingRange range = required(model, "model").factors().range();
    required(lowest, "lowest");
    required(highest, "highest") = range.highest;
    *lowest = range.lowest;
  });
}

mfpar_status mfpar_model_find_user(const mfpar_model* model, const char* id, std::uint32_t* index) {
  return guarded([&] { find(required(model, "model").factors().users(), id, index, "user"); });
}

mfpar_status mfpar_model_find_item(const mfpar_model* model, const char* id, std::uint32_t* index) {
  return guarded([&] { find(required(model, "model").factors().items(), id, index, "item"); });
}

mfpar_status mfpar_model_user_id(const mfpar_model* model, std::uint32_t index, char* id,
                                 std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    give_id(required(model, "model").factors().users(), index, id, capacity, needed, "user");
  });
}

mfpar_status mfpar_model_item_id(const mfpar_model* model, std::uint32_t index, char* id,
                                 std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    give_id(required(model, "model").factors().items(), index, id, capacity, needed, "item");
  });
}

mfpar_status mfpar_predict(const mfpar_model* model, std::uint32_t user, std::uint32_t item,
                           float* rating) {
  return guarded([&] {
    const FactorModel& factors = required(model, "model").factors();
    require_index_or_none(user, factors.user_count(), "user");
    require_index_or_none(item, factors.item_count(), "item");
    required(rating, "rating") = factors.predict(user, item);
  });
}

mfpar_status mfpar_predict_interval(const mfpar_model* model, std::uint32_t user,
                                    std::uint32_t item, mfpar_interval* interval) {
  return guarded([&] {
    const FactorModel& factors = required(model, "model").factors();
    require_index_or_none(user, factors.user_count(), "user");
    require_index_or_none(item, factors.item_count(), "item");
    required(interval, "interval") = interval_of(factors.interval(user, item));
  });
}

mfpar_status mfpar_model_values(const mfpar_model* model, float* values, std::size_t capacity,
                                std::size_t* needed) {
  return guarded([&] {
    const auto known = required(model, "model").factors().parts().link.values.span();
    hand_over<float>(known, values, capacity, needed);
  });
}

mfpar_status mfpar_predict_probabilities(const mfpar_model* model, std::uint32_t user,
                                         std::uint32_t item, float* probabilities,
                                         std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const FactorModel& factors = required(model, "model").factors();
    require_index_or_none(user, factors.user_count(), "user");
    require_index_or_none(item, factors.item_count(), "item");
    hand_over<float>(factors.probabilities(user, item), probabilities, capacity, needed);
  });
}

mfpar_status mfpar_predict_ids(const mfpar_model* model, const char* user, const char* item,
                               float* rating) {
  return guarded([&] {
    const FactorModel& factors = required(model, "model").factors();
    const UserIndex u = factors.users().find(required_text(user, "user"));
    const ItemIndex i = factors.items().find(required_text(item, "item"));
    required(rating, "rating") = factors.predict(u, i);
  });
}
