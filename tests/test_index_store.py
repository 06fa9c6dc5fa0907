from __future__ import annotations

import json
import os
import random
from dataclasses import replace

import numpy as np
import pytest
from paper import pdf

from corpus import load_corpus, make_corpus, read_text
from corpus.errors import IndexStoreError
from index import Index, store
from index.building import open_or_build, renew
from index.cache import CACHE_VARIABLE
from index.toy import ToyEncoder


@pytest.fixture
def saved(tmp_path, toy_corpus, toy):
    index = Index.build(toy_corpus, toy)
    folder = tmp_path / "cache" / "index"
    store.save(index, folder)
    return index, folder


def test_a_round_trip_gives_the_same_hits(saved, toy_corpus, toy):
    index, folder = saved
    loaded = store.load(folder, toy, toy_corpus)
    for query in ("flour strength", "oven", "yeast and salt"):
        assert loaded.search(query) == index.search(query)
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["data", "manifest.json"]


def test_an_index_is_whole_without_the_files_it_was_made_from(tmp_path, toy):
    (tmp_path / "pages.pdf").write_bytes(pdf([[["# Tides"], ["The tide rises."]], [["- It follows the moon."]]]))
    (tmp_path / "a.md").write_text("# Bread\n\n## 1. Flour\n\n- one\n- two\n\n### Rye\n\nDark. Sour.")
    (tmp_path / "copy.md").write_text((tmp_path / "a.md").read_text())
    corpus = load_corpus(tmp_path)
    odd = replace(corpus.documents[0], id="odd", text="\ud800 lone", sections=(), passages=())
    corpus = make_corpus([*corpus.documents, odd])
    store.save(Index.build(corpus, toy), tmp_path / "index")
    loaded = store.load(tmp_path / "index", toy).corpus
    assert tuple(loaded.documents) == corpus.documents
    assert tuple(loaded.passages) == corpus.passages
    assert loaded.content_hash == corpus.content_hash


def test_another_encoder_or_corpus_is_refused(saved, toy_corpus):
    _, folder = saved
    with pytest.raises(IndexStoreError, match="built with encoder 'toy@64', not 'toy@32'; run: footnote index"):
        store.load(folder, ToyEncoder(32), toy_corpus)
    changed = make_corpus([read_text("Bread\n\nOther words.", title="Baking")])
    with pytest.raises(IndexStoreError, match="built with corpus"):
        store.load(folder, ToyEncoder(), changed)


