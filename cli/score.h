/*
 * score.h -- the two halves of `lightning score`, and what they share.
 */
#ifndef LIGHTNING_SCORE_H
#define LIGHTNING_SCORE_H

#include "filters.h"
#include "output.h"
#include "report.h"

struct scoring {
    const struct arguments *args;
    struct filters filters;
    struct setting settings[FILTER_SETTINGS];
    int n_settings;
    struct output out;
};

/* `lightning score --against feedback`: compares the rewards with people's scores. The file is open.
 * Returns an exit code. */
int score_against(struct scoring *scoring, struct db *db);

/* Says of components whose replies are mostly JSON that empathy and length tell nothing there; in
 * tables on stdout, else on stderr. Returns an exit code. */
int score_note_json(struct scoring *scoring, struct db *db);

/* Prints a line for people, wrapped: with tables on stdout, else on stderr. Like printf(), at most 400
 * bytes; without the newline. */
void score_say(const struct scoring *scoring, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
