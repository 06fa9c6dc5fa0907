"""`python -m training.grounding DATA`: measure grounding on handwritten claims, and fit how it weighs what it finds.

Passages: each stands alone as evidence for its true claims (reworded) and its false ones (false in one thing). Only
those of titles that the model was never trained on count, in two halves: one is fitted, the other measured, and the
other way round. Articles: the claims under `tests/data/grounding`, with evidence as the product finds it; their fit
split joins each fit, their held split is measured. The weights printed for `qa/grounding/verdict.py` are fitted on all
but that.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.linear_model import LogisticRegression

from corpus import default_corpus_path, load_corpus
from corpus.records import Document, Passage, Section, Sentence, SentenceKind
from index import Index, load_encoder
from qa.confidence import load_confidence
from qa.evidence import ScoredSentence, assess
from qa.evidence_model import EvidenceModel
from qa.generators.sentences import sentences
from qa.grounding import Checker, Reason
from qa.grounding.verdict import Weighing
from qa.judge import CombinedJudge, SimilarityJudge
from qa.pipeline import JUDGED_PASSAGES
from qa.selection import select
from qa.text_vectors import TextVectors
from qa.writing import widened
from training.reports.figures import auroc
from training.sets import read_clapnq, read_medquad, read_squad, read_wice
from training.split import order
from training.written import fingerprint, read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from index import Encoder
    from qa.grounding import SupportJudge
    from qa.grounding.checker import Verdict
    from training.written import Written

log = logging.getLogger("training.grounding")
LIES_HELD_BACK = 0.98
"""Share of false claims that the limit is chosen to hold back."""
TESTS = Path(__file__).parents[1] / "tests" / "data"
FINDINGS: tuple[Reason | None, ...] = (
    None,
    Reason.NAME,
    Reason.NUMBER,
    Reason.NUMBER_UNSAID,
    Reason.OPPOSITE,
    Reason.NEGATION,
    Reason.STRENGTH,
    Reason.DIRECTION,
    Reason.UNSUPPORTED,
)
"""What the rules may find, None being nothing."""
HALVES, ARTICLES = ("first", "second"), ("fit", "held")
EVERYTHING = Weighing(logit=0.0, found=dict.fromkeys(FINDINGS, 0.0), limit=0.0)
"""Shows every claim."""
_LOWEST = -20.0
"""The logit of a claim that no evidence was found for."""
_ARTICLES_SHARE = 0.85
"""What the claims about articles weigh in the fit, of all."""
_STRONG = 0.3
"""How strongly the fit is kept simple (scikit-learn's C)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One claim as grounding saw it.

    `part` is "first" or "second" half of the passages, or "fit" or "held" of the articles. `cited` tells whether a
    sentence that supports it would be cited, None where that is not known.
    """

    part: str
    text: str
    true: bool
    logit: float
    found: Reason | None
    cited: bool | None = None


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


def read_articles(encoder: Encoder, model: EvidenceModel) -> Iterator[tuple[str, Checker, list[tuple[str, bool]]]]:
    """Yield split, checker and claims of each question under `tests/data/grounding`, evidence found by the product."""
    vectors = TextVectors(encoder)
    judge = CombinedJudge(model, SimilarityJudge(vectors))
    for file in sorted((TESTS / "grounding").glob("*.jsonl")):
        path = TESTS / "articles" / file.stem / "article.md"
        corpus = load_corpus(path if path.is_file() else default_corpus_path())
        index = Index.build(corpus, encoder)
        for line in file.read_text(encoding="utf-8").splitlines():
            group = json.loads(line)
            hits = index.search(group["question"], JUDGED_PASSAGES)
            assessment = assess(group["question"], hits, corpus, judge, load_confidence(judge.name))
            chosen = select(group["question"], assessment)
            evidence = widened(chosen, [assessment])
            focus = frozenset((scored.document.id, scored.section.id) for scored in chosen)
            claims = [*((text, True) for text in group["true"]), *((text, False) for _, text in group["lies"])]
            drafts = [(draft.text, true) for text, true in claims for draft in sentences([text])]
            yield group["split"], Checker(evidence, focus, model, vectors, EVERYTHING), drafts


def measure_passages(examples: Iterable[Written], judge: SupportJudge, vectors: TextVectors) -> Iterator[Measured]:
    """Yield every claim of the examples as grounding sees it."""
    for one in examples:
        evidence = as_evidence(one)
        checker = Checker(evidence, frozenset({("d", "s1")}), judge, vectors, EVERYTHING)
        part = HALVES[order(f"grounding:{one.title.strip().lower()}") < 0.5]
        for text, gold in one.true:
            verdict = checker.check(text)
            cited = any(evidence.index(scored) in gold for scored in verdict.evidence)
            yield _measured(part, text, verdict, true=True, cited=cited)
        for text in one.false:
            yield _measured(part, text, checker.check(text), true=False)


def measure_articles(model: EvidenceModel, encoder: Encoder) -> Iterator[Measured]:
    """Yield every claim about the articles as grounding sees it."""
    for part, checker, claims in read_articles(encoder, model):
        for text, true in claims:
            yield _measured(part, text, checker.check(text), true=true)


def _measured(part: str, text: str, verdict: Verdict, *, true: bool, cited: bool | None = None) -> Measured:
    return Measured(part, text, true, max(_LOWEST, verdict.logit), verdict.found, cited)


def fitted(claims: Sequence[Measured]) -> Weighing:
    """Return the logistic regression of what is true, and the limit that holds back enough lies about articles.

    Claims about articles stay near the text, as models do; those about passages are worded to be far from it.
    """
    features = [[one.logit, *(float(one.found is finding) for finding in FINDINGS)] for one in claims]
    about_articles = sum(one.part in ARTICLES for one in claims)
    each = _ARTICLES_SHARE / (1 - _ARTICLES_SHARE) * (len(claims) - about_articles) / about_articles
    weighs = [each if one.part in ARTICLES else 1.0 for one in claims]
    weights = LogisticRegression(C=_STRONG, max_iter=2_000).fit(features, [one.true for one in claims], weighs)
    logit, *findings = (float(weight) for weight in weights.coef_[0])
    base = float(weights.intercept_[0])
    found = {finding: round(base + weight, 2) for finding, weight in zip(FINDINGS, findings, strict=True)}
    open_limit = Weighing(round(logit, 2), found, 0.0)
    lies = sorted(open_limit(one.logit, one.found) for one in claims if one.part in ARTICLES and not one.true)
    at = min(len(lies) - 1, math.ceil(LIES_HELD_BACK * len(lies)))
    return Weighing(open_limit.logit, found, math.ceil(1000 * lies[at]) / 1000)


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
    spread = z / scale * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return middle - spread, middle + spread


def report(claims: Sequence[Measured]) -> tuple[list[str], Weighing]:
    """Return the tables as Markdown lines, and the weighing fitted on all but the articles' held split."""
    articles = [one for one in claims if one.part == "fit"]
    halves = {half: [one for one in claims if one.part == half] for half in HALVES}
    crossed = {half: fitted([*halves[other], *articles]) for half, other in (HALVES, HALVES[::-1])}
    weighing = fitted([*halves[HALVES[0]], *halves[HALVES[1]], *articles])

    def shows(one: Measured) -> bool:
        chosen = crossed.get(one.part, weighing)
        return chosen(one.logit, one.found) >= chosen.limit

    lines = []
    for name, parts in (("passages", HALVES), ("articles, fit", ("fit",)), ("articles, held", ("held",))):
        chosen = [one for one in claims if one.part in parts]
        lines += [f"| {name}: shown if | lies held back | truths shown |", "|---|---|---|"]
        lines.append(_row("the rules find nothing", chosen, lambda one: one.found is None))
        for limit in (0.0, 1.0, 2.0, 3.0):
            lines.append(_row(f"the model's logit ≥ {limit:g}", chosen, _above(limit)))
        lines += [_row("both weighed", chosen, shows), ""]
        labels = [one.true for one in chosen]
        both = auroc([crossed.get(one.part, weighing)(one.logit, one.found) for one in chosen], labels)
        lines += [f"AUROC: model {auroc([one.logit for one in chosen], labels):.3f}, both weighed {both:.3f}", ""]
        lines += ["| the rules find | lies | shown | truths | shown |", "|---|---|---|---|---|"]
        for finding in FINDINGS:
            cells = []
            for true in (False, True):
                these = [one for one in chosen if one.found is finding and one.true is true]
                cells += [str(len(these)), str(sum(shows(one) for one in these))]
            lines.append(f"| {finding or 'nothing'} | {' | '.join(cells)} |")
        lines.append("")
    cited = [one.cited for one in claims if one.cited is not None and shows(one)]
    return [*lines, f"A supporting sentence is cited: {_cell(sum(map(bool, cited)), len(cited))}"], weighing


def _above(limit: float) -> Callable[[Measured], bool]:
    return lambda one: one.logit >= limit


def _row(name: str, claims: Sequence[Measured], shows: Callable[[Measured], bool]) -> str:
    lies, truths = [one for one in claims if not one.true], [one for one in claims if one.true]
    held, shown = sum(not shows(one) for one in lies), sum(shows(one) for one in truths)
    return f"| {name} | {_cell(held, len(lies))} | {_cell(shown, len(truths))} |"


def _cell(hits: int, n: int) -> str:
    low, high = interval(hits, n)
    return f"{100 * hits / max(n, 1):.1f} [{100 * low:.1f}, {100 * high:.1f}] of {n}"


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
    model, encoder = EvidenceModel.load(options.weights), load_encoder()
    claims = [*measure_articles(model, encoder), *measure_passages(examples, model, TextVectors(encoder))]
    lines, weighing = report(claims)
    print("\n".join(lines))
    listed = ", ".join(f"Reason.{one.name}: {add}" if one else f"None: {add}" for one, add in weighing.found.items())
    print(f"\nWeighing(logit={weighing.logit}, found={{{listed}}}, limit={weighing.limit})")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with (options.out / "claims.jsonl").open("w", encoding="utf-8") as file:
            for one in sorted(claims, key=lambda one: -weighing(one.logit, one.found)):
                about = {"support": round(weighing(one.logit, one.found), 3), "found": one.found and one.found.name}
                file.write(json.dumps({**asdict(one), **about}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
