"""`python -m training.grounding DATA`: measure grounding on the handwritten claims, and fit how it weighs what it finds.

Each passage stands alone as evidence for its true claims (reworded) and its false ones (false in one thing). The model's
own figures, and the fit, use the titles that it was never trained on: half of them fit, the other half is measured, then
the other way round. The weights that are printed for `qa/grounding/verdict.py` are fitted on both halves.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from corpus.records import Document, Passage, Section, Sentence, SentenceKind
from index import load_encoder
from qa.evidence import ScoredSentence
from qa.evidence_model import EvidenceModel
from qa.grounding import Checker, Reason
from qa.grounding.verdict import Weighing
from qa.text_vectors import TextVectors
from training.reports.figures import auroc
from training.sets import read_clapnq, read_medquad, read_squad, read_wice
from training.split import order
from training.written import fingerprint, read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qa.grounding import SupportJudge
    from training.written import Written

log = logging.getLogger("training.grounding")
LIES_HELD_BACK = 0.98
"""Share of false claims that the limit is chosen to hold back."""
FINDINGS: tuple[Reason | None, ...] = (
    None,
    Reason.NAME,
    Reason.NUMBER,
    Reason.NUMBER_UNSAID,
    Reason.OPPOSITE,
    Reason.NEGATION,
    Reason.STRENGTH,
    Reason.DIRECTION,
)
"""What the rules may find, but for plain missing words, which the share of words held tells by itself."""
_LOWEST = -20.0
"""The logit of a claim that no evidence was found for."""
_STRONG = 0.3
"""How strongly the fit is kept simple (scikit-learn's C)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One claim as grounding saw it; `half` is 0 or 1, `cited` whether a sentence that supports it would be cited."""

    text: str
    true: bool
    half: int
    logit: float
    share: float
    found: Reason | None
    cited: bool


def read_claims(data: Path) -> list[Written]:
    """Return the handwritten examples of the sets under a folder and of the project's own passages."""
    texts = [
        *((one.topic, one.sentences) for one in read_medquad(data / "medquad" / "medquad_qa.jsonl.gz")),
        *((one.title, one.sentences) for one in read_squad(data / "squad2" / "dev.json")),
        *((one.title, one.sentences) for one in read_clapnq(data / "clapnq")),
        *((one.page_title or one.title, one.sentences) for one in read_wice(data / "wice" / "dev.jsonl.gz")),
    ]
    return read_written({fingerprint(sentences): (title, sentences) for title, sentences in texts})


def as_evidence(one: Written) -> list[ScoredSentence]:
    """Return a passage as the only evidence there is: a document of one section."""
    text = f"{one.section}\n" if one.section else ""
    spans = []
    for sentence in one.sentences:
        spans.append(Sentence(len(text), len(text) + len(sentence), SentenceKind.PROSE, 0))
        text += f"{sentence} "
    section = Section("s1", one.section, "", 1, None, 0, len(one.section), spans[0].start, len(text))
    passage = Passage("s1#p01", "d", "s1", spans[0].start, spans[-1].end, tuple(spans))
    document = Document("d", one.title, text, (section,), (passage,), "")
    return [ScoredSentence(document, section, sentence, 0.0) for sentence in spans]


def measure(examples: Iterable[Written], judge: SupportJudge, vectors: TextVectors) -> list[Measured]:
    """Return every claim of the examples as grounding sees it."""
    everything = Weighing(logit=0.0, share=0.0, found={}, limit=0.0)
    found = []
    for one in examples:
        evidence = as_evidence(one)
        focus = frozenset({("d", "s1")})
        checker = Checker(evidence, focus, judge, vectors, everything)
        half = int(order(f"grounding:{one.title.strip().lower()}") < 0.5)
        claims = [*((text, frozenset(gold)) for text, gold in one.true), *((text, None) for text in one.false)]
        for text, gold in claims:
            verdict = checker.check(text)
            cited = bool(gold) and any(evidence.index(scored) in (gold or ()) for scored in verdict.evidence)
            found.append(
                Measured(text, gold is not None, half, max(_LOWEST, verdict.logit), verdict.share, verdict.found, cited)
            )
    return found


def fitted(claims: Sequence[Measured]) -> Weighing:
    """Return the logistic regression of what is true, and the limit that holds back enough of what is not."""
    weights = LogisticRegression(C=_STRONG, max_iter=2_000).fit(_features(claims), [one.true for one in claims])
    logit, share, *findings = (float(weight) for weight in weights.coef_[0])
    base = float(weights.intercept_[0])
    found = {finding: round(base + weight, 2) for finding, weight in zip(FINDINGS, findings, strict=True)}
    found[Reason.UNSUPPORTED] = round(base, 2)
    weighing = Weighing(round(logit, 2), round(share, 2), found, 0.5)
    lies = sorted(_support(weighing, one) for one in claims if not one.true)
    at = min(len(lies) - 1, int(np.ceil(LIES_HELD_BACK * len(lies))))
    return Weighing(weighing.logit, weighing.share, found, float(np.ceil(1000 * lies[at]) / 1000))


def _features(claims: Sequence[Measured]) -> list[list[float]]:
    return [[one.logit, one.share, *(float(one.found is finding) for finding in FINDINGS)] for one in claims]


def _support(weighing: Weighing, one: Measured) -> float:
    return weighing(one.logit, one.share, one.found)


def interval(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953

    >>> [round(bound, 3) for bound in interval(98, 100)]
    [0.93, 0.994]
    """
    if not n:
        return 0.0, 1.0
    z = 1.959964
    share, scale = hits / n, 1 + z**2 / n
    middle = (share + z**2 / (2 * n)) / scale
    spread = z / scale * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)))
    return middle - spread, middle + spread


def row(name: str, claims: Sequence[Measured], shows: Callable[[Measured], bool]) -> str:
    """Return a line of the table: lies held back and truths shown, each with its interval."""
    lies, truths = [one for one in claims if not one.true], [one for one in claims if one.true]
    held, shown = sum(not shows(one) for one in lies), sum(shows(one) for one in truths)
    cells = [_cell(held, len(lies)), _cell(shown, len(truths))]
    return f"| {name} | {' | '.join(cells)} |"


def _cell(hits: int, n: int) -> str:
    low, high = interval(hits, n)
    return f"{100 * hits / max(n, 1):.1f} [{100 * low:.1f}, {100 * high:.1f}] of {n}"


def report(claims: Sequence[Measured]) -> tuple[list[str], Weighing]:
    """Return the table as Markdown lines, and the weighing fitted on both halves."""
    by_half = {half: fitted([one for one in claims if one.half == half]) for half in (0, 1)}
    lines = ["| shown if | lies held back | truths shown |", "|---|---|---|"]
    lines.append(row("the rules find nothing", claims, lambda one: one.found is None))
    for limit in (0.0, 1.0, 2.0, 3.0, 4.0):
        lines.append(row(f"the model's logit ≥ {limit:g}", claims, lambda one, limit=limit: one.logit >= limit))
    for half, name in ((0, "first half, fitted on the second"), (1, "second half, fitted on the first")):
        weighing = by_half[1 - half]
        part = [one for one in claims if one.half == half]
        lines.append(row(f"weighed: {name}", part, lambda one, w=weighing: _support(w, one) >= w.limit))

    def shows(one: Measured) -> bool:
        weighing = by_half[1 - one.half]
        return _support(weighing, one) >= weighing.limit

    lines.append(row("weighed: both", claims, shows))
    truths = [one for one in claims if one.true and shows(one)]
    lines += ["", f"A supporting sentence is cited: {_cell(sum(one.cited for one in truths), len(truths))}."]
    labels = [one.true for one in claims]
    lines.append(f"AUROC: model alone {auroc([one.logit for one in claims], labels):.3f}, weighed "
                 f"{auroc([_support(by_half[1 - one.half], one) for one in claims], labels):.3f}.")
    lines += ["", "| the rules find | lies | truths |", "|---|---|---|"]
    counts = Counter((one.found, one.true) for one in claims)
    for finding in (*FINDINGS, Reason.UNSUPPORTED):
        lines.append(f"| {finding or 'nothing'} | {counts[finding, False]} | {counts[finding, True]} |")
    return lines, fitted(claims)


def main() -> None:
    """Measure and print; with --out every claim is listed in a file too."""
    parser = argparse.ArgumentParser(prog="python -m training.grounding", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad2, clapnq, medquad and wice")
    parser.add_argument("--weights", type=Path, help="folder of the evidence model, by default the one that ships")
    parser.add_argument("--out", type=Path, help="folder for a list of all claims")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    examples = [one for one in read_claims(options.data) if one.held_out]
    log.info("%d passages of titles that were held out", len(examples))
    claims = measure(examples, EvidenceModel.load(options.weights), TextVectors(load_encoder()))
    lines, weighing = report(claims)
    print("\n".join(lines))  # noqa: T201
    print(f"\n{weighing}")  # noqa: T201
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with (options.out / "claims.jsonl").open("w", encoding="utf-8") as file:
            for one in sorted(claims, key=lambda one: -_support(weighing, one)):
                about = {"true": one.true, "support": round(_support(weighing, one), 3), "logit": round(one.logit, 2)}
                about |= {"share": round(one.share, 2), "found": one.found, "text": one.text}
                file.write(json.dumps(about, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
