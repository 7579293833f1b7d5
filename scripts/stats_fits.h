/*
 * stats_fits.h - laws of scaling held against measurements: who computes
 * them and who shows them.
 * SPDX-License-Identifier: MIT
 */
#ifndef STATS_FITS_H
#define STATS_FITS_H

#include "stats.h"

/* stats_fit.c: the command `stats fit FILE.csv [OPTION...]`; argv[0] is
 * "fit". Answers the exit status, 2 for wrong usage. */
int fit_command(int argc, char **argv);

#endif
