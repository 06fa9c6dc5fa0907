"""The index benchmark: what it cuts, ranks and compares, on sets small enough to follow."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from corpus import make_corpus, read_text
from corpus.errors import EvaluationError
from corpus.splitting import Chunking
from index.toy import ToyEncoder
from qa.evaluation import index_bench, index_rates
from qa.evaluation.index_sweep import CUTS, PRODUCT, Cut, documents_of, measure, sections_of, windows
from qa.evaluation.records import ArticleQuestion, ArticleSet, BenchmarkDocument, RetrievalSet

TEXT = "Bread\n\nFlour is white. Salt is dry. Yeast is slow. Water is wet.\n\nOvens\n\nAn oven is hot."


def cut_texts(size, overlap=0):
    document = read_text(TEXT, chunking=Chunking(1_000_000))
    return [document.text[start:end] for _, start, end in windows(document, Cut(size, overlap))]


def test_windows_share_sentences_and_never_cross_sections():
    assert cut_texts(30) == ["Flour is white. Salt is dry.", "Yeast is slow. Water is wet.", "An oven is hot."]
    assert cut_texts(30, 1)[:3] == [
        "Flour is white. Salt is dry.",
        "Salt is dry. Yeast is slow.",
        "Yeast is slow. Water is wet.",
    ]
    assert cut_texts(1, 1) == ["Flour is white.", "Salt is dry.", "Yeast is slow.", "Water is wet.", "An oven is hot."]
    assert len(cut_texts(1000)) == 2


def test_the_products_cut_is_the_products(article):
    document = article.documents[0]
    assert [(p.section_id, p.start, p.end) for p in document.passages] == list(windows(document, PRODUCT))
    differing = [sum(a != b for a, b in zip(vars_of(cut), vars_of(PRODUCT), strict=True)) for cut in CUTS]
    assert sorted(differing) == [0, 1, 1, 1, 1, 1]


def vars_of(cut):
    return cut.size, cut.overlap, cut.headings


DOCUMENTS = tuple(
    BenchmarkDocument(str(n), f"Number {word}", f"The {word} is here. It is a {word} of its own kind.")
    for n, word in enumerate(["oven", "boat", "tide", "moon", "salt", "tree"])
)


def made_set():
    queries = {"a": {"": "Where is the tide?"}, "b": {"": "the salt"}, "c": {"": "the tree"}}
    return RetrievalSet("toys", DOCUMENTS, queries, {"a": {"2": 1}, "b": {"4": 1}, "c": {"5": 1}})


def test_a_pool_keeps_what_is_right_and_drops_queries_without_it():
    pool = documents_of(made_set(), 4)
    assert {document.id for document in pool.corpus.documents} == {"2", "4", "5", "0"}
    assert set(documents_of(made_set(), 2).queries) == {"a", "b"}
    assert len(documents_of(made_set(), None).corpus.documents) == 6


@pytest.mark.parametrize("cut", [Cut(20), PRODUCT, Cut(20, 1, headings=False)])
def test_a_cut_is_measured_by_what_is_found(cut):
    pool = documents_of(made_set(), None)
    result = measure(pool, cut, ToyEncoder(256))
    assert (result.dense, result.fused) == (1.0, 1.0)
    assert result.passages == (12 if cut.size == 20 else 6)
    wrong = documents_of(RetrievalSet("toys", DOCUMENTS, {"a": {"": "the oven"}}, {"a": {"1": 1}}), None)
    assert measure(wrong, cut, ToyEncoder(256)).fused < 1.0


def test_sections_are_units_where_one_article_is_asked():
    corpus = make_corpus([read_text(TEXT)])
    asked = [
        ArticleQuestion("1", "fact", "How hot is an oven?", (), ("Ovens",), ()),
        ArticleQuestion("2", "fact", "And then?", (("user", "Why?"),), ("Ovens",), ()),
        ArticleQuestion("3", "miss", "Who?", (), (), ()),
    ]
    made = sections_of(ArticleSet("toy", tuple(asked)), corpus)
    assert set(made.queries) == {"1"}
    assert measure(made, PRODUCT, ToyEncoder(256)).dense == 1.0


def test_both_encode_the_same_in_turns():
    class Watched(ToyEncoder):
        def __init__(self, seen):
            super().__init__(256)
            self.seen = seen

        def encode(self, texts):
            self.seen.append(list(texts))
            return super().encode(texts)

    documents = {document.id: document.passage for document in DOCUMENTS}
    one, two = [], []
    queries = {query: wording[""] for query, wording in made_set().queries.items()}
    rates = index_rates.compare(documents, queries, made_set().qrels, 3, Watched(one), Watched(two))
    assert one == two
    assert [len(texts) for texts in one[1:4]] == [2, 2, 2]
    assert len(rates.ratios) == 3
    assert min(rates.product + rates.plain) > 0
    assert rates.product_ndcg == rates.plain_ndcg == 1.0
    np.testing.assert_allclose(rates.cosines, 1, atol=1e-6)
    with pytest.raises(EvaluationError, match="6 documents cannot be encoded in 7 rounds"):
        index_rates.compare(documents, queries, {}, 7, Watched(one), Watched(two))


def test_the_command_writes_the_page(tmp_path, monkeypatch, capsys):
    data = tmp_path / "data"
    (data / "scifact" / "qrels").mkdir(parents=True)
    rows = [{"_id": d.id, "title": d.title, "text": d.text} for d in DOCUMENTS]
    (data / "scifact" / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (data / "scifact" / "queries.jsonl").write_text(json.dumps({"_id": "a", "text": "the tide"}))
    (data / "scifact" / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\t2\t1\n")
    (data / "medquad").mkdir()
    with gzip.open(data / "medquad" / "medquad_qa.jsonl.gz", "wt") as file:
        file.write("\n".join(json.dumps({**row, "question": f"What is {row['title']}?"}) for row in rows))
    (data / "article").mkdir()
    question = {"id": "1", "question": "What does an EMG show?", "sections": ["Common Diagnostic Tools"]}
    (data / "article" / "dev.jsonl").write_text(json.dumps(question))
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(index_rates, "load", lambda _name: ToyEncoder(256))
    monkeypatch.setattr(index_rates, "memory_of", lambda _name, texts: float(len(texts)))
    page = tmp_path / "page.md"
    assert index_bench.main([str(data), "--out", str(page), "--rounds", "2"]) == 0
    written = page.read_text()
    assert capsys.readouterr().out == written + "\n"
    assert "| share of that nDCG@10 | 1 | 1.0000 |" in written
    assert "| 700 characters | 6 | 100.0 | 100.0 |" in written
    assert "### the article: 1 queries, sections" in written
    assert index_bench.main([str(tmp_path / "none")]) == 2
    assert "error:" in capsys.readouterr().err
