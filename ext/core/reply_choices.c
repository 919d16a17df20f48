#include "reply_choices.h"

#include "reply_parts.h"

enum choice_slot {
    INDEX,
    CHOICE_DELTA,
    CHOICE_DELTA_CONTENT,
    CHOICE_DELTA_REFUSAL,
    CHOICE_MESSAGE,
    CHOICE_MESSAGE_CONTENT,
    CHOICE_MESSAGE_REFUSAL,
    CHOICE_AUDIO,
    CHOICE_TRANSCRIPT,
    CHOICE_WORDS,
    CHOICE_REASON,
    CHOICE_STOP,
    CHOICE_ERROR,
    CHOICE_ERROR_MESSAGE,
    CHOICE_ERROR_CODE,
    CHOICE_SLOTS
};

/* Whether an element of choices or candidates is the first choice: its index says so, or its place. */
static bool is_first_choice(struct bytes index, size_t place)
{
    return part_is_number(index) ? bytes_equal(index, BYTES("0")) : place == 0;
}

/* Adds the words of a refusal, of which many replies have an empty one. */
static void say_refusal(struct reply *reply, struct bytes refusal)
{
    if (part_is_string(refusal) && refusal.n > 2) {
        reply_say(reply, refusal);
        reply->refused = true;
    }
}

/* Some chunks have the message so far beside the delta. */
static void say_choice(struct reply_intake *in, const struct bytes *choice)
{
    struct reply *reply = in->reply;
    if (part_is_object(choice[CHOICE_DELTA])) {
        if (!reply_say_content(reply, choice[CHOICE_DELTA_CONTENT]))
            reply_say(reply, choice[CHOICE_WORDS]);
        say_refusal(reply, choice[CHOICE_DELTA_REFUSAL]);
        reply_say(reply, choice[CHOICE_TRANSCRIPT]);
    } else if (!part_is_object(choice[CHOICE_MESSAGE])) {
        reply_say(reply, choice[CHOICE_WORDS]);
    } else if (!in->said) {
        reply_say_content(reply, choice[CHOICE_MESSAGE_CONTENT]);
        if (!reply->borrowed.at && reply->text.n == 0) {
            say_refusal(reply, choice[CHOICE_MESSAGE_REFUSAL]);
            reply_say(reply, choice[CHOICE_TRANSCRIPT]);
        }
    }
    in->said = true;
}

void reply_take_choices(struct reply_intake *in, struct bytes choices)
{
    static const struct json_want choice_audio_wants[] = {
        JSON_WANT("transcript", CHOICE_TRANSCRIPT),
        JSON_WANTS_END,
    };
    static const struct json_want choice_delta_wants[] = {
        JSON_WANT("content", CHOICE_DELTA_CONTENT),
        JSON_WANT("refusal", CHOICE_DELTA_REFUSAL),
        JSON_WANT_IN("audio", CHOICE_AUDIO, choice_audio_wants),
        JSON_WANTS_END,
    };
    static const struct json_want choice_message_wants[] = {
        JSON_WANT("content", CHOICE_MESSAGE_CONTENT),
        JSON_WANT("refusal", CHOICE_MESSAGE_REFUSAL),
        JSON_WANT_IN("audio", CHOICE_AUDIO, choice_audio_wants),
        JSON_WANTS_END,
    };
    static const struct json_want choice_error_wants[] = {
        JSON_WANT("message", CHOICE_ERROR_MESSAGE),
        JSON_WANT("code", CHOICE_ERROR_CODE),
        JSON_WANTS_END,
    };
    static const struct json_want members[] = {
        JSON_WANT("index", INDEX),
        JSON_WANT_IN("delta", CHOICE_DELTA, choice_delta_wants),
        JSON_WANT_IN("message", CHOICE_MESSAGE, choice_message_wants),
        JSON_WANT("text", CHOICE_WORDS),
        JSON_WANT("messages", CHOICE_WORDS), /* Snowflake's */
        JSON_WANT("finish_reason", CHOICE_REASON),
        JSON_WANT("stop_reason", CHOICE_STOP), /* Bedrock's */
        JSON_WANT_IN("error", CHOICE_ERROR, choice_error_wants),
        JSON_WANTS_END,
    };
    static const struct json_want choice = JSON_WANT_IN("", 0, members);
    struct json_reader r;
    bool repeated = false;
    reader_open(&r, choices);
    reader_enter(&r, JSON_ARRAY);
    for (size_t place = 0; reader_next_element(&r); place++) {
        struct bytes found[CHOICE_SLOTS] = {{NULL, 0}};
        reader_collect(&r, &choice, found, &repeated);
        if (!is_first_choice(found[INDEX], place))
            continue;
        say_choice(in, found);
        reply_take_finish(in->reply, found[found[CHOICE_REASON].at ? CHOICE_REASON : CHOICE_STOP]);
        if (part_is_object(found[CHOICE_ERROR])) /* OpenRouter's */
            reply_take_error(in->reply, &(struct error_facts){
                                            .whole = found[CHOICE_ERROR],
                                            .message = found[CHOICE_ERROR_MESSAGE],
                                            .code = found[CHOICE_ERROR_CODE],
                                        });
    }
}