def test_every_kind_of_damage_is_refused(saved, toy_corpus, toy):
    _, folder = saved
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for damaged in (bytes(flipped), whole[: len(whole) // 2], b""):
            file.write_bytes(damaged)
            with pytest.raises(IndexStoreError, match="run: footnote index"):
                store.load(folder, toy, toy_corpus)
        file.unlink()
        with pytest.raises(IndexStoreError, match="run: footnote index"):
            store.load(folder, toy, toy_corpus)
        file.write_bytes(whole)
    store.load(folder, toy, toy_corpus)


def test_a_flipped_bit_anywhere_is_refused(saved, toy_corpus, toy):
    """Every byte of the manifest, and 150 places of each other file, the first and the last among them."""
    _, folder = saved
    chance = random.Random(5)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        size = len(whole)
        places = range(size) if file.name == store.MANIFEST or size < 150 else chance.sample(range(size), 148)
        for at in {0, size - 1, *places}:
            flipped = bytearray(whole)
            flipped[at] ^= 1 << chance.randrange(8)
            file.write_bytes(flipped)
            with pytest.raises(IndexStoreError, match="run: footnote index"):
                store.load(folder, toy)
        file.write_bytes(whole)
    assert store.load(folder, toy, toy_corpus).search("oven")


def test_an_index_of_the_format_before_gives_its_vectors(tmp_path, toy_corpus, toy):
    """Format 2 kept its data beside the manifest, which had no seal, and its keys under the same name."""
    folder = tmp_path / "index"
    store.save(Index.build(toy_corpus, toy), folder)
    data = next(folder.glob("data-*"))
    for file in [*data.iterdir()]:
        file.rename(folder / file.name)
    data.rmdir()
    table = json.loads((folder / store.MANIFEST).read_text())
    del table["data"], table["seal"]
    (folder / store.MANIFEST).write_text(json.dumps({**table, "format": 2}))
    with pytest.raises(IndexStoreError, match="built with format 2, not 5; run: footnote index"):
        store.load(folder, toy, toy_corpus)
    assert len(store.earlier(folder, toy).vectors) == len(toy_corpus.passages)
    assert renew(folder, toy_corpus, toy)[1]
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["data", "lock", "manifest.json"]


@pytest.mark.parametrize("manifest", ["[]", "{}", "nonsense", '{"format": 0}'])
def test_a_strange_manifest_is_refused(saved, toy_corpus, toy, manifest):
    _, folder = saved
    (folder / store.MANIFEST).write_text(manifest)
    with pytest.raises(IndexStoreError):
        store.load(folder, toy, toy_corpus)


def test_the_manifest_is_written_last(tmp_path, toy_corpus, toy, monkeypatch):
    def fail(*_args, **_keywords):
        raise OSError("disk full")

    folder = tmp_path / "index"
    old = Index.build(toy_corpus, toy)
    store.save(old, folder)
    monkeypatch.setattr(json, "dumps", fail)
    with pytest.raises(IndexStoreError, match="disk full"):
        store.save(old, folder)
    monkeypatch.undo()
    assert store.load(folder, toy, toy_corpus).search("oven") == old.search("oven")
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["data", "manifest.json"]


def test_open_builds_once_and_again_after_a_change(tmp_path, toy, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    root = tmp_path / "notes"
    root.mkdir()
    (root / "a.txt").write_text("One sentence about boats.")
    encoded = []
    monkeypatch.setattr(toy, "encode", lambda texts, encode=toy.encode: encoded.append(len(texts)) or encode(texts))
    open_or_build(root, toy)
    open_or_build(root, toy)
    assert encoded == [1]
    (root / "a.txt").write_text("One sentence about ships.\n\nAnother.")
    index = open_or_build(root, toy)
    assert encoded == [1, 1]
    assert index.search("ships", 1)[0].lexical > 0


def test_an_unwritable_cache_leaves_the_index_in_memory(tmp_path, toy_corpus, toy, monkeypatch, caplog):
    (tmp_path / "a.txt").write_text("An oven bakes.")
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    index = open_or_build(tmp_path / "a.txt", toy)
    assert index.search("oven")
    assert "stays in memory" in caplog.text
    with pytest.raises(IndexStoreError, match=CACHE_VARIABLE):
        store.save(index, store.default_folder(tmp_path, toy))


def test_the_index_lies_in_the_cache_folder(tmp_path, toy, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    folder = store.default_folder(tmp_path / "a", toy)
    assert folder.is_relative_to(tmp_path)
    assert folder != store.default_folder(tmp_path / "b", toy)
    assert folder != store.default_folder(tmp_path / "a", ToyEncoder(32))
    assert os.fspath(folder).isascii()


def test_vectors_survive_exactly(saved, toy_corpus, toy):
    index, folder = saved
    query = toy.encode(["flour"])
    np.testing.assert_array_equal(
        store.load(folder, toy, toy_corpus).dense.search(query, 2)[0], index.dense.search(query, 2)[0]
    )


def test_only_what_changed_is_encoded_again(tmp_path, toy, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    root = tmp_path / "notes"
    root.mkdir()
    (root / "a.txt").write_text("Boats\n\nOne sentence about boats.")
    (root / "b.txt").write_text("Ships\n\nOne sentence about ships.")
    (root / "c.txt").write_text("Rafts\n\nOne sentence about rafts.")
    encoded = []
    monkeypatch.setattr(toy, "encode", lambda texts, encode=toy.encode: encoded.extend(texts) or encode(texts))
    open_or_build(root, toy)
    assert len(encoded) == 3
    encoded.clear()
    (root / "a.txt").unlink()
    (root / "b.txt").write_text("Ships\n\nAnother sentence about ships.")
    index = open_or_build(root, toy)
    assert [text.rpartition("\n")[2] for text in encoded] == ["Another sentence about ships."]
    fresh = Index.build(load_corpus(root), ToyEncoder())
    np.testing.assert_array_equal(index.dense.rows(), fresh.dense.rows())
    assert len(store.earlier(tmp_path / "none", toy).vectors) == 0
    assert len(store.earlier(store.default_folder(root, toy), ToyEncoder(32)).vectors) == 0
