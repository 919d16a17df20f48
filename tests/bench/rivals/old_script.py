#!/usr/bin/env python3
"""old_script.py DIR: what the script that lightning replaces did, at its own cost.

It reads every file into memory, and then once more for the rewards. Its rules are those of
sql/reports/legacy_rewards.sql. Prints component|traces|mean reward.
"""
import glob
import json
import os
import sys

PHRASES = (
    "that sounds difficult", "it makes sense", "you're not alone", "that must feel",
    "it's valid to feel", "I understand", "I hear you", "I'm here",
)


def load_traces(folder):
    traces = []
    for day in sorted(os.listdir(folder)):
        for path in sorted(glob.glob(os.path.join(folder, day, "*.json"))):
            try:
                with open(path, encoding="utf-8") as file:
                    traces.append(json.load(file))
            except ValueError:
                continue
    return traces


def response_text(response):
    if response.get("choices"):
        return response["choices"][0]["message"]["content"] or ""
    if response.get("candidates"):
        parts = response["candidates"][0].get("content", {}).get("parts")
        return parts[0]["text"] if parts else ""
    return ""


def reward_of(trace):
    response = trace["response"]
    if "error" in response:
        return -1.0
    if trace["metadata"].get("blocked_by_safety") is True:
        return 0.0
    text = response_text(response)
    lower = text.lower()
    empathy = min(sum(phrase in lower for phrase in PHRASES) / 3, 1.0)
    length = len(text)
    if length == 0:
        length_reward = 0.0
    elif length < 20:
        length_reward = 0.2
    elif length < 50:
        length_reward = 0.6
    elif length <= 200:
        length_reward = 1.0
    else:
        length_reward = 0.8 if length <= 300 else 0.5
    latency = trace["latency_ms"]
    if latency == 0:
        latency_reward = 0.0
    elif latency < 1000:
        latency_reward = 1.0
    elif latency < 3000:
        latency_reward = 0.7
    else:
        latency_reward = 0.4 if latency < 5000 else 0.1
    return 0.5 + 0.3 * empathy + 0.1 * length_reward + 0.1 * latency_reward


def main():
    counts = {}
    for trace in load_traces(sys.argv[1]):
        counts[trace["component"]] = counts.get(trace["component"], 0) + 1
    rewards = {}
    for trace in load_traces(sys.argv[1]):
        rewards.setdefault(trace["component"], []).append(reward_of(trace))
    for component in sorted(counts):
        own = rewards[component]
        print(f"{component}|{counts[component]}|{sum(own) / len(own):.9f}")


main()
