"""Filters: what documents say about themselves, and that a filter is the same as a smaller corpus."""

from __future__ import annotations

import datetime
import json
import random

import numpy as np
import pytest
from paper import word

from corpus import load_corpus, make_corpus, read_text
from corpus.errors import FilterError
from corpus.filters import conditions, matching_rows
from index import Index, SearchMode, store
from index.fusion import convex
from index.toy import ToyEncoder
from qa import ArticleQA
from qa.__main__ import main

NOTE = """---
title: Rye bread
Tags: [bread, "dark: rye"]
date: 2024-05-01 10:30
draft: false
nested: {a: 1}
---
Rye is dark.
"""
PAGE = """<html lang="en"><head><title>Tides</title><meta name="viewport" content="width=1">
<meta name="Author" content="Ann Lee"><meta name="keywords" content="sea, moon">
<meta property="article:published_time" content="2023-02-03T10:00:00Z"><meta property="og:image" content="a.png"></head>
<body><p>The tide rises.</p></body></html>"""


def about(folder, name):
    return load_corpus(folder / name).documents[0].metadata


def test_front_matter_is_metadata_and_not_text(tmp_path):
    (tmp_path / "rye.md").write_text(NOTE)
    document = load_corpus(tmp_path).documents[0]
    assert (document.title, document.text) == ("Rye bread", "Rye is dark.")
    assert document.metadata == {
        "title": ("Rye bread",),
        "tags": ("bread", "dark: rye"),
        "date": ("2024-05-01",),
        "draft": ("false",),
    }


@pytest.mark.parametrize(
    "source",
    [
        "---\nA line between rules.\n---\n\nMore.",
        "---\ntitle: [unclosed\n---\n\nMore.",
        "---\ntitle: never closed\n\nMore.",
        f"---\n{'[' * 4000}\n---\n\nMore.",
    ],
)
def test_what_is_no_front_matter_stays_text(source):
    document = read_text(source, suffix=".md")
    assert document.metadata == {}
    assert "More." in document.text
    for words in ("A line between rules", "[unclosed", "never closed"):
        assert (words in document.text) == (words in source)


def test_empty_front_matter_and_a_heading(tmp_path):
    assert read_text("---\n---\n# Bread\n\nFlour.", suffix=".md").title == "Bread"
    titled = read_text("---\ntitle: Other\n---\n# Bread\n\nFlour.", suffix=".md")
    assert (titled.title, titled.metadata["title"]) == ("Bread", ("Other",))


def test_front_matter_cannot_grow():
    """Ten lists of ten aliases each: what would be 10¹⁰ words is left out."""
    lines = ["a0: &a0 [lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 11))]
    document = read_text("---\n" + "\n".join(lines) + "\n---\nText.", suffix=".md")
    assert document.metadata == {"a0": ("lol",)}


def test_html_head_is_metadata(tmp_path):
    (tmp_path / "tides.html").write_text(PAGE)
    assert about(tmp_path, "tides.html") == {
        "title": ("Tides",),
        "lang": ("en",),
        "author": ("Ann Lee",),
        "keywords": ("sea", "moon"),
        "published_time": ("2023-02-03T10:00:00Z",),
        "date": ("2023-02-03",),
    }


def test_properties_of_word_and_pdf_are_metadata(tmp_path):
    pypdf = pytest.importorskip("pypdf")

    def build(document):
        document.add_paragraph("The tide rises.")
        document.core_properties.author = "Ann Lee"
        document.core_properties.keywords = "sea; moon"
        document.core_properties.created = datetime.datetime(2022, 1, 2, tzinfo=datetime.UTC)

    (tmp_path / "tides.docx").write_bytes(word(build))
    found = about(tmp_path, "tides.docx")
    assert (found["author"], found["keywords"], found["date"]) == (("Ann Lee",), ("sea", "moon"), ("2022-01-02",))
    from paper import pdf  # noqa: PLC0415

    (tmp_path / "plain.pdf").write_bytes(pdf([[["The tide rises."]]]))
    assert about(tmp_path, "plain.pdf") == {}
    writer = pypdf.PdfWriter(clone_from=tmp_path / "plain.pdf")
    writer.add_metadata({"/Author": "Ann Lee", "/CreationDate": "D:20210304050607Z", "/Producer": "x"})
    writer.write(tmp_path / "told.pdf")
    found = about(tmp_path, "told.pdf")
    assert (found["author"], found["date"]) == (("Ann Lee",), ("2021-03-04",))
    assert "producer" not in found


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    for name, head, body in [
        ("guides/rye.md", "date: 2024-05-01\ntags: [bread, dark]\nedition: 3", "# Baking\n\nThe oven bakes rye bread."),
        ("guides/deep/wheat.md", "date: 2023-12-31\ntags: bread\nedition: 10", "# Baking\n\nThe oven bakes wheat."),
        (
            "news/oven.md",
            "date: 2024-01-01",
            "# Baking\n\n## Ovens\n\n### Hot\n\nThe oven is hot.\n\n## Salt\n\nSalty.",
        ),
        ("plain.txt", "", "The oven of the plain."),
    ]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"---\n{head}\n---\n{body}" if head else body)
    return folder


