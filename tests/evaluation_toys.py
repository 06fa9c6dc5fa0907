"""Small stand-ins that the tests of the evaluator share: an encoder without weights, and sets to write on disk."""

from __future__ import annotations

import gzip
import json

import pytest

import index.toy
from qa.evaluation.configuration import parse_configurations
from qa.evaluation.progress import Silent
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.report.folder import write_reports
from qa.evaluation.runner import Run, RunSettings
from qa.evaluation.task import Parts
from qa.evaluation.tasks import tasks_of

ALL = ("dense", "lexical", "fused")


class ToyEncoder(index.toy.ToyEncoder):
    """The toy encoder with a fingerprint of choice and a memory of how many texts came in each call."""

    def __init__(self, fingerprint="toy-1"):
        super().__init__()
        self.fingerprint = fingerprint
        self.calls = []

    def encode(self, texts):
        self.calls.append(len(texts))
        return super().encode(texts)


def write_lines(path, rows):
    """Write JSON lines, gzipped where the name says so."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


DOCUMENTS = [
    {"_id": "d1", "title": "Cramps", "text": "Muscle cramps are sudden painful contractions of the calf."},
    {"_id": "d2", "title": "Potassium", "text": "Low potassium makes muscles weak in periodic paralysis."},
    {"_id": "d3", "title": "Bread", "text": "Sourdough bread rises overnight with wild yeast."},
    {"_id": "d4", "title": "Ships", "text": "Lighthouses warn ships of rocks near the coast."},
    {"_id": "d5", "title": "Nerves", "text": "Damaged nerves misfire and muscles cramp at night."},
]
QUERIES = [
    {"_id": "q1", "text": "painful muscle cramps in the calf"},
    {"_id": "q2", "text": "weakness from low potassium"},
    {"_id": "q3", "text": "how does sourdough rise"},
    {"_id": "q4", "text": "who warns ships"},
    {"_id": "q5", "text": "wild horses of the coast"},
]
QRELS = [("q1", "d1", 1), ("q1", "d5", 1), ("q2", "d2", 1), ("q3", "d3", 1), ("q4", "d4", 1)]


def write_beir(folder, documents=DOCUMENTS, queries=QUERIES, qrels=QRELS):
    """Write a BEIR folder; `q5` is judged nowhere."""
    write_lines(folder / "corpus.jsonl", documents)
    write_lines(folder / "queries.jsonl", queries)
    (folder / "qrels").mkdir(exist_ok=True)
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in qrels)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))


def measure(path, out, *, names=ALL, fresh=False, encoder=None, corpus=None):
    """Run the evaluator on a path with the toy encoder; return the results and the encoder."""
    encoder = encoder or ToyEncoder()
    parts = Parts(make=lambda _: encoder)
    found = read_set(path, ReadOptions())
    tasks = tasks_of(found, parts, corpus, None)
    results = Run(tasks, parse_configurations(names), parts, RunSettings(out, fresh=fresh)).execute(Silent())
    write_reports(results, [found], out)
    return results, encoder
