"""The index in Milvus gives what the index in memory gives, follows the same rules, and says what is wrong."""

from __future__ import annotations

import json
import random
import shutil
import time
from dataclasses import replace

import numpy as np
import pytest
from milvus_fixtures import Milvus, need_milvus

from corpus import Corpus, load_corpus, make_corpus, read_text
from corpus.errors import FilterError, IndexStoreError, SettingsError, StoreDownError
from corpus.settings import CorpusSettings, Theme, UrgentAdvice
from index import Index, SearchMode
from index.cache import CACHE_VARIABLE
from index.stores import StoreAddress, milvus_store, store_for
from index.toy import ToyEncoder
from qa import ArticleQA
from qa.judge import SimilarityJudge
from qa.text_vectors import TextVectors

need_milvus()

from index.milvus import connection, reading, rows  # noqa: E402  (extras)
from index.milvus.connection import Connection  # noqa: E402
from index.milvus.naming import names  # noqa: E402
from index.milvus.search import row_condition  # noqa: E402
from index.milvus.versions import MilvusStore  # noqa: E402

WORDS = [
    "boats",
    "sail",
    "harbour",
    "oars",
    "bread",
    "yeast",
    "salt",
    "oven",
    "nerve",
    "muscle",
    "cramp",
    "of",
    "the",
    "and",
    "in",
    "drifts",
    "tide",
    "moon",
]
QUERIES = [
    "boats in the harbour",
    "how do boats sail, and boats with oars",
    "charcot-marie-tooth nerve",
    "bread",
    "salt slows yeast",
    "the of and",
    "Überraschung in Žilina",
    "nothing here matches zzzz",
]


