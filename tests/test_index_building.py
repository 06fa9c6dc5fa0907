from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from corpus import load_corpus
from corpus.errors import IndexBusyError, IndexStoreError
from index import store
from index.building import open_or_build, renew
from index.cache import CACHE_VARIABLE
from index.checkpoint import Checkpoint
from index.lock import alone
from index.reuse import ENCODED_AT_ONCE
from index.search import embedded_texts
from index.toy import ToyEncoder

ROOT = Path(__file__).parents[1]


class Stopping(ToyEncoder):
    """Encodes so many times, then is stopped as Ctrl-C stops a program."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.encoded: list[str] = []

    def encode(self, texts):
        if not self.times:
            raise KeyboardInterrupt
        self.times -= 1
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number:03}.txt").write_text(f"Boats\n\nBoat number {number} sails.")
    return folder


def test_a_stopped_build_goes_on_where_it_was(notes):
    folder = store.default_folder(notes, ToyEncoder())
    corpus = load_corpus(notes)
    stopped, second = Stopping(2), Stopping(99)
    with pytest.raises(KeyboardInterrupt):
        renew(folder, corpus, stopped)
    assert len(stopped.encoded) == 2 * ENCODED_AT_ONCE
    index, built = renew(folder, corpus, second)
    assert built
    assert len(second.encoded) == 200 - 2 * ENCODED_AT_ONCE
    assert not set(second.encoded) & set(stopped.encoded)
    np.testing.assert_array_equal(index.dense.rows(), ToyEncoder().encode(stopped.encoded + second.encoded))
    assert not (folder / store.CHECKPOINT).exists()
    assert renew(folder, corpus, Stopping(0))[1] is False


def test_files_that_are_renamed_or_copied_embed_nothing(notes):
    open_or_build(notes, ToyEncoder())
    for number in range(0, 200, 2):
        (notes / f"{number:03}.txt").rename(notes / f"boat no {number}.txt")
    (notes / "copy.txt").write_text((notes / "001.txt").read_text())
    index, built = renew(store.default_folder(notes, ToyEncoder()), load_corpus(notes), Stopping(0))
    assert built
    assert len(index.corpus.documents) == len(index.dense) == 200
    assert index.corpus.document("001.txt").also == ("copy.txt",)
    assert index.corpus.document("boat no 4.txt").title == "Boat no 4"
    hit = index.search("no 4", 1, vector=ToyEncoder().encode(["no 4"])[0])[0]
    assert (hit.passage.document_id, hit.lexical > 0) == ("boat no 4.txt", True)
    np.testing.assert_array_equal(index.dense.rows(), ToyEncoder().encode(list(embedded_texts(index.corpus.documents))))


def test_a_build_that_is_stopped_leaves_the_one_before(notes):
    before = open_or_build(notes, ToyEncoder()).corpus.content_hash
    for number in range(150):
        (notes / f"{number:03}.txt").write_text(f"Ships\n\nShip number {number} sinks.")
    folder = store.default_folder(notes, ToyEncoder())
    with pytest.raises(KeyboardInterrupt):
        renew(folder, load_corpus(notes), Stopping(1))
    assert store.load(folder, ToyEncoder()).corpus.content_hash == before


def test_a_torn_or_damaged_checkpoint_gives_what_is_whole(tmp_path, toy):
    file = tmp_path / "checkpoint"
    rows = {bytes([number]) * 32: toy.encode([f"text {number}"])[0] for number in range(9)}
    with Checkpoint(file, toy) as checkpoint:
        checkpoint.add(rows)
    whole = file.read_bytes()
    record = (len(whole) - 32) // 9
    file.write_bytes(whole[:-3])
    assert list(Checkpoint(file, toy).read()) == list(rows)[:8]
    with Checkpoint(file, toy) as checkpoint:
        checkpoint.add({b"x" * 32: rows[b"\0" * 32]})
    assert list(Checkpoint(file, toy).read()) == [*list(rows)[:8], b"x" * 32]
    flipped = bytearray(whole)
    flipped[32 + 4 * record + 50] ^= 4
    file.write_bytes(flipped)
    kept = Checkpoint(file, toy).read()
    assert list(kept) == list(rows)[:4]
    for key, row in kept.items():
        np.testing.assert_array_equal(row, rows[key])
    assert Checkpoint(file, ToyEncoder(32)).read() == {}
    for content in (b"", whole[:20], b"nonsense" * 9):
        file.write_bytes(content)
        assert Checkpoint(file, toy).read() == {}
        with Checkpoint(file, toy) as checkpoint:
            checkpoint.add(rows)
        assert file.read_bytes() == whole


@pytest.mark.parametrize(("kind", "kills", "seed"), [("toy", 50, 11), ("lists", 20, 13), ("real", 3, 12)])
def test_a_killed_build_leaves_a_whole_index(kind, kills, seed, tmp_path):
    command = [sys.executable, "tests/killed_builds.py", kind, str(tmp_path), str(kills), str(seed)]
    run = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    count = json.loads(run.stdout.splitlines()[-1])
    assert count["old"] + count["new"] == kills
    assert count["resumed"] or kind == "real", "no build was killed between two batches"


def test_a_build_that_runs_out_of_room_leaves_the_one_before(tmp_path):
    command = [sys.executable, "tests/killed_builds.py", "full", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    count = json.loads(run.stdout.splitlines()[-1])
    assert count["refused"] >= 5
    assert count["new"] >= 1
    assert "free some space and run again" in run.stderr


def environment(tmp_path: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", CACHE_VARIABLE: str(tmp_path / "own"), "PATH": "/bin"}


def hold(folder: Path, held: object, free: object) -> None:
    with alone(folder):
        held.set()
        free.wait(120)


@pytest.fixture
def holder(notes):
    """Another process that holds the lock of the notes' index, as one that builds it does."""
    spawn = multiprocessing.get_context("spawn")
    held, free = spawn.Event(), spawn.Event()
    process = spawn.Process(target=hold, args=(store.default_folder(notes, ToyEncoder()), held, free))
    process.start()
    assert held.wait(120)
    yield free
    free.set()
    process.join()


