"""`python -m training.decision DATA`: fit the confidence on questions whose documents the evidence model has not seen.

Each source makes small corpora and asks them questions, answerable and not, through the product's own search and judge:
the fit half of the articles under `tests/data`, whole held-out SQuAD2 articles, held-out CLAPnq passages, and held-out
MedQuAD topics with one kind of fact taken out, which is then asked for. Every source weighs the same. The confidence in
claims is fitted on those written about held-out handwritten documents.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from corpus import load_corpus, make_corpus, read_text
from index import Index, load_encoder
from qa.confidence import COEFFICIENTS, SUPPORT
from qa.evidence import as_evidence
from qa.evidence_model import EvidenceModel
from qa.judge import SimilarityJudge
from qa.pipeline import JUDGED_PASSAGES
from qa.text_vectors import TextVectors
from training.sets import HealthAnswer, Reading, read_clapnq, read_medquad, read_squad
from training.split import SEED
from training.written import Written, own_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corpus import Corpus
    from index import Encoder
    from qa.evidence_input import Evidence
    from qa.judge import Judge

    Score = Callable[[str, Sequence[Evidence]], float]

log = logging.getLogger("training.decision")
ARTICLES = Path(__file__).parents[1] / "tests" / "data" / "articles"
SQUAD_QUESTIONS = 60
CLAPNQ_PASSAGES = 150
MEDQUAD_TOPICS = 60
CLAIMED_DOCUMENTS = 60
LONGEST_ANSWER = 4000
"""Characters; longer MedQuAD answers would be articles by themselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put to a corpus, and whether the corpus answers it."""

    question: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Best passage logits, (n,), and whether each question is answerable, (n,)."""

    logits: list[float]
    answerable: list[bool]


