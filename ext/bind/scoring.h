/*
 * scoring.h -- the rewards of one reply: the same for a stored trace, a folder and an argument.
 *
 * Makes no SQLite call.
 */
#ifndef LIGHTNING_SCORING_H
#define LIGHTNING_SCORING_H

#include <stdbool.h>

#include "reply.h"
#include "reward.h"

/* Why a reply is unsafe before its words are looked at: "call.failed", "call.blocked",
 * "reply.unknown" (no words were recognised); NULL when it is not. `blocked` is the trace's word. */
const char *scoring_unsafe(const struct reply *reply, bool blocked);

/* All four; latency in ms, NaN when unknown. */
struct rewards scoring_rewards(const struct scorer *scorer, const struct reply *reply, bool blocked,
                               double latency_ms);

/* Reads {"safety": 0.5, "empathy": 0.3, ...}: names that are left out weigh nothing. Returns NULL, or
 * what is wrong with it. */
const char *weights_read(struct bytes json, struct reward_weights *weights);

#endif
