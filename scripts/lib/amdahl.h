/*
 * amdahl.h - the serial share of one block's times.
 * SPDX-License-Identifier: MIT
 *
 * Amdahl's law (Amdahl, AFIPS 1967): of the time T of one worker a share s
 * cannot be divided, so n workers take T (s + (1 - s) / n), and n times that,
 * the processor-seconds, is T (1 + s (n - 1)): a straight line. Any two worker
 * counts m < n therefore give s, by the ratio r of their processor-seconds:
 *
 *     s = (r - 1) / ((n - 1) - r (m - 1))
 *
 * With m = 1 this is the figure of Karp and Flatt (CACM 33, 1990). With more
 * counts each pair votes, weighed by how much it can know, and the weighted
 * median wins (Theil 1950, Sen 1968, for straight lines). Why not least
 * squares: noise of timings lies on one side. A sum of such errors leans to
 * one side too, even where errors of equal arms cancel in each ratio, so its
 * interval misses more often than it says: 94.4 instead of 95.9 % with
 * exponential noise, counts 1, 2, 4, 8 and s = 0. The vote has no such lean,
 * and one disturbed run does not move it.
 */
#ifndef AMDAHL_H
#define AMDAHL_H

#include <stddef.h>

enum { AMDAHL_LEAST = 3, AMDAHL_MOST = 64 }; /* worker counts */

/* The experimentally determined serial fraction of Karp and Flatt: what share
 * s would explain this speedup of n workers. NaN for n <= 1 or a speedup that
 * is not above 0. */
double karp_flatt(double speedup, double n);

/*
 * The serial share that the times say, by the vote described above: count
 * worker counts n[i], ascending and different, and the seconds each took. Not
 * clipped to 0..1: below 0 means more than n times as fast, and cutting that
 * off would make the interval around many such numbers wrong. NaN when fewer
 * than two times are positive numbers; times that are not are left out. Fewer
 * than AMDAHL_LEAST counts say nothing about whether the law holds: call
 * the result Karp and Flatt's figure then, not a fit.
 */
double amdahl_share(const double *n, const double *seconds, size_t count);

/* What the law says of the speedup of n workers. */
double amdahl_speedup(double share, double n);

#endif
