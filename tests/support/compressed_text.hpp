// SPDX-License-Identifier: MIT
#pragma once

#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <string>

namespace mfpar::tests {

template <class Compressor>
std::string compress(const std::string& text) {
  std::string packed;
  {
    boost::iostreams::filtering_streambuf<boost::iostreams::output> out;
    out.push(Compressor());
    out.push(boost::iostreams::back_inserter(packed));
    out.sputn(text.data(), static_cast<std::streamsize>(text.size()));
  }
  return packed;
}

inline std::string gzip(const std::string& text) {
  return compress<boost::iostreams::gzip_compressor>(text);
}

inline std::string zstd(const std::string& text) {
  return compress<boost::iostreams::zstd_compressor>(text);
}

}  // namespace mfpar::tests
