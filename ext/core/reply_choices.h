/*
 * reply_choices.h -- the lists inside replies and chunks, of which the first choice counts, or all
 * that is text.
 */
#ifndef LIGHTNING_REPLY_CHOICES_H
#define LIGHTNING_REPLY_CHOICES_H

#include "reply_shapes.h"

/* OpenAI's `choices`: each has a delta, a message or a text. */
void reply_take_choices(struct reply_intake *in, struct bytes choices);
/* Gemini's `candidates`. */
void reply_take_candidates(struct reply_intake *in, struct bytes candidates);
/* The items of the Responses API's `output` or of Mistral's and Gemini's `outputs`: messages among
 * calls of tools and reasoning. *calls: whether a call waits for the client. */
void reply_take_items(struct reply_intake *in, struct bytes items, bool *calls);
/* What a chat in Hugging Face's pipeline ends with: the content of the last message. */
void reply_take_last_message(struct reply_intake *in, struct bytes messages);

#endif
