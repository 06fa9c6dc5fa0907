"""The questions under tests/data/articles are well formed and agree with their articles."""

import json
import re
from pathlib import Path

import pytest

ARTICLES = Path(__file__).parent / "data" / "articles"
SLUGS = sorted(path.parent.name for path in ARTICLES.glob("*/article.md"))
SPLITS = json.loads((ARTICLES / "splits.json").read_text(encoding="utf-8"))
ANSWERABLE = {"direct", "paraphrase", "multi", "yesno", "typo", "followup"}
UNANSWERABLE = {"nearmiss", "offtopic", "attack"}
FIELDS = {"id", "kind", "question", "history", "sections", "facts"}


def read_sections(slug):
    """Own text of each section by heading without number; text before the first heading is "Introduction"."""
    lines = (ARTICLES / slug / "article.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    sections, heading = {"Introduction": []}, "Introduction"
    for line in lines[1:]:
        if match := re.match(r"#{2,6}\s+(?:\d+\.\s+)?(.+?)\s*$", line):
            heading = match[1]
            assert heading not in sections, f"heading twice: {heading}"
            sections[heading] = []
        elif line.strip():
            sections[heading].append(line)
    return {name: "\n".join(text) for name, text in sections.items()}


def read_questions(slug):
    text = (ARTICLES / slug / "questions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


EVERY = [(slug, question) for slug in SLUGS for question in read_questions(slug)]


def test_ids_are_unique():
    ids = [question["id"] for _, question in EVERY]
    assert len(ids) == len(set(ids))
    assert all(question["id"].startswith(f"{slug}-{question['kind']}-") for slug, question in EVERY)


@pytest.mark.parametrize("slug", SLUGS)
def test_article_is_short(slug):
    words = re.findall(r"[\w’'.,-]*\w", (ARTICLES / slug / "article.md").read_text(encoding="utf-8"))
    assert 350 <= len(words) <= 900


@pytest.mark.parametrize("slug", SLUGS)
def test_questions_are_well_formed(slug):
    seen = set()
    for question in read_questions(slug):
        assert set(question) == FIELDS, question["id"]
        assert question["kind"] in ANSWERABLE | UNANSWERABLE, question["id"]
        assert question["question"].strip() == question["question"] != "", question["id"]
        roles = [role for role, text in question["history"] if text.strip()]
        assert roles == ["user", "assistant"] * (len(question["history"]) // 2), question["id"]
        assert question["history"] or question["kind"] != "followup", question["id"]
        key = (question["question"].casefold(), json.dumps(question["history"]))
        assert key not in seen, question["id"]
        seen.add(key)
    assert {question["kind"] for question in read_questions(slug)} == ANSWERABLE | UNANSWERABLE


@pytest.mark.parametrize("slug", SLUGS)
def test_facts_stand_in_the_named_sections(slug):
    sections = read_sections(slug)
    for question in read_questions(slug):
        if question["kind"] in UNANSWERABLE:
            assert question["sections"] == question["facts"] == [], question["id"]
            continue
        assert question["sections"], question["id"]
        assert question["facts"], question["id"]
        assert all(sections.get(name) for name in question["sections"]), (question["id"], question["sections"])
        texts = {name: sections[name].casefold() for name in question["sections"]}
        for fact in question["facts"]:
            assert fact, question["id"]
            for alternative in fact:
                assert alternative == alternative.lower().strip(), (question["id"], alternative)
                assert len(alternative) >= 3, (question["id"], alternative)
                assert any(alternative in text for text in texts.values()), (question["id"], alternative)
        alternatives = [alternative for fact in question["facts"] for alternative in fact]
        for name, text in texts.items():
            assert any(alternative in text for alternative in alternatives), (question["id"], name)


def test_there_are_enough_of_every_sort():
    other = [slug for slug, _ in EVERY if SPLITS[slug]["topic"] == "other"]
    assert len(other) >= 200
    assert len(set(other)) >= 3
    assert len(EVERY) >= 280
    assert 0.55 <= sum(question["kind"] in ANSWERABLE for _, question in EVERY) / len(EVERY) <= 0.61


def test_splits_name_every_article_and_are_balanced():
    assert sorted(SPLITS) == SLUGS
    assert sorted((entry["split"], entry["topic"]) for entry in SPLITS.values()) == sorted(
        (split, topic) for split in ("fit", "held") for topic in ("health", "other") for _ in range(2)
    )
