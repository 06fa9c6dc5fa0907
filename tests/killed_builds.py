"""Builds an index in child processes that are killed, or that run out of room, and looks at what they leave behind.

    python tests/killed_builds.py toy|lists|real WORKDIR KILLS SEED    kill -9 at random moments
    python tests/killed_builds.py full WORKDIR                         no file may grow beyond a limit, which rises

With `lists` the toy's vectors stand in lists, which are kept from version to version.
A process of its own that forks: one child builds, another looks at what is left; neither shares memory with the next.
The last line printed is a JSON object that counts the outcomes; whatever is wrong ends it with a traceback.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from corpus import load_corpus
from corpus.errors import IndexStoreError
from index import load_encoder, search, store
from index.building import renew
from index.lexical import LexicalIndex
from index.search import embedded_texts, passage_texts
from index.toy import ToyEncoder
from index.vectors import DenseIndex

FILES = {"toy": 60, "lists": 60, "real": 12, "full": 60}
CHANGED = {"toy": 30, "lists": 20, "real": 8, "full": 30}
NO_ROOM = 3


class SlowToy(ToyEncoder):
    """A toy that takes about as long for a text as everything else about it takes."""

    def encode(self, texts):
        time.sleep(0.0005 * len(texts))
        return super().encode(texts)


def write(folder: Path, version: int, files: int, changed: int, chance: random.Random) -> dict[str, str]:
    """Change some of the files; return each one's text by its name."""
    folder.mkdir(exist_ok=True)
    numbers = range(files) if version == 0 else chance.sample(range(files), changed)
    for number in numbers:
        words = ("one", "two", "three", "four")
        said = "\n\n".join(f"Boat {number} says {word} in version {version}." for word in words)
        (folder / f"boat {number}.txt").write_text(f"Harbour {number}\n\n{said}\n\nEnd\n\nThat was {version}.")
    return {file.name: file.read_text() for file in sorted(folder.iterdir())}


def forked(work, *, kill_after: float | None = None) -> tuple[int, float]:
    """Run `work` in a child process; return its wait status and the seconds it had."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            status = work() or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
            status = 1
        os._exit(status)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1], time.perf_counter() - began


def look(folder: Path, encoder, versions: tuple[dict[str, str], ...]) -> int:
    """Return which version an index is of, after every text, vector and word of it was compared."""
    index = store.load(folder, encoder)
    held = {document.id: document.text for document in index.corpus.documents}
    assert held in versions, "the index is of no version"
    for document in index.corpus.documents:
        for passage in document.passages:
            assert document.text[passage.start : passage.end].strip(), passage
            assert document.text[passage.sentences[0].start : passage.sentences[-1].end]
    exact = encoder.encode(list(embedded_texts(index.corpus.documents)))
    np.testing.assert_array_equal(index.dense.rows(), exact)
    found = index.dense.search(exact, 1)[0][:, 0]
    assert (found > 0.9999).mean() >= (0.95 if index.dense.means.lists else 1), "vectors are not found"
    lexical = LexicalIndex.build(passage_texts(index.corpus.documents))
    for query in ("boat harbour", *(f"version {number}" for number in range(0, 60, 7))):
        np.testing.assert_array_equal(index.lexical.all_scores(query), lexical.all_scores(query))
    return 10 + versions.index(held)


def main(kind: str, work: Path, kills: int = 0, seed: int = 0) -> dict[str, int]:
    if kind == "lists":
        search.DenseIndex = partial(DenseIndex, exact_rows=50)
    chance = random.Random(seed)
    notes, folder = work / "notes", work / "cache" / "index"
    encoder = load_encoder() if kind == "real" else SlowToy()

    def build() -> int:
        try:
            renew(folder, load_corpus(notes, known=store.known_documents(folder)), encoder)
        except IndexStoreError as error:
            print(error, file=sys.stderr)
            return NO_ROOM
        return 0

    def build_with(limit: int) -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        return build()

    old = write(notes, 0, FILES[kind], CHANGED[kind], chance)
    status, whole = forked(build)
    assert status == 0
    count = {"old": 0, "new": 0, "finished": 0, "resumed": 0, "refused": 0}
    rounds = kills or 14
    for version in range(1, rounds + 1):
        new = write(notes, version, FILES[kind], CHANGED[kind], chance)
        if kind == "full":
            status, _ = forked(lambda limit=1 << (version + 5): build_with(limit))
            count["refused"] += os.waitstatus_to_exitcode(status) == NO_ROOM
        else:
            status, _ = forked(build, kill_after=chance.uniform(0, whole))
        count["finished"] += status == 0
        kept = (folder / store.CHECKPOINT).exists() and bool(
            store.Checkpoint(folder / store.CHECKPOINT, encoder).read()
        )
        count["resumed"] += kept
        status, _ = forked(lambda versions=(old, new): look(folder, encoder, versions))
        seen = os.waitstatus_to_exitcode(status) - 10
        assert seen in (0, 1), f"version {version}: the index left behind is not whole"
        count[("old", "new")[seen]] += 1
        if seen or version % 3 == 0:  # else the next round goes on from a build that was killed before
            status, took = forked(build)
            assert status == 0
            whole = max(whole, took) if kind == "real" else 0.5 * (whole + took)
            status, _ = forked(lambda versions=(new,): look(folder, encoder, versions))
            assert os.waitstatus_to_exitcode(status) == 10, f"version {version}: a later build did not make up for it"
            old = new
    names = {path.name for path in folder.iterdir()}
    assert names <= {store.MANIFEST, store.LOCK, store.CHECKPOINT} | {n for n in names if n.startswith("data-")}
    return count


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))))
