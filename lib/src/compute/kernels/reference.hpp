// SPDX-License-Identifier: MIT
#pragma once

#include "compute/kernels/gram_pass.hpp"
#include "compute/kernels/one_class_pass.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// The scalar twin of the SGD kernels: the same updates in the same order, from rating_gradient()
/// and with nothing clever. Kernels agree with it up to rounding.
PassSums sgd_reference(Loss loss, const SgdPass& pass, bool adagrad);

/// The scalar twin of the error kernels.
PassSums error_reference(Loss loss, const ErrorPass& pass);

/// The scalar twin of the Gram kernels.
void gram_reference(const GramPass& pass);

/// The scalar twin of the product kernels.
void product_reference(const ProductPass& pass);

/// The scalar twin of the one-class kernels, in double precision.
std::uint64_t one_class_reference(const OneClassPass& pass);
double positive_error_reference(const PositiveRuns& runs, const float* moving);

}  // namespace mfpar
