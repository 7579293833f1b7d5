/*
 * sweep_doctor.h - what the parts of `sweep doctor` share.
 * SPDX-License-Identifier: MIT
 */
#ifndef SWEEP_DOCTOR_H
#define SWEEP_DOCTOR_H

enum answer {
    ANSWER_YES,  /* this can be shown here */
    ANSWER_NO,   /* this cannot */
    ANSWER_NOTE, /* it can, but read this first */
};

/* One line on stdout: answer and topic in columns of their own, then words. */
void doctor_say(enum answer answer, const char *topic, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether equal work takes equal time now. Takes less than a second. */
void doctor_noise(void);
/* io_uring, performance counters, the clock. */
void doctor_io_uring(void);
void doctor_counters(void);
void doctor_clock(void);
/* How many items can be in flight. */
void doctor_limits(void);
/* How long fsync takes below `directory`; returns whether one can write. */
int doctor_disk(const char *directory);

#endif
