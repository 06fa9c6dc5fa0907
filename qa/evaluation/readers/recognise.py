"""Which format a path holds, found by looking at it, and the set read from it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.article import read_article_questions
from qa.evaluation.readers.beir import qrels_files, read_beir
from qa.evaluation.readers.claims import read_claims
from qa.evaluation.readers.folder import data_files, find, stem
from qa.evaluation.readers.gold_sentences import read_gold_sentences
from qa.evaluation.readers.multiturn import is_multi_turn, read_multi_turn
from qa.evaluation.readers.node import read_json, read_json_lines
from qa.evaluation.readers.question_answers import read_question_answers
from qa.evaluation.readers.rewrites import read_rewrites
from qa.evaluation.readers.selection import selected
from qa.evaluation.readers.squad import read_squad

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions
    from qa.evaluation.records import BenchmarkSet


class Format(StrEnum):
    """The benchmark formats that are recognised."""

    BEIR = "BEIR folder"
    MULTI_TURN = "multi-turn folder"
    QUESTION_ANSWERS = "question/answer lines"
    GOLD_SENTENCES = "passages with gold sentences"
    CLAIMS = "claims with evidence"
    ARTICLE = "questions with sections"
    SQUAD = "SQuAD"
    REWRITES = "stand-alone rewrites"


LINE_FIELDS = {
    Format.ARTICLE: ("question", "sections"),
    Format.QUESTION_ANSWERS: ("_id", "question", "text"),
    Format.GOLD_SENTENCES: ("input", "passages", "output"),
    Format.CLAIMS: ("claim", "evidence", "label"),
}
"""A JSON-lines file is of the format whose fields its first line has."""


def recognise(path: Path) -> tuple[Format, tuple[Path, ...]]:
    """Return the format and the files (one for most formats; the folder itself for folder formats).

    Raises:
        EvaluationError: there is nothing there, or nothing that is known; the message lists the known formats.
    """
    if path.is_dir():
        return _recognise_folder(path)
    if not path.is_file():
        raise EvaluationError(f"{path}: no such file or folder")
    return _recognise_file(path), (path,)


def read_set(path: Path, options: ReadOptions, name: str | None = None) -> BenchmarkSet:
    """Return the set that a path holds.

    Raises:
        EvaluationError: it is of no known format, or broken; with file, line and column.
    """
    found, files = recognise(path)
    name = name or default_name(path)
    match found:
        case Format.BEIR:
            return selected(read_beir(path, name, options), options)
        case Format.MULTI_TURN:
            return selected(read_multi_turn(path, name, options), options)
        case Format.QUESTION_ANSWERS:
            return selected(read_question_answers(files[0], name, options), options)
        case Format.GOLD_SENTENCES:
            return selected(read_gold_sentences(files, name), options)
        case Format.CLAIMS:
            return selected(read_claims(files[0], name), options)
        case Format.ARTICLE:
            return selected(read_article_questions(files[0], name), options)
        case Format.SQUAD:
            return selected(read_squad(files[0], name), options)
        case Format.REWRITES:
            return selected(read_rewrites(files[0], name), options)


def default_name(path: Path) -> str:
    """Return a set's name: the folder's, or folder and file for a file.

    >>> from pathlib import Path
    >>> default_name(Path("data/wice/dev.jsonl.gz")), default_name(Path("data/scifact"))
    ('wice/dev', 'scifact')
    """
    resolved = path.absolute()
    return resolved.name if resolved.is_dir() or not resolved.suffix else f"{resolved.parent.name}/{stem(resolved)}"


def _recognise_folder(folder: Path) -> tuple[Format, tuple[Path, ...]]:
    if is_multi_turn(folder):
        return Format.MULTI_TURN, (folder,)
    if find(folder, "corpus.jsonl") or find(folder, "queries.jsonl") or qrels_files(folder):
        return Format.BEIR, (folder,)
    files = data_files(folder)
    formats = {_recognise_file(file) for file in files}
    if len(formats) == 1 and (len(files) == 1 or formats == {Format.GOLD_SENTENCES}):
        return formats.pop(), tuple(files)
    if files:
        raise EvaluationError(f"{folder}: holds several sets; name one: {', '.join(file.name for file in files)}")
    inner = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    raise EvaluationError(
        f"{folder}: holds no benchmark set"
        + (f"; name one of its folders: {', '.join(inner)}" if inner else "")
        + f"; known formats: {', '.join(Format)}"
    )


def _recognise_file(path: Path) -> Format:
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        first = next(read_json_lines(path), None)
        if first is None:
            raise EvaluationError(f"{path}: the file is empty")
        for found, fields in LINE_FIELDS.items():
            if all(first.has(field) for field in fields):
                return found
        wanted = "; ".join(f"{found}: {', '.join(fields)}" for found, fields in LINE_FIELDS.items())
        first.fail(f"these fields belong to no known format; expected those of one of {wanted}")
    if name.endswith(".json"):
        return _recognise_json(path)
    raise EvaluationError(f"{path}: not a benchmark file; known formats: {', '.join(Format)} (.jsonl, .json, or .gz)")


def _recognise_json(path: Path) -> Format:
    node = read_json(path)
    if node.has("data"):
        return Format.SQUAD
    if isinstance(node.value, list):
        first = next(node.items(), None)
        if first is not None and first.has("Rewrite"):
            return Format.REWRITES
    return node.fail("neither SQuAD (an object with 'data') nor a list of questions with 'Rewrite'")


def unique_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return a name for each path, told apart by the parent folder where two would be the same.

    Raises:
        EvaluationError: the same path is given twice.
    """
    absolute = [path.absolute() for path in paths]
    for path in absolute:
        if absolute.count(path) > 1:
            raise EvaluationError(f"{path} is given twice")
    names = [default_name(path) for path in absolute]
    return tuple(
        f"{path.parent.name}/{name}" if names.count(name) > 1 else name
        for path, name in zip(absolute, names, strict=True)
    )
