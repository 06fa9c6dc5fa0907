"""Conversations in the form of MTRAG: the same questions as last turn, with all turns, and rewritten by a person.

Source: https://github.com/IBM/mt-rag-benchmark (`human/retrieval_tasks`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.documents import read_documents
from qa.evaluation.readers.folder import find
from qa.evaluation.readers.node import read_json_lines
from qa.evaluation.readers.qrels import check_documents, read_qrels
from qa.evaluation.records import RetrievalSet

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions

LAST_TURN, WITH_HISTORY, GOLD_REWRITE = "last turn", "with history", "gold rewrite"
ENDINGS = {LAST_TURN: "_lastturn.jsonl", WITH_HISTORY: "_questions.jsonl", GOLD_REWRITE: "_rewrite.jsonl"}
SPEAKER = "|user|:"


def is_multi_turn(folder: Path) -> bool:
    """Tell whether the folder holds a file of last turns."""
    return any(folder.glob(f"*{ENDINGS[LAST_TURN]}*"))


def read_multi_turn(folder: Path, name: str, options: ReadOptions) -> RetrievalSet:
    """Return the set with three wordings of every query.

    Empty passages are kept and counted: pools cut from web pages hold some, and the published figures include them.

    Raises:
        EvaluationError: a file is missing or malformed, the three files differ in their queries, or the qrels name
            what is not there.
    """
    corpus = find(folder, "corpus.jsonl")
    judgements = sorted(folder.glob("qrels*.tsv")) + sorted(folder.glob("qrels/*.tsv"))
    if corpus is None or len(judgements) != 1:
        raise EvaluationError(
            f"{folder}: a multi-turn set needs corpus.jsonl (or .gz) and one qrels*.tsv; found "
            f"{'no corpus' if corpus is None else corpus.name} and {len(judgements)} qrels files"
        )
    documents, notices = read_documents(corpus, allow_empty=True, hint="")
    qrels = read_qrels(judgements[0])
    notices += check_documents(judgements[0], qrels, documents)
    wordings = {variant: _read_turns(folder, ending) for variant, ending in ENDINGS.items()}
    expected = wordings[LAST_TURN]
    for variant, turns in wordings.items():
        if turns.keys() != expected.keys():
            odd = sorted(turns.keys() ^ expected.keys())
            raise EvaluationError(
                f"{folder}: *{ENDINGS[variant]} and *{ENDINGS[LAST_TURN]} differ in {len(odd)} queries, the first is "
                f"{odd[0]!r}"
            )
    kept = [query for query in expected if not options.judged_only or any(qrels.get(query, {}).values())]
    unjudged = sum(not any(qrels.get(query, {}).values()) for query in kept)
    if unjudged:
        notices.append(f"{unjudged} of {len(kept)} queries have no relevant document; they count with the score 0")
    queries = {query: {variant: wordings[variant][query] for variant in ENDINGS} for query in kept}
    return RetrievalSet(
        name, documents, queries, {query: qrels[query] for query in kept if query in qrels}, tuple(notices)
    )


def turns(wording: str) -> tuple[str, ...]:
    r"""Return the user's turns of a wording, oldest first.

    >>> turns("who was Napoleon\nwhen was he born")
    ('who was Napoleon', 'when was he born')
    """
    return tuple(turn for turn in wording.split("\n") if turn.strip())


def _read_turns(folder: Path, ending: str) -> dict[str, str]:
    files = sorted(folder.glob(f"*{ending}")) + sorted(folder.glob(f"*{ending}.gz"))
    if len(files) != 1:
        raise EvaluationError(f"{folder}: a multi-turn set needs one *{ending} (or .gz) file, found {len(files)}")
    queries: dict[str, str] = {}
    for node in read_json_lines(files[0]):
        query_id = node.filled("_id")
        if query_id in queries:
            node.child("_id").fail(f"query id {query_id!r} was given before; ids must be unique")
        spoken = (turn.strip() for turn in node.filled("text").split(SPEAKER))
        queries[query_id] = "\n".join(" ".join(turn.split()) for turn in spoken if turn)
    if not queries:
        raise EvaluationError(f"{files[0]}: holds no queries")
    return queries
