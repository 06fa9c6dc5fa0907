"""`python -m qa.evaluation.grounding_bench`: what a language model writes, what grounding shows of it, and how fast.

Every sentence goes into a file, shown or held back, to be read by people: only they can say what is unsupported. Their
verdicts come back with `--read` (the same lines, with `"supported": true` or `false` added) and fill the table.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus import default_corpus_path, load_corpus, make_corpus, read_text
from index import load_encoder
from qa import ArticleQA
from qa.evaluation.readers.article import read_article_questions
from qa.evaluation.readers.evenly import evenly
from qa.evaluation.readers.gold_sentences import read_gold_sentences
from qa.generators import make_generator
from qa.generators.language_model import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index import Encoder
    from qa.evidence import ScoredSentence
    from qa.generators import Draft, Generator
    from qa.question import History

Line = dict[str, Any]
_PATIENT = Limits(deadline=600.0, silence=300.0)
"""What a model writes is measured here, not how long a reader would wait for it."""


@dataclass
class Stopped:
    """A generator that notes when it began, when each draft was there, and how long grounding took; all in seconds."""

    inner: Generator
    rewords: bool = True
    began: float = 0.0
    drafts: list[float] = field(default_factory=list)
    grounding: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The spec of the generator inside."""
        return self.inner.name

    def generate(self, question: str, evidence: Sequence[ScoredSentence]) -> Iterator[Draft]:
        """Yield its drafts; the next one is asked for as soon as this one is grounded."""
        self.began, self.drafts = time.perf_counter(), []
        for draft in self.inner.generate(question, evidence):
            given = time.perf_counter()
            self.drafts.append(given - self.began)
            yield draft
            self.grounding.append(time.perf_counter() - given)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its product and set."""

    dataset: str
    product: ArticleQA
    question: str
    history: History = ()


def questions(data: Path, encoder: Encoder, clapnq: int, limit: int) -> Iterator[Asked]:
    """Yield the article's own questions, then CLAPnq's answerable ones, each on its passage."""
    article = ArticleQA.from_corpus(load_corpus(default_corpus_path()), encoder)
    listed = read_article_questions(data / "article" / "dev.jsonl", "article").questions
    for one in evenly(listed, limit):
        yield Asked("article", article, one.question, one.history)
    passages = read_gold_sentences([data / "clapnq" / "answerable.jsonl.gz"], "clapnq").questions
    for passage in evenly(passages, min(clapnq, limit)):
        corpus = make_corpus([read_text(passage.passage, title=passage.title)])
        yield Asked("clapnq", ArticleQA.from_corpus(corpus, encoder), passage.question)


def run(asked: Asked, stopped: Stopped) -> tuple[list[Line], Line]:
    """Return what was written for one question, a line a sentence, and a line about the question."""
    asked.product.generator = stopped
    stopped.drafts, first_shown, answer = [], None, None
    for answer in asked.product.stream(asked.question, asked.history):
        if first_shown is None and answer.sentences and answer.generator == stopped.name:
            first_shown = time.perf_counter() - stopped.began
    if answer is None:
        return [], {}
    wrote = answer.generator == stopped.name
    base = {"set": asked.dataset, "question": answer.question, "standalone": answer.standalone_question}
    cited = {citation.marker: citation.quote for citation in answer.citations}
    lines = [
        base
        | {"shown": True, "text": one.text, "verbatim": one.verbatim, "support": round(one.support, 3)}
        | {"evidence": [cited[marker] for marker in one.markers]}
        for one in answer.sentences
        if wrote
    ]
    lines += [
        base | {"shown": False, "text": one.text, "reason": str(one.reason), "missing": list(one.missing)}
        for one in answer.dropped
    ]
    about = base | {
        "abstained": answer.abstained,
        "quoted": not wrote and not answer.abstained,
        "drafts": stopped.drafts,
    }
    return lines, about | {"first_shown": first_shown, "note": answer.note}


def table(lines: Sequence[Line], abouts: Sequence[Line], grounding: Sequence[float]) -> list[str]:
    """Return the figures as Markdown lines: counts by set, then seconds; read sentences where people have read them."""
    sets = list(dict.fromkeys(about["set"] for about in abouts))
    out = ["| set | questions | silent | sentences written | held back | shown | of these verbatim | quotes stood in |"]
    out.append("|---|---|---|---|---|---|---|---|")
    for name in sets:
        asked = [about for about in abouts if about["set"] == name]
        mine = [line for line in lines if line["set"] == name and line.get("reason") != "repeats an earlier sentence"]
        shown = [line for line in mine if line["shown"]]
        cells = [name, len(asked), sum(about["abstained"] for about in asked), len(mine), len(mine) - len(shown)]
        cells += [len(shown), sum(line["verbatim"] for line in shown), sum(about["quoted"] for about in asked)]
        out.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    read = [line for line in lines if "supported" in line]
    if read:
        out += ["", "| sentences that people read | without grounding | with grounding |", "|---|---|---|"]
        wrong, shown = [line for line in read if not line["supported"]], [line for line in read if line["shown"]]
        wrongly = [line for line in shown if not line["supported"]]
        out.append(f"| unsupported, of all that a reader sees | {_share(wrong, read)} | {_share(wrongly, shown)} |")
        held = [line for line in read if not line["shown"]]
        out += ["", f"Wrongly held back: {_share([line for line in held if line['supported']], held)}."]
    delays = [a["first_shown"] - a["drafts"][0] for a in abouts if a["first_shown"] is not None and a["drafts"]]
    out.append("")
    for name, seconds in (("a sentence grounded", grounding), ("first full sentence to first shown one", delays)):
        if seconds:
            p50, p95 = (1000 * float(np.percentile(seconds, percent)) for percent in (50, 95))
            out.append(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms ({len(seconds)})")
    return out


def _share(some: Sequence[Line], of: Sequence[Line]) -> str:
    return f"{len(some)} of {len(of)} ({len(some) / len(of):.3f})" if of else "none"


def main() -> None:
    """Ask, list, count; with --read only count what people have read."""
    parser = argparse.ArgumentParser(prog="python -m qa.evaluation.grounding_bench", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with article and clapnq")
    parser.add_argument("--model", default="smollm2", help="as in `footnote ask --model` (default %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("runs/models"), help="folder for the list of sentences")
    parser.add_argument("--clapnq", type=int, default=100, help="questions of CLAPnq (default %(default)s)")
    parser.add_argument("--limit", type=int, default=10_000, help="questions of each set, at most")
    parser.add_argument(
        "--read", type=Path, help="sentences.jsonl with people's verdicts: print its table, ask nothing"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    sentences, about = options.out / "sentences.jsonl", options.out / "questions.jsonl"
    if options.read is None:
        stopped = Stopped(make_generator(options.model, _PATIENT))
        with sentences.open("w", encoding="utf-8") as file, about.open("w", encoding="utf-8") as asked_file:
            for asked in questions(options.data, load_encoder(), options.clapnq, options.limit):
                before = len(stopped.grounding)
                lines, note = run(asked, stopped)
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
                note["grounding"] = stopped.grounding[before:]
                asked_file.write(json.dumps(note, ensure_ascii=False) + "\n")
                file.flush()
                asked_file.flush()
    listed = [json.loads(line) for line in (options.read or sentences).read_text(encoding="utf-8").splitlines()]
    abouts = [json.loads(line) for line in about.read_text(encoding="utf-8").splitlines()]
    print("\n".join(table(listed, abouts, [s for one in abouts for s in one["grounding"]])))


if __name__ == "__main__":
    main()