enum candidate_slot {
    CANDIDATE_INDEX,
    CANDIDATE_CONTENT,
    CANDIDATE_PARTS,
    CANDIDATE_REASON,
    CANDIDATE_SLOTS
};

void reply_take_candidates(struct reply_intake *in, struct bytes candidates)
{
    static const struct json_want content_wants[] = {
        JSON_WANT("parts", CANDIDATE_PARTS),
        JSON_WANTS_END,
    };
    static const struct json_want members[] = {
        JSON_WANT_IN("content", CANDIDATE_CONTENT, content_wants),
        JSON_WANT("finishReason", CANDIDATE_REASON),
        JSON_WANT("index", CANDIDATE_INDEX),
        JSON_WANTS_END,
    };
    static const struct json_want candidate = JSON_WANT_IN("", 0, members);
    struct json_reader r;
    bool repeated = false;
    if (!part_is_array(candidates))
        return;
    reader_open(&r, candidates);
    reader_enter(&r, JSON_ARRAY);
    for (size_t place = 0; reader_next_element(&r); place++) {
        struct bytes found[CANDIDATE_SLOTS] = {{NULL, 0}};
        reader_collect(&r, &candidate, found, &repeated);
        if (!is_first_choice(found[CANDIDATE_INDEX], place))
            continue;
        reply_say_parts(in->reply, found[CANDIDATE_PARTS]);
        reply_take_finish(in->reply, found[CANDIDATE_REASON]);
        in->said = true;
    }
}

enum item_slot { ITEM_TYPE, ITEM_ROLE, ITEM_CONTENT, ITEM_TEXT, ITEM_SLOTS };

static const struct json_want item_members[] = {
    JSON_WANT("type", ITEM_TYPE),
    JSON_WANT("role", ITEM_ROLE),
    JSON_WANT("content", ITEM_CONTENT),
    JSON_WANT("text", ITEM_TEXT),
    JSON_WANTS_END,
};
static const struct json_want item = JSON_WANT_IN("", 0, item_members);

/* Tools that the provider itself ran have their results beside them, and the reply goes on. */
static bool is_call(struct bytes type)
{
    return part_is(type, "function_call") || part_is(type, "function.call") ||
           part_is(type, "custom_tool_call") || part_is(type, "computer_call");
}

void reply_take_items(struct reply_intake *in, struct bytes items, bool *calls)
{
    struct json_reader r;
    bool repeated = false;
    bool message = false;
    *calls = false;
    if (!part_is_array(items))
        return;
    reader_open(&r, items);
    reader_enter(&r, JSON_ARRAY);
    while (reader_next_element(&r)) {
        struct bytes found[ITEM_SLOTS] = {{NULL, 0}};
        reader_collect(&r, &item, found, &repeated);
        *calls |= is_call(found[ITEM_TYPE]);
        if (in->said)
            continue;
        if (part_is(found[ITEM_TYPE], "message") || part_is(found[ITEM_TYPE], "message.output"))
            message |= reply_say_content(in->reply, found[ITEM_CONTENT]);
        else if (part_is(found[ITEM_TYPE], "text"))
            message |= reply_say(in->reply, found[ITEM_TEXT]);
    }
    in->said |= message;
}

void reply_take_last_message(struct reply_intake *in, struct bytes messages)
{
    struct bytes last = {NULL, 0};
    struct json_reader r;
    bool repeated = false;
    reader_open(&r, messages);
    reader_enter(&r, JSON_ARRAY);
    while (reader_next_element(&r)) {
        struct bytes found[ITEM_SLOTS] = {{NULL, 0}};
        reader_collect(&r, &item, found, &repeated);
        if (part_is(found[ITEM_ROLE], "assistant"))
            last = found[ITEM_CONTENT];
    }
    reply_say_content(in->reply, last);
    in->said = true;
}
