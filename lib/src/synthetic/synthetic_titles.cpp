// SPDX-License-Identifier: MIT
#include "synthetic/synthetic_titles.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <vector>

namespace mfpar {

namespace {

constexpr std::array<std::string_view, 64> kAdjectives{
    "Crimson",  "Silent",   "Broken", "Golden",    "Distant",   "Hollow",   "Burning", "Frozen",
    "Hidden",   "Last",     "Long",   "Lost",      "Midnight",  "Northern", "Open",    "Pale",
    "Quiet",    "Restless", "Salt",   "Scarlet",   "Second",    "Shallow",  "Silver",  "Sleeping",
    "Small",    "Southern", "Stolen", "Strange",   "Summer",    "Tall",     "Tender",  "Thin",
    "Thirteen", "Untold",   "Velvet", "Wandering", "White",     "Wild",     "Winter",  "Wooden",
    "Amber",    "Ancient",  "Blind",  "Bitter",    "Black",     "Borrowed", "Bright",  "Cold",
    "Copper",   "Crooked",  "Dark",   "Early",     "Eastern",   "Electric", "Empty",   "Endless",
    "Faithful", "Fallen",   "False",  "First",     "Forgotten", "Gentle",   "Green",   "Iron"};

constexpr std::array<std::string_view, 64> kNouns{
    "Harbour",  "River",    "Station", "Garden",   "Bridge",  "Letter",   "Island",  "Mirror",
    "Orchard",  "Lantern",  "Winter",  "Valley",   "Tower",   "Road",     "House",   "Sea",
    "Shore",    "Stranger", "Song",    "Shadow",   "Window",  "Voyage",   "Village", "Tide",
    "Theatre",  "Storm",    "Stone",   "Sky",      "Sister",  "Season",   "Room",    "Promise",
    "Portrait", "Piano",    "Night",   "Mountain", "Morning", "Moon",     "Meadow",  "Map",
    "Machine",  "Light",    "Library", "Lake",     "Kingdom", "Journey",  "Hunter",  "Hotel",
    "Horizon",  "Hill",     "Heart",   "Guest",    "Ghost",   "Game",     "Forest",  "Fire",
    "Field",    "Echo",     "Dream",   "Door",     "Desert",  "Daughter", "Circus",  "Captain"};

constexpr std::array<std::string_view, 20> kGenres{
    "Drama",   "Comedy",  "Thriller",    "Romance",   "Action",  "Horror", "Science Fiction",
    "Crime",   "Fantasy", "Documentary", "Adventure", "Mystery", "War",    "Western",
    "Musical", "Family",  "Animation",   "History",   "Sport",   "Noir"};

constexpr std::uint64_t kPairs = kAdjectives.size() * kNouns.size();
constexpr std::uint64_t kPatterns = 4;
constexpr std::uint64_t kFirstYear = 1930, kYears = 94;
constexpr std::size_t kMaxGenres = 3;

std::string by_pattern(std::uint64_t pattern, std::string_view adjective, std::string_view noun) {
  const std::string pair = std::string(adjective) + ' ' + std::string(noun);
  switch (pattern) {
    case 0:
      return "The " + pair;
    case 1:
      return pair;
    case 2:
      return "Return to the " + pair;
    default:
      return "Beyond the " + pair;
  }
}

}  // namespace

SyntheticTitles::SyntheticTitles(std::uint64_t seed)
    : seed_(seed), order_(kPairs * kPatterns, seed) {}

std::string SyntheticTitles::title(std::uint64_t number) const {
  const std::uint64_t code = order_(number % (kPairs * kPatterns));
  const std::uint64_t sequel = number / (kPairs * kPatterns) + 1;
  const std::uint64_t pair = code % kPairs;
  const std::uint64_t year = kFirstYear + derive_seed(seed_, number) % kYears;
  return by_pattern(code / kPairs, kAdjectives[pair % kAdjectives.size()],
                    kNouns[pair / kAdjectives.size()]) +
         (sequel > 1 ? ' ' + std::to_string(sequel) : "") + " (" + std::to_string(year) + ')';
}

std::string genres_of(std::span<const float> factors, double strong) {
  std::vector<std::size_t> dimensions(factors.size());
  std::iota(dimensions.begin(), dimensions.end(), std::size_t{0});
  const auto end =
      dimensions.begin() + static_cast<std::ptrdiff_t>(std::min(kMaxGenres, dimensions.size()));
  std::partial_sort(dimensions.begin(), end, dimensions.end(),
                    [&](std::size_t a, std::size_t b) { return factors[a] > factors[b]; });
  std::string genres;
  for (auto dimension = dimensions.begin(); dimension != end; ++dimension) {
    if (!genres.empty() && factors[*dimension] <= strong) break;
    if (!genres.empty()) genres += '|';
    genres += *dimension < kGenres.size() ? std::string(kGenres[*dimension])
                                          : "Genre " + std::to_string(*dimension + 1);
  }
  return genres;
}

}  // namespace mfpar
