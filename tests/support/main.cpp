// SPDX-License-Identifier: MIT
//
// The main() of every program of tests, which Boost.Test makes.
#define BOOST_TEST_MODULE mfpar
#include <boost/test/unit_test.hpp>
