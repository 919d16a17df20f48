#include "reply_members.h"

static const struct json_want tokens_wants[] = {
    JSON_WANT("input_tokens", PROMPT_TOKENS),
    JSON_WANT("output_tokens", COMPLETION_TOKENS),
    JSON_WANTS_END,
};
static const struct json_want billed_wants[] = {
    JSON_WANT("input_tokens", BILLED_PROMPT),
    JSON_WANT("output_tokens", BILLED_COMPLETION),
    JSON_WANTS_END,
};
static const struct json_want usage_wants[] = {
    JSON_WANT("prompt_tokens", PROMPT_TOKENS),
    JSON_WANT("completion_tokens", COMPLETION_TOKENS),
    JSON_WANT("input_tokens", PROMPT_TOKENS),
    JSON_WANT("output_tokens", COMPLETION_TOKENS),
    JSON_WANT("inputTokens", PROMPT_TOKENS),
    JSON_WANT("outputTokens", COMPLETION_TOKENS),
    JSON_WANT("total_input_tokens", PROMPT_TOKENS),
    JSON_WANT("total_output_tokens", COMPLETION_TOKENS),
    JSON_WANT_IN("billed_units", USAGE, billed_wants),
    JSON_WANT_IN("tokens", USAGE, tokens_wants),
    JSON_WANTS_END,
};
static const struct json_want usage_in_wants[] = {
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANTS_END,
};
static const struct json_want choice_wants[] = {
    JSON_WANT("message", CHOICE),
    JSON_WANT("delta", CHOICE),
    JSON_WANT("text", CHOICE_TEXT),
    JSON_WANT("messages", CHOICE_TEXT),
    JSON_WANT("finish_reason", CHOICE_FINISH),
    JSON_WANT("stop_reason", CHOICE_STOP),
    JSON_WANTS_END,
};
static const struct json_want candidate_wants[] = {
    JSON_WANT("content", CANDIDATE_CONTENT),
    JSON_WANT("finishReason", CANDIDATE_FINISH),
    JSON_WANTS_END,
};
static const struct json_want feedback_wants[] = {
    JSON_WANT("blockReason", BLOCK_REASON),
    JSON_WANTS_END,
};
static const struct json_want usage_metadata_wants[] = {
    JSON_WANT("promptTokenCount", PROMPT_TOKENS),
    JSON_WANT("candidatesTokenCount", COMPLETION_TOKENS),
    JSON_WANTS_END,
};
static const struct json_want message_wants[] = {
    JSON_WANT("role", MESSAGE_ROLE),
    JSON_WANT("content", MESSAGE_CONTENT),
    JSON_WANT("model", MESSAGE_MODEL),
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANTS_END,
};
static const struct json_want content_wants[] = {
    JSON_WANT("text", CONTENT_TEXT),
    JSON_WANTS_END,
};
static const struct json_want delta_content_wants[] = {
    JSON_WANT("text", DELTA_CONTENT_TEXT),
    JSON_WANTS_END,
};
static const struct json_want delta_message_wants[] = {
    JSON_WANT_IN("content", DELTA_CONTENT, delta_content_wants),
    JSON_WANTS_END,
};
static const struct json_want delta_wants[] = {
    JSON_WANT("type", DELTA_TYPE),
    JSON_WANT("text", DELTA_TEXT),
    JSON_WANT_IN("message", DELTA_MESSAGE, delta_message_wants),
    JSON_WANT("stop_reason", FINISH),
    JSON_WANT("finish_reason", FINISH),
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANT("error", DELTA_ERROR),
    JSON_WANTS_END,
};
static const struct json_want delta_in_wants[] = {
    JSON_WANT_IN("delta", DELTA, delta_wants),
    JSON_WANTS_END,
};
static const struct json_want block_wants[] = {
    JSON_WANT("type", BLOCK_TYPE),
    JSON_WANT("text", BLOCK_TEXT),
    JSON_WANTS_END,
};
static const struct json_want stop_wants[] = {
    JSON_WANT("stopReason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want output_message_wants[] = {
    JSON_WANT("content", OUTPUT_CONTENT),
    JSON_WANTS_END,
};
static const struct json_want output_wants[] = {
    JSON_WANT_IN("message", OUTPUT_MESSAGE, output_message_wants),
    JSON_WANT_IN_FIRST("choices", OUTPUT_CHOICES, choice_wants),
    JSON_WANT("text", OUTPUT_WORDS),
    JSON_WANT("finish_reason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want outputs_wants[] = {
    JSON_WANT("type", OUTPUTS_TYPE),
    JSON_WANT("text", OUTPUTS_TEXT),
    JSON_WANT("stop_reason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want result_wants[] = {
    JSON_WANT("generated_text", RESULT_TEXT),
    JSON_WANT("generated_token_count", COMPLETION_TOKENS),
    JSON_WANT("input_token_count", PROMPT_TOKENS),
    JSON_WANT("stop_reason", FINISH),
    JSON_WANT("tokenCount", COMPLETION_TOKENS),
    JSON_WANT("outputText", RESULT_TEXT),
    JSON_WANT("completionReason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want data_text_wants[] = {
    JSON_WANT("text", COMPLETIONS_TEXT),
    JSON_WANTS_END,
};
static const struct json_want reason_wants[] = {
    JSON_WANT("reason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want completions_wants[] = {
    JSON_WANT("completion", COMPLETIONS_TEXT),
    JSON_WANT("finish_reason", FINISH),
    JSON_WANT_IN("data", NESTED, data_text_wants),
    JSON_WANT_IN("finishReason", NESTED, reason_wants),
    JSON_WANTS_END,
};
static const struct json_want generations_wants[] = {
    JSON_WANT("id", GENERATIONS_ID),
    JSON_WANT("text", GENERATIONS_TEXT),
    JSON_WANT("finish_reason", FINISH),
    JSON_WANTS_END,
};
static const struct json_want predictions_wants[] = {
    JSON_WANT("content", PREDICTIONS_TEXT),
    JSON_WANT("safetyAttributes", PREDICTIONS_SAFETY),
    JSON_WANTS_END,
};
static const struct json_want token_wants[] = {
    JSON_WANT("text", TOKEN_TEXT),
    JSON_WANT("special", TOKEN_SPECIAL),
    JSON_WANTS_END,
};
static const struct json_want details_wants[] = {
    JSON_WANT("finish_reason", FINISH),
    JSON_WANT("generated_tokens", COMPLETION_TOKENS),
    JSON_WANTS_END,
};
static const struct json_want incomplete_wants[] = {
    JSON_WANT("reason", INCOMPLETE_REASON),
    JSON_WANTS_END,
};
static const struct json_want generation_wants[] = {
    JSON_WANT("content", GENERATION_CONTENT),
    JSON_WANTS_END,
};
static const struct json_want error_wants[] = {
    JSON_WANT("message", ERROR_MESSAGE),     JSON_WANT("Message", ERROR_MESSAGE),
    JSON_WANT("description", ERROR_MESSAGE), JSON_WANT("code", ERROR_CODE),
    JSON_WANT("Code", ERROR_CODE),           JSON_WANT("type", ERROR_TYPE),
    JSON_WANT("status", ERROR_STATUS),       JSON_WANTS_END,
};

static const struct json_want detail_wants[] = {
    JSON_WANT("loc", DETAIL_PLACE),
    JSON_WANTS_END,
};

static const struct json_want top_wants[] = {
    /* Those of most streams first. */
    JSON_WANT("type", TYPE),
    JSON_WANT("object", OBJECT),
    JSON_WANT("model", MODEL),
    JSON_WANT_IN_FIRST("choices", CHOICES, choice_wants),
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANT_IN("delta", DELTA, delta_wants),
    JSON_WANT_IN_FIRST("candidates", CANDIDATES, candidate_wants),
    JSON_WANT_IN("usageMetadata", USAGE_METADATA, usage_metadata_wants),
    JSON_WANT("modelVersion", MODEL),
    JSON_WANT("response", RESPONSE),
    JSON_WANT("sequence_number", EVENT_PLACE),
    JSON_WANT("output_index", EVENT_PLACE),
    JSON_WANT_IN("message", MESSAGE, message_wants),
    JSON_WANT("done", DONE),
    JSON_WANT("event_type", EVENT_TYPE),
    JSON_WANT("is_finished", IS_FINISHED),
    JSON_WANT("text", TEXT),
    JSON_WANT_IN("token", TOKEN, token_wants),
    JSON_WANT_IN("content_block", BLOCK, block_wants),
    JSON_WANT_IN("contentBlockDelta", BEDROCK_EVENT, delta_in_wants),
    JSON_WANT("contentBlockIndex", BEDROCK_EVENT),
    JSON_WANT("messageStart", BEDROCK_EVENT),
    JSON_WANT("contentBlockStart", BEDROCK_EVENT),
    JSON_WANT("contentBlockStop", BEDROCK_EVENT),
    JSON_WANT_IN("messageStop", BEDROCK_EVENT, stop_wants),
    JSON_WANT_IN("metadata", METADATA, usage_in_wants),
    JSON_WANT_IN_FIRST("results", NESTED, result_wants),
    JSON_WANT("outputText", OUTPUT_TEXT),
    /* Those of whole replies. */
    JSON_WANT("role", ROLE),
    JSON_WANT_IN("content", CONTENT, content_wants),
    JSON_WANT("stop_reason", FINISH),
    JSON_WANT("finish_reason", FINISH),
    JSON_WANT("stopReason", FINISH),
    JSON_WANT("done_reason", FINISH),
    JSON_WANT("completionReason", FINISH),
    JSON_WANT_IN("promptFeedback", PROMPT_FEEDBACK, feedback_wants),
    JSON_WANT_IN("output", OUTPUT, output_wants),
    JSON_WANT_IN_FIRST("outputs", OUTPUTS, outputs_wants),
    JSON_WANT_IN_FIRST("completions", NESTED, completions_wants),
    JSON_WANT_IN_FIRST("generations", NESTED, generations_wants),
    JSON_WANT_IN_FIRST("predictions", NESTED, predictions_wants),
    JSON_WANT("generated_text", GENERATED_TEXT),
    JSON_WANT_IN("generation", GENERATION, generation_wants),
    JSON_WANT("completion", COMPLETION),
    JSON_WANT("generation_id", TEXT_ID),
    JSON_WANT("response_id", TEXT_ID),
    JSON_WANT("model_id", MODEL),
    JSON_WANT("model_version", MODEL),
    JSON_WANT_IN("details", NESTED, details_wants),
    JSON_WANT_IN("incomplete_details", NESTED, incomplete_wants),
    JSON_WANT_IN("meta", NESTED, usage_wants),
    JSON_WANT_IN("x_groq", NESTED, usage_in_wants),
    JSON_WANT("prompt_eval_count", PROMPT_TOKENS),
    JSON_WANT("eval_count", COMPLETION_TOKENS),
    JSON_WANT("prompt_token_count", PROMPT_TOKENS),
    JSON_WANT("generation_token_count", COMPLETION_TOKENS),
    JSON_WANT("inputTextTokenCount", PROMPT_TOKENS),
    JSON_WANT("totalOutputTextTokenCount", COMPLETION_TOKENS),
    JSON_WANT("num_tokens_prompt_total", PROMPT_TOKENS),
    JSON_WANT("num_tokens_generated", COMPLETION_TOKENS),
    JSON_WANT("urls", URLS),
    /* Those of errors and of what clients wrap around. */
    JSON_WANT_IN("error", ERROR, error_wants),
    JSON_WANT_IN("Error", ERROR, error_wants),
    JSON_WANT_IN_FIRST("errors", ERRORS, error_wants),
    JSON_WANT_IN_FIRST("detail", DETAIL, detail_wants),
    JSON_WANT("success", SUCCESS),
    JSON_WANT("msg", MESSAGE),
    JSON_WANT("status", STATUS),
    JSON_WANT("status_code", STATUS),
    JSON_WANT("statusCode", STATUS),
    JSON_WANT("code", CODE),
    JSON_WANT("__type", ERROR_NAME),
    JSON_WANT("error_type", ERROR_NAME),
    JSON_WANT("Message", MESSAGE),
    JSON_WANT("request_id", REQUEST_ID),
    JSON_WANT("id", ID),
    JSON_WANT_IN("throttlingException", FAULT, error_wants),
    JSON_WANT_IN("validationException", FAULT, error_wants),
    JSON_WANT_IN("internalServerException", FAULT, error_wants),
    JSON_WANT_IN("modelTimeoutException", FAULT, error_wants),
    JSON_WANT_IN("modelStreamErrorException", FAULT, error_wants),
    JSON_WANT_IN("serviceUnavailableException", FAULT, error_wants),
    JSON_WANT("body", BODY),
    JSON_WANT("data", DATA),
    JSON_WANT("headers", HEADERS),
    JSON_WANT("ResponseMetadata", HEADERS),
    JSON_WANT("stream", STREAM),
    JSON_WANTS_END,
};
const struct json_want reply_members = JSON_WANT_IN("", 0, top_wants);
