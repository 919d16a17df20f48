#!/usr/bin/env python3
"""Writes the demo tree, tests/data/traces: what an agent of a peer-support chat left behind in two
days. All of it is invented. The same bytes come out every time, and `make test` compares.

usage: make_traces.py DIRECTORY
"""
import datetime
import hashlib
import json
import os
import sys

SMALL = "llama-3.1-8b-instant"
LARGE = "llama-3.3-70b-versatile"
GEMINI = "gemini-1.5-flash"

CONTROLLER_PROMPT = """\
Choose the tools that the next answer in a peer-support chat needs. Write one JSON object, no prose.

Tools:
- EmotionTool: names the feeling behind the words
- TherapyTool: offers one small exercise
- MemoryTool: looks up what they told us before

They write: "{message}"
Turn: {turn}

Shape: {{"tools": [...], "then": "MasterResponder"}}
"""

THERAPY_PROMPT = """\
Offer one small exercise that fits the message. No diagnosis, no more than two sentences.

They write:
{message}
"""

PLAIN_PROMPT = """\
You answer in a peer-support chat. Be warm and brief.

Turn {turn}. The feeling seems to be: {feeling}

They write:
{message}

Answer in three sentences or fewer."""

ECHO_PROMPT = """\
You answer in a peer-support chat. Be warm and brief.

Turn {turn}. The feeling seems to be: {feeling}

They write:
{message}

Begin with the feeling, in their own words, and end with one open question.
Answer in three sentences or fewer."""

TIMED_OUT = "HTTPSConnectionPool(host='api.groq.com', port=443): Read timed out. (read timeout=30)"
# The key is made up; it is here because import has to mask it.
RATE_LIMITED = (
    "429 Client Error: Too Many Requests for url: https://generativelanguage.googleapis.com"
    "/v1beta/models/gemini-1.5-flash:generateContent?key=made-up-demo-key-0123456789"
)


class Failed(str):
    """The call failed; the text is the error."""


class Withheld:
    """The provider's own filter kept the reply back."""


class Blocked(str):
    """A reply that the agent's safety gate stopped."""


class Broken(str):
    """A reply whose file was cut off while it was being written."""


