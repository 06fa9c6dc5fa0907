"""The public sets in their standard formats, read into small records; each knows whether it is held out."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.records import Span
from training.split import is_held_out, squad_held_out
from training.text import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question asked of one passage: SQuAD2 and CLAPnq. `gold` is empty where the passage does not answer."""

    question: str
    title: str
    sentences: tuple[str, ...]
    gold: tuple[int, ...]
    answers: tuple[str, ...]
    span: Span | None
    held_out: bool


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """One MedQuAD answer: what kind of fact about which topic."""

    identifier: str
    topic: str
    kind: str
    question: str
    sentences: tuple[str, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class ExpertQuestion:
    """One BioASQ question; `snippets` are the corpus identifiers that answer it."""

    identifier: str
    question: str
    kind: str
    ideal: tuple[str, ...]
    exact: tuple[str, ...]
    snippets: tuple[str, ...]
    held_out: bool

    @property
    def documents(self) -> frozenset[str]:
        """The papers that the snippets were cut from."""
        return frozenset(key.split("-")[0] for key in self.snippets)


@dataclass(frozen=True, slots=True)
class Claim:
    """One WiCE claim with the page it cites; each supporting set alone supports what is supported of it."""

    text: str
    label: str
    title: str
    page_title: str
    sentences: tuple[str, ...]
    supporting: tuple[tuple[int, ...], ...]
    held_out: bool


def json_lines(path: Path) -> Iterator[Row]:
    """The rows of a JSON-lines file, gzipped or not."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in raw.decode("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def read_squad(path: Path) -> list[Reading]:
    """SQuAD 2.0: every question with its paragraph, the answer's sentence as gold."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    held_out = squad_held_out(article["title"] for article in articles)
    readings = []
    for article in articles:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            sentences = sentences_of(context)
            starts = _starts(context, sentences)
            for row in paragraph["qas"]:
                span = _span(row["answers"], sentences, starts)
                if not row["is_impossible"] and span is None:
                    continue
                texts = tuple(sorted({answer["text"] for answer in row["answers"]}))
                gold = () if span is None else (span.sentence,)
                held = article["title"] in held_out
                readings.append(Reading(row["question"].strip(), title, sentences, gold, texts, span, held))
    return readings


def _starts(context: str, sentences: tuple[str, ...]) -> list[int]:
    """Where each sentence begins in the context; -1 where its spaces were collapsed."""
    starts, position = [], 0
    for sentence in sentences:
        found = context.find(sentence, position)
        starts.append(found)
        position = max(position, found)
    return starts


def _span(answers: list[Row], sentences: tuple[str, ...], starts: list[int]) -> Span | None:
    for answer in answers:
        begin, length = answer["answer_start"], len(answer["text"])
        for number, (sentence, start) in enumerate(zip(sentences, starts, strict=True)):
            if start >= 0 and start <= begin and begin + length <= start + len(sentence):
                return Span(number, begin - start, begin - start + length)
    return None


def read_clapnq(folder: Path) -> list[Reading]:
    """CLAPnq: natural questions with the sentences that answer them, or a passage that does not."""
    readings = []
    for name in ("answerable", "unanswerable"):
        for row in json_lines(folder / f"{name}.jsonl.gz"):
            passage = row["passages"][0]
            chosen = {sentence for output in row["output"] for sentence in output["selected_sentences"]}
            sentences = tuple(tidy(sentence) for sentence in passage["sentences"])
            gold = tuple(n for n, sentence in enumerate(passage["sentences"]) if sentence in chosen)
            if (name == "answerable") != bool(gold):
                continue
            held = is_held_out("clapnq", passage["title"])
            readings.append(Reading(row["input"], passage["title"], sentences, gold, (), None, held))
    return readings


def tidy(text: str) -> str:
    """Tokenised text of Natural Questions as people write it: `( 1981 ) .` becomes `(1981).`."""
    text = text.replace("``", '"').replace("''", '"').replace(" 's", "'s").replace("-- ", "– ").replace(" n't", "n't")
    text = re.sub(r"\s+([.,;:?!)%\]])", r"\1", text)
    text = re.sub(r"([(\[$])\s+", r"\1", text)
    return re.sub(r"(?<=\d) - (?=\w)|(?<=\w) - (?=year|based|like)", "-", text).strip()


def read_medquad(path: Path) -> list[HealthAnswer]:
    """MedQuAD: consumer-health answers; its own `test` topics are held out."""
    answers = []
    for row in json_lines(path):
        sentences = sentences_of(row["text"])
        question = re.sub(r"\s+\?", "?", row["question"])
        topic = re.sub(r"\s+", " ", row["title"]).strip()
        held = row["split"] == "test"
        answers.append(HealthAnswer(row["_id"], topic, row["qtype"], question, sentences, held))
    return answers


def read_bioasq(folder: Path) -> tuple[list[ExpertQuestion], dict[str, str]]:
    """BioASQ: the questions, and every snippet's text by identifier."""
    snippets = {row["_id"]: row["text"] for row in json_lines(folder / "corpus.jsonl.gz")}
    relevant = read_qrels(folder / "qrels" / "all.tsv")
    questions = []
    for row in json_lines(folder / "queries.jsonl.gz"):
        exact = row.get("exact_answer") or ()
        flat = (exact,) if isinstance(exact, str) else tuple(_flatten(exact))
        ids = tuple(key for key in relevant[row["_id"]] if key in snippets)
        ideal = tuple(row.get("ideal_answer") or ())
        held = is_held_out("bioasq", row["_id"])
        questions.append(ExpertQuestion(row["_id"], row["text"].strip(), row["type"], ideal, flat, ids, held))
    return questions, snippets


def _flatten(value: Any) -> Iterator[str]:  # noqa: ANN401 - nested lists of any depth
    if isinstance(value, str):
        yield value
    else:
        for one in value:
            yield from _flatten(one)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """BEIR judgements: query to document to grade, grades above zero only."""
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if int(row["score"]) > 0:
                qrels[row["query-id"]][row["corpus-id"]] = int(row["score"])
    return qrels


def read_wice(path: Path) -> list[Claim]:
    """WiCE: claims of Wikipedia with the web page that they cite."""
    claims = []
    for row in json_lines(path):
        page, meta = row["evidence"], "(meta data) TITLE: "
        page_title = page[0].removeprefix(meta) if page and page[0].startswith(meta) else ""
        supporting = tuple(tuple(one) for one in row["supporting_sentences"] if one)
        title = row["meta"]["claim_title"]
        held = is_held_out("wice", title)
        claims.append(Claim(row["claim"], row["label"], title, page_title, tuple(page), supporting, held))
    return claims