class Counting(ToyEncoder):
    """The toy encoder, which notes what it encodes and may be stopped."""

    def __init__(self, times: int = 99) -> None:
        super().__init__()
        self.encoded: list[str] = []
        self.times = times

    def encode(self, texts):
        if not self.times:
            raise KeyboardInterrupt
        self.times -= 1
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Milvus Lite in this process."""
    return StoreAddress(str(tmp_path_factory.mktemp("milvus") / "lite.db"))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def notes(tmp_path):
    folder = tmp_path / "notes"
    (folder / "guides").mkdir(parents=True)
    chance = random.Random(4)
    for number in range(150):
        said = " ".join(chance.choices(WORDS, k=chance.randrange(6, 40)))
        text = f"# {chance.choice(WORDS)} {number}\n\n## Harbour\n\n{said} {number * 7919}."
        (folder / f"{number:03}.md").write_text(f"{text}\n\n- Salt slows yeast {number}.")
    (folder / "guides" / "ž.md").write_text(
        "---\ntag: odd\ndate: 2024-05-01\n---\n# Überraschung\n\nIn Žilina, a Charcot-Marie-Tooth nerve."
    )
    (folder / "copy.md").write_text((folder / "000.md").read_text())
    (folder / "corpus.toml").write_text(
        'title = "Notes"\nexamples = ["What?"]\n[[urgent]]\nphrases = ["help"]\nadvice = "call"\n'
        '[theme]\naccent = "#004488"\n'
    )
    return folder


def kept(address, notes, encoder=None, name="notes") -> MilvusStore:
    made = store_for(notes, encoder or ToyEncoder(), address, name)
    assert isinstance(made, MilvusStore)
    return made


def alike(one, other):
    """The same passages in the same order with the same scores; among equals any order, at the end any of them."""
    np.testing.assert_allclose([hit.score for hit in one], [hit.score for hit in other], atol=1e-6)
    scores = [round(hit.score, 5) for hit in other]
    for mine, yours, score in zip(one, other, scores, strict=True):
        if scores.count(score) == 1 and score != scores[-1]:
            assert mine.passage == yours.passage
            np.testing.assert_allclose((mine.dense, mine.lexical), (yours.dense, yours.lexical), rtol=1e-5, atol=1e-6)


def test_hits_are_those_of_the_index_in_memory(address, notes):
    corpus = load_corpus(notes)
    memory = Index.build(corpus, ToyEncoder())
    index, built = kept(address, notes, name="same").renew(corpus)
    assert built
    for query in QUERIES:
        for mode in SearchMode:
            for k in (1, 10, 300):
                alike(index.search(query, k, mode), memory.search(query, k, mode))
    for query in ("", "the"):
        assert [hit.score for hit in index.search(query, 5)] == [hit.score for hit in memory.search(query, 5)]
    for where in ("folder=guides", "file=00*", ["section=Harbour", "file!=copy.md"], "date>=2024", "tag=nothing"):
        among = memory.rows_where(where)
        np.testing.assert_array_equal(index.rows_where(where), among)
        alike(index.search("boats nerve", 10, among=among), memory.search("boats nerve", 10, among=among))
    with pytest.raises(FilterError, match="no document has the key 'colour'"):
        index.rows_where("colour=red")


def test_the_corpus_is_there_without_its_files(address, notes):
    corpus = load_corpus(notes)
    kept(address, notes, name="alone").renew(corpus)
    shutil.rmtree(notes)
    index = milvus_store(StoreAddress(address.uri, "alone"), "alone", ToyEncoder()).open()
    stored = index.corpus
    assert (stored.title, stored.settings, stored.content_hash) == ("Notes", corpus.settings, corpus.content_hash)
    assert (len(stored.documents), len(stored.passages)) == (len(corpus.documents), len(corpus.passages))
    assert tuple(stored.documents) == tuple(corpus.documents)
    assert tuple(stored.passages) == tuple(corpus.passages)
    assert stored.documents[-1] == corpus.documents[-1]
    assert stored.documents[1:40:7] == tuple(corpus.documents)[1:40:7]
    for each in (corpus.documents[3].id, "copy.md", "guides/ž.md"):
        assert stored.document(each) == corpus.document(each)
    with pytest.raises(KeyError):
        stored.document("no such file")
    memory = Index.build(corpus, ToyEncoder())
    assert (set(index.words()), index.heading_terms()) == (set(memory.words()), memory.heading_terms())


def test_answers_are_the_same(address, notes):
    corpus, toy = load_corpus(notes), ToyEncoder()
    judge = SimilarityJudge(TextVectors(toy))
    memory = ArticleQA(Index.build(corpus, toy), judge=judge)
    milvus = ArticleQA(kept(address, notes, name="answers").renew(corpus)[0], judge=judge)
    for question in ("What slows yeast?", "Where is Zilina, and what is a charcot-marie-tooth nerve?", "Who?"):
        for where in ((), ["folder=guides"]):
            told, expected = (qa.answer(question, where=where).to_dict() for qa in (milvus, memory))
            assert (told["text"], told["citations"]) == (expected["text"], expected["citations"])


def test_odd_documents_survive(address, toy):
    sentences = "".join(f"Sentence {n * 7919} has its own number {n * n}. " for n in range(9_000))
    documents = [read_text(f"Long\n\nSalt.\n\n{sentences}", document_id="long"), read_text("Salt\n\nIt is salt.")]
    documents.append(
        replace(documents[0], id="odd", text="\ud800 lone", sections=(), passages=(), also=("also", "ž/ö"))
    )
    corpus = make_corpus(
        documents,
        CorpusSettings(threshold=0.4, theme=Theme("#004488"), logo="data:,", urgent=(UrgentAdvice(("a",), "b"),)),
    )
    index, _ = kept(address, "x", toy, "odd").renew(corpus)
    assert list(index.corpus.documents) == list(corpus.documents)
    assert index.corpus.document("ž/ö").id == "odd"
    assert index.corpus.settings == corpus.settings
    alike(index.search("salt", 3), Index.build(corpus, toy).search("salt", 3))


def test_only_what_changed_is_embedded_and_what_went_is_gone(address, notes):
    kept(address, notes, name="changing").renew(load_corpus(notes))
    (notes / "001.md").unlink()
    (notes / "003.md").rename(notes / "renamed.md")
    (notes / "004.md").write_text("# Rafts\n\nA raft drifts.")
    encoder = Counting()
    store = kept(address, notes, encoder, "changing")
    corpus = load_corpus(notes)
    assert not store.fits(corpus)
    index, built = store.renew(corpus)
    assert built and store.fits(corpus)
    assert [text.rpartition("\n")[2] for text in encoder.encoded] == ["A raft drifts."]
    memory = Index.build(corpus, ToyEncoder())
    for query in QUERIES:
        alike(index.search(query), memory.search(query))
    with pytest.raises(KeyError):
        index.corpus.document("001.md")
    assert store.renew(corpus)[1] is False
    (notes / "corpus.toml").write_text('title = "Other"')
    encoder.times = 0
    assert store.renew(load_corpus(notes))[0].corpus.title == "Other"


def test_a_build_that_is_stopped_leaves_the_one_before_and_goes_on(address, notes, monkeypatch):
    store = kept(address, notes, name="stopped")
    before = store.renew(load_corpus(notes))[0]
    for number in range(140):
        (notes / f"{number:03}.md").write_text(f"# Ships\n\nShip number {number} sinks.")
    corpus = load_corpus(notes)
    stopped = Counting(1)
    with pytest.raises(KeyboardInterrupt):
        kept(address, notes, stopped, "stopped").renew(corpus)
    assert store.open().corpus.content_hash == before.corpus.content_hash
    goes_on = Counting()
    for step in ("add", "finish", "serve"):  # stopped while it writes, while it indexes, before it is served
        with monkeypatch.context() as patched:
            patched.setattr(Connection, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                kept(address, notes, goes_on, "stopped").renew(corpus)
        assert store.open().corpus.content_hash == before.corpus.content_hash
        assert before.search("boats", 3)
    assert not set(goes_on.encoded) & set(stopped.encoded)
    index, _ = kept(address, notes, Counting(0), "stopped").renew(corpus)
    assert index.corpus.content_hash == corpus.content_hash == store.open().corpus.content_hash
    assert before.search("boats", 3), "who still asks the version before gets answers"
    (notes / "000.md").unlink()
    store.renew(load_corpus(notes))
    with pytest.raises(IndexStoreError, match="run: footnote index"):
        before.search("boats", 3)
    left = [each for each in address.connection.collections() if each.startswith("stopped__")]
    assert len(left) == 4, "the version that is served and the one before, two collections each"


def test_another_encoder_or_format_is_refused(address, notes, monkeypatch):
    store = kept(address, notes, name="refused")
    store.renew(load_corpus(notes))
    with pytest.raises(IndexStoreError, match=r"built with encoder 'toy@64', not 'toy@32'; run: footnote index"):
        kept(address, notes, ToyEncoder(32), "refused").open()
    monkeypatch.setattr(reading, "FORMAT", 99)
    with pytest.raises(IndexStoreError, match="built with format 1, not 99"):
        store.open()
    monkeypatch.undo()
    with pytest.raises(IndexStoreError, match=r"no index at milvus:\S+#none \(there: .*refused"):
        kept(address, notes, name="none").open()
    assert "refused" in names(address.connection)


def test_pieces_that_are_missing_or_damaged_are_told():
    written = list(rows.pieces(3, {"a": list(range(200_000))}))
    assert len(written) > 1
    assert rows.joined(written) == {3: {"a": list(range(200_000))}}
    with pytest.raises(IndexStoreError, match="damaged"):
        rows.joined(written[:-1])
    with pytest.raises(IndexStoreError, match="damaged"):
        rows.joined([{**written[0], "content": "AAAA"}, *written[1:]])


@pytest.mark.parametrize("spec", ["", "milvus:", "faiss:x", "http://host:19530", "milvus:#name"])
def test_addresses_that_are_none(spec):
    with pytest.raises(SettingsError, match="--store takes"):
        StoreAddress.parse(spec)


def test_names_and_addresses_that_milvus_does_not_take(address, notes):
    with pytest.raises(SettingsError, match="cannot name an index"):
        kept(replace(address, name="a-b"), notes)
    with pytest.raises(SettingsError, match="give milvus:http"):
        _ = StoreAddress("nonsense").connection


def test_conditions_name_many_rows_by_their_ends():
    assert row_condition(np.arange(5, 1_000)) == "(row >= 5 and row <= 999)"
    assert row_condition(np.array([4])) == "row in [4]"


def test_a_milvus_that_is_away_is_said_and_found_again(tmp_path, notes, monkeypatch):
    monkeypatch.setattr(connection, "SECONDS", 2.0)
    server = Milvus(tmp_path / "data")
    away = StoreAddress(server.uri, "notes")
    with pytest.raises(StoreDownError, match="does not answer; see that it runs"):
        kept(away, notes)
    try:
        server.start()
        store = kept(away, notes)
        index, _ = store.renew(load_corpus(notes))
        expected = index.search("boats", 3)
        server.kill()
        began = time.monotonic()
        for call in (
            lambda: index.search("boats", 3),
            lambda: index.corpus.document("140.md"),
            store.stamp,
            store.open,
        ):
            with pytest.raises(StoreDownError):
                call()
        assert time.monotonic() - began < 60
        server.start()
        deadline = time.monotonic() + 60
        while True:
            try:
                found = index.search("boats", 3)
                break
            except StoreDownError:
                assert time.monotonic() < deadline, "it was not found again"
        alike(found, expected)
    finally:
        server.kill()


def test_commands_take_a_store(address, notes, capsys):
    from qa.__main__ import main  # noqa: PLC0415

    (notes / "notes.txt").write_text("Bread\n\nSalt slows the yeast.")
    store = f"milvus:{address.uri}#commands"
    assert main(["index", str(notes / "notes.txt"), "--store", store, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["state"], report["folder"]) == ("built", store)
    assert main(["index", str(notes / "notes.txt"), "--store", store]) == 0
    assert "up to date" in capsys.readouterr().out
    (notes / "notes.txt").unlink()
    assert main(["search", "yeast", "--store", store, "--mode", "fused", "--json"]) == 0
    assert [hit["place"] for hit in json.loads(capsys.readouterr().out)] == ["notes.txt#s1"]
    assert main(["show", "notes.txt", "--store", store]) == 0
    assert "notes.txt#s1  Bread" in capsys.readouterr().out
    assert main(["corpus", "stats", "--store", store]) == 0
    assert "1 of 384 dimensions" in capsys.readouterr().out
    assert main(["ask", "What slows the yeast?", "--store", store]) == 0
    assert "Salt slows the yeast. [1]" in capsys.readouterr().out
    assert main(["ask", "What?", "--store", f"milvus:{address.uri}#none"]) == 2
    assert "run: footnote index PATH --store" in capsys.readouterr().err


def test_without_a_name_the_only_index_is_meant(tmp_path, notes):
    address = StoreAddress(str(tmp_path / "one.db"))
    with pytest.raises(IndexStoreError, match="has no index yet"):
        address.only_name()
    kept(address, notes, name="one").renew(load_corpus(notes))
    assert address.only_name() == "one"
    kept(address, notes, name="two").renew(Corpus(load_corpus(notes).documents[:3]))
    with pytest.raises(IndexStoreError, match="name one of one, two"):
        address.only_name()


def test_the_comparison_of_stores_tells_agreement_and_its_lack(address, notes, toy, monkeypatch):
    from qa.evaluation import store_bench  # noqa: PLC0415  (an extra)

    corpus = load_corpus(notes)
    queries = {str(number): query for number, query in enumerate(QUERIES)}
    qrels = {"0": {corpus.documents[0].id: 1}, "2": {"guides/ž.md": 1}}
    told = store_bench.compare(corpus, queries, qrels, toy, replace(address, name="bench"))
    assert (told.documents, told.queries, told.holds) == (len(corpus.documents), len(QUERIES), True)
    assert told.disk == pytest.approx(told.milvus)
    each = store_bench.sizes(corpus)
    longest = max(passage.end - passage.start for passage in corpus.passages)
    assert 0 < each.different <= each.stems < each.stems_bytes and each.characters <= longest and each.packed_bytes > 0
    assert not replace(told, overlap=0.97).holds and not replace(told, milvus=told.disk + 0.02).holds