# Start, feeling, message; then model, milliseconds and reply of each component that was called.
# `echo` marks the second of the two responder prompts; a reward is what the writer recorded.
TURNS = [
    {
        "start": "2024-12-01T08:14:07.250118",
        "feeling": "loneliness",
        "message": "I moved here in spring and I still eat lunch on my own every single day.",
        "plan": (SMALL, 611.204, ["EmotionTool", "TherapyTool"]),
        "exercise": (SMALL, 842.517, "Pick one person you see most days and say good morning, nothing more. Notice how it was for you."),
        "reply": (SMALL, 903.66, "That sounds difficult, eating by yourself day after day in a place that is still new. You\u2019re not alone with this, and I\u2019m here to talk it through."),
    },
    {
        "start": "2024-12-01T09:40:51.007432",
        "feeling": "worry",
        "message": "My exams start on Thursday and my head goes blank as soon as I open the book.",
        "plan": (SMALL, 588.93, ["EmotionTool", "TherapyTool"]),
        "exercise": (SMALL, 1204.08, "Breathe in for four counts and out for six, five times, before you open the book. Then read one page only."),
        "reply": (SMALL, 1310.774, "Going blank is frightening when so much hangs on Thursday; I hear you, and it makes sense that your head shuts the door. What do you notice just before it happens?"),
        "echo": True,
        "reward": 0.8,
    },
    {
        "start": "2024-12-01T11:05:33.918205",
        "feeling": "grief",
        "message": "My old cat died last night \U0001f63f. The flat is so quiet now.",
        "plan": (GEMINI, 702.351, ["EmotionTool"]),
        "reply": (LARGE, 1876.402, "I\u2019m so sorry. It\u2019s valid to feel lost in that quiet, and that must feel very empty after so many years together \U0001f49b. What was she like?"),
        "echo": True,
    },
    {
        "start": "2024-12-01T13:32:18.640077",
        "feeling": "guilt",
        "message": "I snapped at my sister on the phone and now I feel like the worst brother there is.",
        "plan": (SMALL, 640.118, ["EmotionTool", "TherapyTool"]),
        "exercise": (SMALL, 977.205, "Write the message you would like to send her, and wait an hour before you decide."),
        "reply": (SMALL, 1122.059, Blocked("Well, you were in the wrong, so it is only fair that you feel bad about it.")),
    },
    {
        "start": "2024-12-01T16:20:02.371940",
        "feeling": "exhaustion",
        "message": "Third night without proper sleep. I\u2019m so tired of being tired.",
        "plan": (GEMINI, 655.89, ["MemoryTool", "TherapyTool"]),
        "exercise": (GEMINI, 1033.44, "Lie down and let your shoulders get heavy, then your arms, then your hands. If sleep does not come, that was still rest."),
        "reply": (GEMINI, 790.015, "Try to go to bed earlier."),
    },
    {
        "start": "2024-12-01T19:47:26.115803",
        "feeling": "disappointment",
        "message": "They gave the job to somebody else. Again.",
        "plan": (LARGE, 30021.446, Failed(TIMED_OUT)),
        "reply": (LARGE, 5412.73, "I understand. That must feel like a door closing, and it makes sense to be worn out after trying so often. Would you like to tell me what you had hoped the job would change for you? There is no hurry, and whatever comes first is fine."),
        "echo": True,
    },
    {
        "start": "2024-12-01T23:59:57.803411",
        "feeling": "loneliness",
        "message": "Everybody is out tonight and I\u2019m at home with the dishes.",
        "plan": (SMALL, 571.333, ["EmotionTool", "TherapyTool"]),
        "exercise": (SMALL, 888.61, "Put on one song you like and wash up until it ends. The rest can wait."),
        "reply": (SMALL, 1466.208, "I hear you. A quiet kitchen can feel very far away from everyone else."),
    },
    {
        "start": "2024-12-02T07:58:44.529006",
        "feeling": "nervousness",
        "message": "My hands shake before every meeting, even the small ones.",
        "plan": (SMALL, 603.777, ["TherapyTool"]),
        "exercise": (LARGE, 1540.902, "Press your feet to the floor and name five things you can see. It gives the body something else to do."),
        "reply": (SMALL, 998.344, "Shaking before each meeting sounds exhausting, and you\u2019re not alone in it. What would feel safe enough to try in the smallest one?"),
        "echo": True,
        "reward": 0.75,
    },
    {
        "start": "2024-12-02T09:15:10.060624",
        "feeling": "sadness",
        "message": "Grandpa doesn\u2019t recognise me any more when I visit.",
        "plan": (GEMINI, 731.02, ["EmotionTool", "MemoryTool"]),
        "exercise": (GEMINI, 1190.556, "Bring one photograph along and tell him its story, as if for the first time."),
        "reply": (GEMINI, 1402.871, "That sounds difficult: you are there with all your memories, and he cannot meet you in them. I hear you, and it\u2019s valid to feel sad and tired at once. What do you do together when you visit?"),
        "echo": True,
    },
    {
        "start": "2024-12-02T10:50:37.284159",
        "feeling": "relief",
        "message": "I told my friend how I really am, and she just listened. It was good \U0001f331",
        "plan": (SMALL, 544.071, ["EmotionTool"]),
        "reply": (SMALL, 861.95, "Good for you! \U0001f33b"),
    },
    {
        "start": "2024-12-02T12:26:59.450316",
        "feeling": "overload",
        "message": "I said yes to too many things this month and now I want to hide.",
        "plan": (SMALL, 619.4, ["TherapyTool"]),
        "exercise": (SMALL, 1055.823, "List what you promised and cross out one thing that nobody would miss."),
        "reply": (SMALL, 940.188, Broken("Wanting to hide makes sense when every day is already taken.")),
    },
    {
        "start": "2024-12-02T14:05:12.771203",
        "feeling": "overload",
        "message": "The baby cries, the dog barks, and I stand in the kitchen and cannot move.",
        "plan": (SMALL, 633.512, ["EmotionTool", "TherapyTool"]),
        "exercise": (SMALL, 3120.64, "Put the baby somewhere safe, step outside the door and count ten slow breaths. Then come back."),
        "reply": (GEMINI, 812.665, Withheld()),
        "echo": True,
    },
    {
        "start": "2024-12-02T17:33:48.906552",
        "feeling": "envy",
        "message": "I keep comparing myself to everyone I went to school with.",
        "plan": (LARGE, 1011.25, ["EmotionTool", "TherapyTool"]),
        "exercise": (GEMINI, 2774.91, Failed(RATE_LIMITED)),
        "reply": (LARGE, 1699.37, "It makes sense that their news feels like a measure of you. I hear you: everyone seems to have arrived, and that must feel lonely. You\u2019re not alone, I\u2019m here, and I wonder what you would like to be proud of."),
    },
]