def found(corpus, where):
    return {corpus.passages[row].document_id for row in matching_rows(corpus, conditions(where))}


RYE, WHEAT, OVEN, PLAIN = "guides/rye.md", "guides/deep/wheat.md", "news/oven.md", "plain.txt"


@pytest.mark.parametrize(
    ("where", "documents"),
    [
        ("folder=guides", {RYE, WHEAT}),
        ("folder=guides/", {RYE, WHEAT}),
        ("folder=guides/deep", {WHEAT}),
        ("folder=guide", set()),
        ("folder=.", {RYE, WHEAT, OVEN, PLAIN}),
        ("folder!=guides", {OVEN, PLAIN}),
        ("file=rye.md", {RYE}),
        ("file=GUIDES/RYE.md", {RYE}),
        ("file=*.txt", {PLAIN}),
        ("file=r[y]e.md", set()),
        ("date>=2024-01-01", {RYE, OVEN}),
        ("date>2024-01-01", {RYE}),
        ("date<=2024", {RYE, WHEAT, OVEN}),
        ("date<2024", {WHEAT}),
        ("date>2023", {RYE, OVEN}),
        ("date=2024", {RYE, OVEN}),
        ("date!=2024-05", {WHEAT, OVEN, PLAIN}),
        ("tags=bread", {RYE, WHEAT}),
        ("Tags = DARK", {RYE}),
        ("tags!=dark", {WHEAT, OVEN, PLAIN}),
        ("edition>=9", {WHEAT}),
        ("edition<9", {RYE}),
        ("section=ovens", {OVEN}),
        ("section=hot", {OVEN}),
        (["folder=guides", "date>=2024"], {RYE}),
        ({"folder": "guides", "edition": "10"}, {WHEAT}),
        ([], {RYE, WHEAT, OVEN, PLAIN}),
    ],
)
def test_conditions(notes, where, documents):
    assert found(load_corpus(notes), where) == documents


def test_a_section_filter_takes_what_stands_below_it_and_no_more(notes):
    corpus = load_corpus(notes)
    (row,) = matching_rows(corpus, conditions("section=Ovens"))
    passage = corpus.passages[row]
    assert corpus.document(OVEN).text[passage.start : passage.end] == "The oven is hot."


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        (
            "colour=red",
            r"no document has the key 'colour'; known are: date, edition, file, folder, section, tags, title",
        ),
        ("folder", "is no condition; write KEY=VALUE"),
        ("=x", "is no condition"),
        ("folder=", "is no condition"),
        ("date>=May", "compares with 'May'; give a date, as in date>=2024-01-31"),
        ("date=2024-02-30", "give a date"),
        ("tags>=bread", "give a date or a number"),
        ([3], "is no condition"),
        (7, "takes conditions such as"),
        ({"folder": 3}, "3 is no condition"),
    ],
)
def test_bad_conditions_say_what_to_write(notes, where, complaint):
    with pytest.raises(FilterError, match=complaint):
        matching_rows(load_corpus(notes), conditions(where))


WORDS = ["oven", "bread", "flour", "salt", "yeast", "water", "crust", "dough", "rye", "wheat", "heat", "stone"]


