// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar {

/// A parabola in the score, curvature (score - vertex)^2 / 2 and a constant, that touches a loss at
/// some score and lies nowhere below it: to minimise it lowers the loss (Hunter and Lange, "A
/// tutorial on MM algorithms", 2004). So any of our losses is minimised by weighted least squares,
/// the vertices as targets and the curvatures as weights, again and again.
struct Majoriser {
  double vertex = 0.0;
  double curvature = 1.0;
};

}  // namespace mfpar