def digits(text, count):
    """Hexadecimal digits that look random and are the same in every run."""
    return hashlib.sha256(text.encode()).hexdigest()[:count]


def tokens(text):
    return len(text) // 4 + 1


def groq(trace_id, model, started, seconds, prompt, reply):
    return {
        "id": "chatcmpl-" + digits(trace_id + "id", 24),
        "object": "chat.completion",
        "created": int(started.replace(tzinfo=datetime.timezone.utc).timestamp()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "queue_time": int(digits(trace_id + "queue", 4), 16) / 1e6,
            "prompt_tokens": tokens(prompt),
            "completion_tokens": tokens(reply),
            "total_tokens": tokens(prompt) + tokens(reply),
            "total_time": seconds,
        },
        "system_fingerprint": "fp_" + digits(model, 10),
        "x_groq": {"id": "req_" + digits(trace_id + "req", 26)},
    }


def gemini(trace_id, model, prompt, reply):
    if isinstance(reply, Withheld):
        candidate = {
            "finishReason": "SAFETY",
            "safetyRatings": [
                {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "MEDIUM", "blocked": True}
            ],
        }
        usage = {"promptTokenCount": tokens(prompt), "totalTokenCount": tokens(prompt)}
    else:
        candidate = {
            "content": {"parts": [{"text": reply}], "role": "model"},
            "finishReason": "STOP",
            "avgLogprobs": -int(digits(trace_id + "logprobs", 4), 16) / 1e5,
        }
        usage = {
            "promptTokenCount": tokens(prompt),
            "candidatesTokenCount": tokens(reply),
            "totalTokenCount": tokens(prompt) + tokens(reply),
        }
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}


def write(directory, component, started, prompt, call, settings, reward):
    """Writes one trace as the agent does: named by its start, filed under the day it ended."""
    model, milliseconds, reply = call
    ended = started + datetime.timedelta(milliseconds=milliseconds)
    seconds = (ended - started).total_seconds()
    trace_id = f"{component}_{started:%Y%m%d_%H%M%S_%f}"

    metadata = {"model": model, **settings, "has_messages": component == "MasterResponder"}
    if isinstance(reply, Blocked):
        metadata["blocked_by_safety"] = True
    if isinstance(reply, Failed):
        response = {"error": reply}
        reward = -1.0
    elif model == GEMINI:
        response = gemini(trace_id, model, prompt, reply)
    else:
        response = groq(trace_id, model, started, seconds, prompt, reply)

    text = json.dumps(
        {
            "trace_id": trace_id,
            "component": component,
            "timestamp_start": started.isoformat(),
            "prompt": prompt,
            "metadata": metadata,
            "response": response,
            "timestamp_end": ended.isoformat(),
            "latency_ms": seconds * 1000,
            "reward": reward,
        },
        indent=2,
    )
    if isinstance(reply, Broken):
        text = text[: text.index("finish_reason")]
    day = os.path.join(directory, f"{ended:%Y%m%d}")
    os.makedirs(day, exist_ok=True)
    with open(os.path.join(day, trace_id + ".json"), "w", encoding="ascii", newline="") as file:
        file.write(text)
    return ended + datetime.timedelta(microseconds=41_207)


def main(directory):
    for number, turn in enumerate(TURNS, 1):
        words = {"turn": number, "feeling": turn["feeling"], "message": turn["message"]}
        now = datetime.datetime.fromisoformat(turn["start"])

        model, milliseconds, tools = turn["plan"]
        if not isinstance(tools, Failed):
            tools = json.dumps({"tools": tools, "then": "MasterResponder"})
        now = write(
            directory, "Controller", now, CONTROLLER_PROMPT.format(**words),
            (model, milliseconds, tools), {"max_tokens": 500, "temperature": 0.0}, None,
        )
        if "exercise" in turn:
            now = write(
                directory, "TherapyTool", now, THERAPY_PROMPT.format(**words),
                turn["exercise"], {"max_tokens": 150, "temperature": 0.7}, None,
            )
        responder = ECHO_PROMPT if turn.get("echo") else PLAIN_PROMPT
        write(
            directory, "MasterResponder", now, responder.format(**words),
            turn["reply"], {"max_tokens": 150, "temperature": 0.7}, turn.get("reward"),
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
