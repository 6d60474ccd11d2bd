// SPDX-License-Identifier: MIT
//
// Compiled once for all programs of tests: what nearly every one of them includes.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>
