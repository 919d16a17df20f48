-- What the assistant said, from the providers' shapes of responses: response_text(), and the columns
-- of a trace. The unit tests have more of them.
.nullvalue NULL
CREATE TABLE responses (what TEXT, response TEXT);
INSERT INTO responses VALUES
  ('OpenAI', '{"object":"chat.completion","model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}'),
  ('OpenAI, refused', '{"model":"gpt","choices":[{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}]}'),
  ('OpenAI, a tool', '{"model":"gpt","choices":[{"message":{"content":null,"tool_calls":[{}]},"finish_reason":"tool_calls"}]}'),
  ('OpenAI, responses', '{"object":"response","model":"gpt","status":"completed","error":null,"output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":3,"output_tokens":4}}'),
  ('Anthropic', '{"type":"message","role":"assistant","model":"claude","content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"Hel"},{"type":"text","text":"lo"}],"stop_reason":"max_tokens","usage":{"input_tokens":3,"output_tokens":4}}'),
  ('Anthropic, stopped', '{"type":"message","role":"assistant","model":"claude","content":[],"stop_reason":"refusal"}'),
  ('Gemini', '{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4},"modelVersion":"gemini"}'),
  ('Gemini, array', '[{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"modelVersion":"gemini"},{"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}]'),
  ('Bedrock', '{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4}}'),
  ('Cohere', '{"id":"i","message":{"role":"assistant","content":[{"type":"text","text":"Hello"}]},"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":3,"output_tokens":4}}}'),
  ('Ollama', '{"model":"llama","message":{"role":"assistant","content":"Hello"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4}'),
  ('Hugging Face', '[{"generated_text":"Hello"}]'),
  ('a batch''s', '{"custom_id":"c","response":{"status_code":200,"body":{"model":"gpt","choices":[{"message":{"content":"Hello"}}]}},"error":null}'),
  ('an error', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
  ('a gateway''s error', '{"statusCode":401,"message":"Access denied, key=abcd-0123-efgh-4567"}'),
  ('a list of errors', '[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}]'),
  ('a planner''s', '{"message":"Hello","tools":[]}'),
  ('a planner''s list', '[{"text":"Hello"}]');
SELECT what, response_text(response) FROM responses WHERE what NOT LIKE 'a planner%';
SELECT what, response_text(response) = response FROM responses WHERE what LIKE 'a planner%';
SELECT what, model, finish_reason, prompt_tokens, completion_tokens, blocked, error_class, error, credentials, unknown_shape, response_text
FROM responses, read_trace('{"trace_id":"a","response":' || responses.response || '}');

-- Streams: as they are, and as a string in a trace.
CREATE TABLE streams (what TEXT, stream TEXT);
INSERT INTO streams VALUES
  ('OpenAI', 'data: {"model":"gpt","choices":[{"index":0,"delta":{"content":"Hel"}}]}

data: {"choices":[{"index":1,"delta":{"content":"no"}}]}

data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"length"}]}

data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}

data: [DONE]

'),
  ('Anthropic', 'event: message_start
data: {"type":"message_start","message":{"model":"claude","usage":{"input_tokens":3,"output_tokens":1}}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hello"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}

'),
  ('Anthropic, broken', 'event: content_block_delta
data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hel"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

'),
  ('Ollama', '{"model":"llama","response":"Hel","done":false}
{"model":"llama","response":"lo","done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4}
'),
  ('Ollama, cut', '{"model":"llama","response":"Hel","done":false}
{"model":"llama","resp'),
  ('an explanation', 'data: what stands before each event
');
SELECT what, response_text(stream) FROM streams;
SELECT what, model, finish_reason, prompt_tokens, completion_tokens, error_class, error, response_text
FROM streams, read_trace(json_object('trace_id', 'a', 'response', stream));
-- The rewards are those of the words.
SELECT what, reward_length(stream) = reward_length(response_text(stream)), reward_safety(stream) FROM streams;