def articles(split: str) -> Iterator[tuple[Corpus, list[Asked]]]:
    """The project's own articles of one split; questions that lean on a conversation are left out."""
    splits = json.loads((ARTICLES / "splits.json").read_text(encoding="utf-8"))
    for name in (name for name, about in splits.items() if about["split"] == split):
        lines = (ARTICLES / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        asked = [Asked(row["question"], bool(row["sections"])) for row in rows if not row["history"]]
        yield load_corpus(ARTICLES / name / "article.md"), asked


def squad(data: Path) -> Iterator[tuple[Corpus, list[Asked]]]:
    """Held-out SQuAD2 articles, all their paragraphs together."""
    by_title: dict[str, list[Reading]] = defaultdict(list)
    for reading in read_squad(data / "squad2" / "dev.json"):
        if reading.held_out:
            by_title[reading.title].append(reading)
    for title, readings in by_title.items():
        paragraphs = dict.fromkeys(reading.sentences for reading in readings)
        corpus = make_corpus([read_text("\n\n".join(" ".join(p) for p in paragraphs), title=title)])
        chosen = random.Random(f"{SEED}:{title}").sample(readings, min(SQUAD_QUESTIONS, len(readings)))  # noqa: S311
        yield corpus, [Asked(reading.question, bool(reading.gold)) for reading in chosen]


def clapnq(data: Path) -> Iterator[tuple[Corpus, list[Asked]]]:
    """Held-out CLAPnq passages, one a corpus."""
    held = [reading for reading in read_clapnq(data / "clapnq") if reading.held_out]
    for reading in random.Random(SEED).sample(held, min(CLAPNQ_PASSAGES, len(held))):  # noqa: S311
        corpus = make_corpus([read_text(" ".join(reading.sentences), title=reading.title)])
        yield corpus, [Asked(reading.question, bool(reading.gold))]


def medquad(data: Path) -> Iterator[tuple[Corpus, list[Asked]]]:
    """Held-out MedQuAD topics: one kind of fact is taken out of the article and asked for, the others stay."""
    by_topic: dict[str, dict[str, HealthAnswer]] = defaultdict(dict)
    for answer in read_medquad(data / "medquad" / "medquad_qa.jsonl.gz"):
        if answer.held_out and 0 < len(" ".join(answer.sentences)) < LONGEST_ANSWER:
            by_topic[answer.topic].setdefault(answer.kind, answer)
    rng = random.Random(SEED)  # noqa: S311
    rich = sorted(topic for topic, kinds in by_topic.items() if len(kinds) > 2)
    for topic in rng.sample(rich, min(MEDQUAD_TOPICS, len(rich))):
        kinds = by_topic[topic]
        missing = rng.choice(sorted(kinds))
        kept = [answer for kind, answer in kinds.items() if kind != missing]
        sections = [f"## {answer.kind.capitalize()}\n\n" + " ".join(answer.sentences) for answer in kept]
        corpus = make_corpus([read_text("\n\n".join(sections), title=topic, suffix=".md")])
        yield (
            corpus,
            [Asked(kinds[missing].question, answerable=False), Asked(rng.choice(kept).question, answerable=True)],
        )


def claims() -> Iterator[tuple[Corpus, list[Asked]]]:
    """Held-out handwritten documents with the claims, true and false, about their sections."""
    by_title: dict[str, list[Written]] = defaultdict(list)
    for one in own_documents():
        if one.held_out:
            by_title[one.title].append(one)
    for title in random.Random(SEED).sample(sorted(by_title), min(CLAIMED_DOCUMENTS, len(by_title))):  # noqa: S311
        sections = [f"## {one.section}\n\n" + " ".join(one.sentences) for one in by_title[title]]
        corpus = make_corpus([read_text("\n\n".join(sections), title=title, suffix=".md")])
        true = [Asked(claim, answerable=True) for one in by_title[title] for claim, _ in one.true]
        yield corpus, [*true, *(Asked(claim, answerable=False) for one in by_title[title] for claim in one.false)]


def judged(sources: Iterator[tuple[Corpus, list[Asked]]], score: Score, encoder: Encoder) -> Judged:
    """Ask every question of the sources; `score` gives the best logit of the passages that are found for it."""
    found = Judged([], [])
    for corpus, asked in sources:
        index = Index.build(corpus, encoder)
        for one in asked:
            views = [as_evidence(corpus, hit) for hit in index.search(one.question, JUDGED_PASSAGES)]
            found.logits.append(score(one.question, views))
            found.answerable.append(one.answerable)
    return found


def answered_by(judge: Judge) -> Score:
    """How well the best passage answers."""
    return lambda question, views: max(judgement.answers for judgement in judge.judge(question, views))


def fit(sources: Sequence[Judged]) -> tuple[float, float]:
    """Slope and intercept of the probability; every source weighs the same, and in it both kinds of question."""
    labels = np.concatenate([source.answerable for source in sources])
    weights = [0.5 / source.answerable.count(label) for source in sources for label in source.answerable]
    logits = np.concatenate([source.logits for source in sources])[:, None]
    model = LogisticRegression(C=1e6).fit(logits, labels, sample_weight=np.array(weights) * len(labels))
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def main() -> None:
    """Fit each judge's confidence, print how it does on every source, write the coefficients."""
    parser = argparse.ArgumentParser(prog="python -m training.decision", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad2, clapnq and medquad")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    encoder = load_encoder()
    model = EvidenceModel.load()
    scores: dict[str, Score] = {
        "evidence": answered_by(model),
        "similarity": answered_by(SimilarityJudge(TextVectors(encoder))),
        SUPPORT: lambda claim, views: max(model.supports(claim, views)),
    }
    fitted = {}
    for name, score in scores.items():
        makers = (
            {"claims": claims()}
            if name == SUPPORT
            else {
                "articles (fit)": articles("fit"),
                "squad2": squad(options.data),
                "clapnq": clapnq(options.data),
                "medquad": medquad(options.data),
            }
        )
        sources = {source: judged(made, score, encoder) for source, made in makers.items()}
        slope, intercept = fit(list(sources.values()))
        fitted[name] = {"slope": round(slope, 4), "intercept": round(intercept, 4)}
        kept = {} if name == SUPPORT else {"articles (held)": judged(articles("held"), score, encoder)}
        for source, one in chain(sources.items(), kept.items()):
            chosen = [slope * logit + intercept > 0 for logit in one.logits]
            figures = roc_auc_score(one.answerable, one.logits), balanced_accuracy_score(one.answerable, chosen)
            log.info("%s, %s, n=%d: AUROC %.3f, balanced accuracy %.3f", name, source, len(chosen), *figures)
    COEFFICIENTS.write_text(json.dumps({"judges": fitted}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