@pytest.mark.parametrize("seed", range(8))
def test_a_filter_is_applied_before_ranking(seed):
    """What is found among the rows is what an index of those rows alone, or a full ranking, would give."""
    chance = random.Random(seed)
    documents = [
        read_text(" ".join(chance.choices(WORDS, k=6)) + ".", document_id=f"{chance.choice('ab')}/{n}.txt")
        for n in range(150)
    ]
    corpus, encoder = make_corpus(documents), ToyEncoder()
    index = Index.build(corpus, encoder)
    rows = index.rows_where("folder=a")
    assert [corpus.passages[row].document_id[0] for row in rows] == ["a"] * len(rows)
    assert len(rows) == sum(document.id.startswith("a/") for document in documents)
    query = " ".join(chance.choices(WORDS, k=3))
    vector = index.encode_query(query)
    dense, lexical = index.dense.scores(vector, rows), index.lexical.all_scores(query)[rows]
    expected = {SearchMode.DENSE: dense, SearchMode.LEXICAL: lexical, SearchMode.FUSED: convex(dense, lexical)}
    for mode, scores in expected.items():
        hits = index.search(query, 10, mode, among=rows)
        assert {hit.passage.document_id[0] for hit in hits} <= {"a"}
        best = np.sort(scores)[::-1][: len(hits)]
        np.testing.assert_allclose([hit.score for hit in hits], best, atol=1e-6)
        assert len(hits) == min(10, int((scores > 0).sum()) if mode is SearchMode.LEXICAL else len(rows))
    alone = Index.build(make_corpus([d for d in documents if d.id.startswith("a/")]), encoder)
    places = [hit.passage.document_id for hit in alone.search(query, 10, SearchMode.DENSE)]
    scores = {hit.passage.document_id: hit.dense for hit in index.search(query, 150, SearchMode.DENSE, among=rows)}
    assert [scores[place] for place in places] == sorted(scores.values(), reverse=True)[:10]


def test_a_filter_is_worked_out_once(notes, monkeypatch):
    index = Index.build(load_corpus(notes), ToyEncoder())
    rows = index.rows_where("folder=guides")
    monkeypatch.setattr("index.search.matching_rows", lambda *_: pytest.fail("worked out again"))
    assert index.rows_where({"folder": "guides"}) is rows
    with pytest.raises(FilterError):
        index.rows_where("colour")


def test_a_stored_corpus_filters_as_one_in_memory(notes, tmp_path):
    index = Index.build(load_corpus(notes), ToyEncoder())
    store.save(index, tmp_path)
    stored = store.load(tmp_path, ToyEncoder())
    for where in ("folder=guides", "section=hot", ["date>=2024", "section!=ovens"], "tags=bread", "title!=x"):
        np.testing.assert_array_equal(stored.rows_where(where), index.rows_where(where))


def test_no_row_finds_nothing(notes):
    index = Index.build(load_corpus(notes), ToyEncoder())
    assert index.search("oven", among=index.rows_where("folder=nowhere")) == []


@pytest.fixture(scope="module")
def qa(notes, encoder):
    return ArticleQA.from_corpus(load_corpus(notes), encoder)


def test_search_and_answers_keep_to_the_filter(qa):
    assert {hit.passage.document_id for hit in qa.search("oven", where="folder=guides")} == {RYE, WHEAT}
    question = "What does the oven bake?"
    for place, words in ((RYE, "rye bread"), (WHEAT, "wheat")):
        answer = qa.answer(question, where={"file": place})
        assert {hit.passage.document_id for hit in answer.hits} == {place}
        assert words in answer.text
        assert {citation.document_id for citation in answer.citations} == {place}
    *_, last = qa.stream(question, where=["folder=guides", "date>=2024"])
    assert {citation.document_id for citation in last.citations} == {RYE}


def test_follow_ups_and_parts_keep_to_the_filter(qa):
    history = [("user", "What does the oven bake?"), ("assistant", "The oven bakes wheat.")]
    for question in ("And how hot is it?", "What does the oven bake? Is the oven hot?"):
        answer = qa.answer(question, history, where="folder=guides")
        assert {citation.document_id for citation in answer.citations} <= {RYE, WHEAT}
        assert {hit.passage.document_id for hit in answer.hits} <= {RYE, WHEAT}


def test_a_filter_that_nothing_meets_is_met_with_silence(qa):
    answer = qa.answer("What does the oven bake?", where="folder=nowhere")
    assert (answer.abstained, answer.hits, answer.nearest_sections) == (True, (), ())
    with pytest.raises(FilterError):
        qa.answer("What does the oven bake?", where="colour=red")


def test_the_command_line_filters(notes, capsys):
    assert main(["search", "oven", "--corpus", str(notes), "--where", "date>=2024", "--json"]) == 0
    assert {row["place"].partition("#")[0] for row in json.loads(capsys.readouterr().out)} == {RYE, OVEN}
    asked = ["ask", "What does the oven bake?", "--corpus", str(notes), "--where", "folder=guides"]
    assert main([*asked, "--where", "edition=3", "--json"]) == 0
    assert {c["document_id"] for c in json.loads(capsys.readouterr().out)["citations"]} == {RYE}
    assert main(["search", "oven", "--corpus", str(notes), "--where", "folder=none"]) == 0
    assert capsys.readouterr().err == "no passage meets folder=none\n"
    assert main([*asked, "--where", "colour=red"]) == 2
    assert "no document has the key 'colour'" in capsys.readouterr().err
