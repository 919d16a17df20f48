/*
 * reply_faults.h -- objects that are errors, in each provider's way of writing them.
 *
 * `members` are those that reply_members.h wants, of `object`. The functions return whether it is an
 * error, and then have taken it.
 */
#ifndef LIGHTNING_REPLY_FAULTS_H
#define LIGHTNING_REPLY_FAULTS_H

#include "reply.h"

/* {"error": …} of any kind; null, false and "" are none. */
bool fault_take(struct reply *reply, const struct bytes *members, struct bytes object);
/* {"message": …} and the like: to be asked only of what is no reply. A planner's JSON may have a
 * message too, so there must be more to it. */
bool fault_take_flat(struct reply *reply, const struct bytes *members, struct bytes object);
/* What is called an error by what stands around it. */
void fault_take_any(struct reply *reply, struct bytes value);

/* Whether it is an HTTP status from 400 to 599. */
bool fault_status(struct bytes value);

#endif
