// SPDX-License-Identifier: MIT
//
// Stands for the headers that are compiled in advance; there is nothing besides them.
#include "precompiled.hpp"
