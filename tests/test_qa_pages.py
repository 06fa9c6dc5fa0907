"""Answers from several documents: the page and the document of every citation, wherever an answer is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from paper import pdf
from server_fixtures import client_of

from corpus import load_corpus
from qa import ArticleQA
from qa.__main__ import main, render
from qa.page.answer import turn_html
from qa.page.article import article_html
from qa.page.export import markdown, plain_text
from qa.page.texts import read_texts
from qa.page.turns import State, Turn, from_stored, to_stored

TEXTS = read_texts()
PAGES = [
    [["# Harbour manual"], ["The harbour of Brest opens at six in the morning."]],
    [["# Tides"], ["The spring tide at Brest rises seven metres."], ["- Neap tides rise three metres."]],
    [["- The lowest tide bares the old pier."], ["# Pilots"], ["A pilot boards every ship longer than fifty metres."]],
]
WHERE_IT_STANDS = [
    ("When does the harbour of Brest open?", "six in the morning", 1),
    ("How high does the spring tide at Brest rise?", "seven metres", 2),
    ("Which ships does a pilot board?", "longer than fifty metres", 3),
]
BREAD = (
    "# Bread\n\n## Tides\n\nThe word tide means nothing to a baker.\n\n## Ovens\n\nAn oven bakes bread at 230 degrees."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "harbour.pdf").write_bytes(pdf(PAGES))
    (folder / "bread.md").write_text(BREAD)
    return folder


@pytest.fixture(scope="module")
def qa(folder, encoder):
    return ArticleQA.from_corpus(load_corpus(folder), encoder)


@pytest.mark.parametrize(("question", "words", "page"), WHERE_IT_STANDS)
def test_a_citation_names_its_page(qa, question, words, page):
    answer = qa.answer(question)
    (citation,) = [citation for citation in answer.citations if words in citation.quote]
    document = qa.corpus.document("harbour.pdf")
    assert citation.page == page == document.page(citation.start)
    assert citation.quote in document.text[slice(*[*document.page_starts, None][page - 1 : page + 1])]
    assert answer.to_dict()["citations"][citation.marker - 1]["page"] == page
    place = rf"\[{citation.marker}\] Harbour › [\w ]+, p\. {page}: “"
    assert re.search(place, render(answer, qa.corpus))


def test_a_document_without_pages_names_none(qa):
    answer = qa.answer("At how many degrees does an oven bake bread?")
    assert [citation.page for citation in answer.citations] == [None]
    assert "[1] Bread › Ovens: “An oven" in render(answer, qa.corpus)
    assert "Bread › Ovens: “An oven" in plain_text(answer, qa.corpus, TEXTS)


def test_the_openai_protocol_names_document_and_page(qa):
    question, _, page = WHERE_IT_STANDS[1]
    with client_of(qa) as client:
        asked = {"model": "article", "messages": [{"role": "user", "content": question}]}
        message = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]
    sources = message["content"].rpartition("Sources:\n")[2]
    assert re.search(rf"^\[\d+\] Harbour › [\w ]+, p\. {page}: “", sources, re.MULTILINE)


def test_one_document_is_not_named(article_qa):
    answer = article_qa.answer("What does an EMG do?")
    assert "[1] Common Diagnostic Tools: “" in render(answer, article_qa.corpus)


def test_page_and_exports_name_document_and_page(qa):
    question, _, page = WHERE_IT_STANDS[1]
    turn = Turn(question, qa.answer(question), state=State.WHOLE)
    shown = turn_html(turn, qa.corpus, TEXTS)
    assert f'class="pages">, p. {page}</span>' in shown
    assert f'data-place="Harbour › Tides, p. {page}"' in shown
    assert f"Harbour › Tides, p. {page}: “" in plain_text(turn.answer, qa.corpus, TEXTS)
    assert f"]: Harbour › Tides, p\\. {page}: “" in markdown([turn], qa.corpus, TEXTS)


def test_a_section_cited_on_two_pages_names_both(qa):
    answer = qa.answer(WHERE_IT_STANDS[1][0])
    first = next(citation for citation in answer.citations if citation.page == 2)
    document = qa.corpus.document("harbour.pdf")
    (low,) = [s for s in document.sentences(first.section_id) if "lowest" in document.text[s.start : s.end]]
    quote, page = document.text[low.start : low.end], document.page(low.start)
    second = replace(first, marker=99, start=low.start, end=low.end, quote=quote, page=page)
    both = replace(answer, citations=(first, second))
    assert ">, pp. 2, 3</span>" in turn_html(Turn("?", both, state=State.WHOLE), qa.corpus, TEXTS)


def test_what_a_browser_kept_gets_the_pages_of_the_corpus(qa):
    turn = Turn(WHERE_IT_STANDS[0][0], qa.answer(WHERE_IT_STANDS[0][0]), state=State.WHOLE)
    stored = [json.loads(text) for text in to_stored([turn])]
    kept = from_stored(to_stored([turn]), qa.corpus)
    assert kept[0].answer.citations == turn.answer.citations
    for citation in stored[0]["answer"]["citations"]:
        citation["page"] = 77
    assert from_stored(stored, qa.corpus) == kept


def test_the_reading_pane_marks_where_each_page_begins(qa):
    document = qa.corpus.document("harbour.pdf")
    shown = article_html(document, qa.corpus, TEXTS)
    assert re.findall(r'data-page="([^"]*)"', shown) == ["p. 1", "p. 2", "p. 3"]
    third = re.search(r'<li data-start="(\d+)" dir="auto" data-page="p. 3">', shown)
    assert third
    assert document.page(int(third[1])) == 3
    assert document.page(int(third[1]) - 4) == 2
    assert "data-page" not in article_html(qa.corpus.document("bread.md"), qa.corpus, TEXTS)


def test_silence_names_the_documents_of_the_nearest_sections(qa):
    answer = qa.answer("Who painted the tide?")
    assert answer.abstained
    assert answer.nearest_sections.count("Tides") == 2
    assert "“Tides” in “Harbour”" in answer.text
    assert "“Tides” in “Bread”" in answer.text
    shown = turn_html(Turn(answer.question, answer, state=State.WHOLE), qa.corpus, TEXTS)
    chips = re.findall(r'class="chip" href="([^"]*)" dir="auto">([^<]*)<', shown)
    assert ("#s1", "Bread › Tides") in chips
    (address,) = [address for address, place in chips if place == "Harbour › Tides"]
    assert address.startswith("#harbour.pdf/s")


def test_show_names_the_pages_of_a_section(folder, capsys):
    assert main(["show", "harbour.pdf", "--corpus", str(folder)]) == 0
    assert re.search(r"harbour\.pdf#s\S+  Tides, pp\. 2–3\n", capsys.readouterr().out)
    assert main(["show", "harbour.pdf", "--corpus", str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    (tides,) = [row for row in rows if row["title"] == "Tides"]
    assert tides["pages"] == [2, 3]
    assert main(["show", tides["place"], "--corpus", str(folder)]) == 0
    assert "> Tides, pp. 2–3\n\nThe spring tide" in capsys.readouterr().out
    assert main(["show", "bread.md#s2", "--corpus", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["pages"] is None
