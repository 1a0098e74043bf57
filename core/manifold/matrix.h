// The dense matrices of core/manifold: double precision, row-major, n×n with H(i, j) the weight
// with which output stream i takes from input stream j.
#pragma once

#include <Eigen/Core>

namespace mhc {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

}  // namespace mhc