def test_who_comes_second_is_refused_or_waits(notes, holder):
    folder, corpus = store.default_folder(notes, ToyEncoder()), load_corpus(notes)
    with pytest.raises(IndexBusyError, match="another process is building the index at"):
        renew(folder, corpus, ToyEncoder())
    told = []

    def waiting() -> None:
        told.append("waits")
        threading.Timer(0.2, holder.set).start()

    index, built = renew(folder, corpus, ToyEncoder(), waiting=waiting)
    assert (told, built, len(index.dense)) == (["waits"], True, 200)


def test_while_another_builds_the_index_before_answers(notes, toy, request, caplog):
    open_or_build(notes, toy)
    (notes / "000.txt").write_text("Rafts\n\nA raft drifts.")
    free = request.getfixturevalue("holder")
    assert len(open_or_build(notes, toy).search("raft drifts", 1)) == 1
    assert "until it is done, answers come from the index before" in caplog.text
    assert not store.fits(store.default_folder(notes, toy), load_corpus(notes), toy)
    free.set()


def test_two_builders_at_once_embed_everything_once(notes):
    folder, corpus = store.default_folder(notes, ToyEncoder()), load_corpus(notes)
    encoders = [Stopping(99), Stopping(99)]
    made = []

    def build(encoder: Stopping) -> None:
        made.append(renew(folder, corpus, encoder, waiting=lambda: None)[1])

    threads = [threading.Thread(target=build, args=(encoder,)) for encoder in encoders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, True]
    assert sorted(len(encoder.encoded) for encoder in encoders) == [0, 200]


def test_a_reader_is_never_caught_between_two_versions(notes):
    """One thread renews the index again and again, the others open it all the time."""
    folder, encoder = store.default_folder(notes, ToyEncoder()), ToyEncoder()
    corpora = []
    for version in range(2):
        (notes / "000.txt").write_text(f"Rafts\n\nRaft of version {version}.")
        corpora.append(load_corpus(notes))
    renew(folder, corpora[0], encoder)
    done, troubles, seen = threading.Event(), [], set()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(store.load(folder, encoder).corpus.content_hash)
            except IndexStoreError as error:
                troubles.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(12):
        renew(folder, corpora[(turn + 1) % 2], encoder)
    done.set()
    for thread in threads:
        thread.join()
    assert not troubles
    assert seen <= {corpus.content_hash for corpus in corpora}
