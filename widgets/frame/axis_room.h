// Room inside a plot for what lies over it.
//
// Thread rule: pure but for the axis.
#pragma once

class QCPAxis;

namespace mhc {

// Widens the range of a laid out axis of `pixels` length so that what it shows now keeps clear of
// `above` and `below` pixels at its ends; at most half of the axis is given away.
void LeaveRoom(QCPAxis& axis, double pixels, double above, double below);

}  // namespace mhc
