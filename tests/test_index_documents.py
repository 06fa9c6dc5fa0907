"""What an index knows of files: those that lie as they lay are not read again, and no change passes unseen."""

from __future__ import annotations

import os
import threading

import pytest

from corpus import load_corpus, reading
from corpus.files import Stamp
from index import store
from index.building import renew
from index.cache import CACHE_VARIABLE
from index.documents import StoredDocuments
from index.toy import ToyEncoder


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """A folder of notes with its index; files count as untouched at once, but for those that a test stamps anew."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr("corpus.files._RESTED_NS", -(10**12))
    folder = tmp_path / "notes"
    (folder / "deep").mkdir(parents=True)
    for name in ("a", "b", "deep/c"):
        (folder / f"{name}.txt").write_text(
            f"Boats\n\nBoat {name} sails. It is made of wood.\n\nOars\n\nOne of {name}."
        )
    (folder / "stated.md").write_text("# Stated\n\nA title of its own.")
    (folder / "copy of a.txt").write_text((folder / "a.txt").read_text())
    renewed(folder)
    return folder


def known(folder):
    return store.known_documents(store.default_folder(folder, ToyEncoder()))


def renewed(folder):
    corpus = load_corpus(folder, known=known(folder))
    return renew(store.default_folder(folder, ToyEncoder()), corpus, ToyEncoder())[0]


@pytest.fixture
def watched(monkeypatch):
    """Names of the files that are read, and of those that are parsed."""
    seen = {"read": [], "parsed": []}
    read, parse = reading.read_steadily, reading.Reading._parse
    monkeypatch.setattr(reading, "read_steadily", lambda file: seen["read"].append(file.name) or read(file))
    monkeypatch.setattr(
        reading.Reading, "_parse", lambda self, name, *rest: seen["parsed"].append(name) or parse(self, name, *rest)
    )
    return seen


def equal(corpus, other):
    return tuple(corpus.documents) == tuple(other.documents) and corpus.content_hash == other.content_hash


def test_files_that_lie_as_they_lay_are_not_read(notes, watched):
    again = load_corpus(notes, known=known(notes))
    assert watched == {"read": [], "parsed": []}
    assert equal(again, load_corpus(notes))


def test_what_changed_is_read_and_the_rest_is_not(notes, watched):
    (notes / "b.txt").write_text("Rafts\n\nA raft drifts.")
    changed = load_corpus(notes, known=known(notes))
    assert watched == {"read": ["b.txt"], "parsed": ["b.txt"]}
    assert equal(changed, load_corpus(notes))
    index = renewed(notes)
    assert equal(index.corpus, load_corpus(notes))
    watched["read"].clear()
    assert equal(load_corpus(notes, known=known(notes)), index.corpus)
    assert watched["read"] == []


def test_a_change_of_equal_length_with_the_old_time_put_back_is_seen(notes):
    file = notes / "b.txt"
    before = file.stat()
    file.write_text(file.read_text().replace("wood", "iron"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert "iron" in load_corpus(notes, known=known(notes)).document("b.txt").text


def test_a_file_put_in_the_place_of_another_is_seen(notes):
    (notes / "a.txt").rename(notes / "kept.txt")
    (notes / "b.txt").rename(notes / "a.txt")
    (notes / "kept.txt").rename(notes / "b.txt")
    swapped = load_corpus(notes, known=known(notes))
    assert "Boat b" in swapped.document("a.txt").text
    assert equal(swapped, load_corpus(notes))
    assert equal(renewed(notes).corpus, load_corpus(notes))


def test_a_file_that_has_just_been_written_is_read_again(notes, watched, monkeypatch):
    monkeypatch.setattr("corpus.files._RESTED_NS", 10**15)
    (notes / "b.txt").write_text("Rafts\n\nA raft drifts.")
    renewed(notes)
    watched["read"].clear()
    load_corpus(notes, known=known(notes))
    assert watched["read"] == ["b.txt"]


def test_a_stamp_tells_later_changes_only_after_a_rest(monkeypatch):
    monkeypatch.setattr("corpus.files._RESTED_NS", 3)
    assert Stamp(1, 1, 1, modified=10, changed=12).rested(16)
    assert not Stamp(1, 1, 1, modified=10, changed=14).rested(16)
    assert not Stamp(1, 1, 1, modified=99, changed=14).rested(16), "a time to come tells nothing"


def test_a_moved_or_touched_file_is_read_but_not_parsed(notes, watched):
    (notes / "b.txt").rename(notes / "moved file.txt")
    (notes / "stated.md").touch()
    moved = load_corpus(notes, known=known(notes))
    assert watched == {"read": ["moved file.txt", "stated.md"], "parsed": []}
    document = moved.document("moved file.txt")
    assert (document.title, {p.document_id for p in document.passages}) == ("Moved file", {"moved file.txt"})
    assert equal(moved, load_corpus(notes))
    assert equal(renewed(notes).corpus, load_corpus(notes))


def test_an_index_made_bit_by_bit_is_the_one_made_at_once(notes, tmp_path):
    for turn in range(4):
        (notes / f"new {turn}.txt").write_text(f"Ships\n\nShip {turn} has a mast of its own.\n\nSails\n\nWhite ones.")
        (notes / "b.txt").write_text(f"Rafts\n\nRaft {turn} drifts past {'x' * turn}.")
        if turn == 2:
            (notes / "a.txt").unlink()
        grown = renewed(notes)
    fresh = renew(tmp_path / "other", load_corpus(notes), ToyEncoder())[0]
    assert equal(grown.corpus, fresh.corpus)
    assert (grown.dense.rows() == fresh.dense.rows()).all()
    assert (grown.keys() == fresh.keys()).all()
    assert sorted(grown.lexical.words.words) == sorted(fresh.lexical.words.words)
    assert "sails" not in load_corpus(notes).document("b.txt").text
    for query in ("ship mast", "raft xx", "sails", "boat a", "wood iron new"):
        assert (grown.lexical.all_scores(query) == fresh.lexical.all_scores(query)).all()


def test_documents_are_read_after_a_newer_index_took_their_place(notes):
    before = store.load(store.default_folder(notes, ToyEncoder()), ToyEncoder())
    (notes / "b.txt").write_text("Rafts\n\nA raft drifts.")
    renewed(notes)
    assert "Boat b sails" in before.corpus.document("b.txt").text
    assert before.search("oars", 3)
    with pytest.raises(KeyError):
        before.corpus.document("none.txt")


def test_passages_and_documents_are_sequences(notes):
    corpus = store.load(store.default_folder(notes, ToyEncoder()), ToyEncoder()).corpus
    assert [p.id for p in corpus.passages] == [p.id for d in corpus.documents for p in d.passages]
    assert corpus.passages[-1] == corpus.documents[-1].passages[-1]
    assert [d.id for d in corpus.documents[1:3]] == [d.id for d in corpus.documents][1:3]
    assert corpus.document("copy of a.txt") == corpus.document("a.txt")
    for wrong in (len(corpus.passages), -len(corpus.passages) - 1):
        with pytest.raises(IndexError):
            corpus.passages[wrong]


def test_many_threads_may_read_at_once(notes, monkeypatch):
    monkeypatch.setattr("index.documents._REMEMBERED", 1)
    (file,) = store.default_folder(notes, ToyEncoder()).rglob(store.DOCUMENTS)
    documents, expected, troubles = StoredDocuments(file), list(StoredDocuments(file)), []

    def read():
        try:
            for turn in range(60):
                at = turn % len(expected)
                assert documents[at] == expected[at]
                assert documents.find(expected[at].id) == expected[at]
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
