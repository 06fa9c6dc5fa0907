"""Five hundred real documents in every format: read whole, and answered with page-exact citations."""

from __future__ import annotations

import json
import re
from collections import Counter

import pypdf
import pytest
from mixed_corpus import FORMATS, topics, write

from corpus import load_corpus
from qa import ArticleQA
from qa.__main__ import main

DOCUMENTS = 500
ASKED = 40


@pytest.fixture(scope="module")
def made(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("five-hundred")
    return folder, write(folder, topics(shared / "data", DOCUMENTS))


@pytest.fixture(scope="module")
def corpus(made):
    return load_corpus(made[0])


class Pages:
    """What stands on each page of a PDF, told by another library than the one that Footnote reads with."""

    def __init__(self, folder):
        self._folder = folder
        self._pages = {}

    def holds(self, document_id, page, words):
        if document_id not in self._pages:
            read = pypdf.PdfReader(self._folder / document_id)
            self._pages[document_id] = [squeezed(page.extract_text()) for page in read.pages]
        return squeezed(words) in self._pages[document_id][page - 1]


def squeezed(text):
    """Return a text without blanks and hyphens: Footnote joins a word that is parted at a line's end."""
    return re.sub(r"[\s-]+", "", text)


def test_every_document_is_read(made, corpus):
    _, topics_by_path = made
    assert corpus.problems == ()
    assert {document.id for document in corpus.documents} == set(topics_by_path)
    kinds = Counter(document.id.rpartition(".")[2] for document in corpus.documents)
    assert kinds == dict.fromkeys(FORMATS, DOCUMENTS // len(FORMATS))
    for document in corpus.documents:
        assert bool(document.page_starts) == document.id.endswith(".pdf")
        for passage in document.passages:
            assert document.text[passage.start : passage.end].strip()


def test_every_sentence_of_every_pdf_stands_on_its_page(made, corpus):
    pages, checked, longest = Pages(made[0]), 0, 0
    for document in corpus.documents:
        if not document.page_starts:
            continue
        longest = max(longest, len(document.page_starts))
        for passage in document.passages:
            for sentence in passage.sentences:
                words = document.text[sentence.start : sentence.end]
                assert pages.holds(document.id, document.page(sentence.start), words), (document.id, words)
                checked += 1
    assert checked > 1000
    assert longest >= 3


@pytest.fixture(scope="module")
def few(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    return folder, write(folder, topics(shared / "data", ASKED))


def test_one_command_indexes_and_answers_name_document_and_page(few, tmp_path, monkeypatch, capsys):
    folder, topics_by_path = few
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path))
    assert main(["index", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"built: {ASKED} documents")
    qa, pages, right, cited = ArticleQA.open(folder), Pages(folder), 0, 0
    asked = {path: topic.questions[0] for path, topic in topics_by_path.items() if topic.questions}
    for path, question in asked.items():
        answer = qa.answer(question)
        right += path in {citation.document_id for citation in answer.citations}
        for citation in answer.citations:
            document = qa.corpus.document(citation.document_id)
            assert document.text[citation.start : citation.end] == citation.quote
            if document.id.endswith(".pdf"):
                assert pages.holds(document.id, citation.page, citation.quote)
                cited += 1
            else:
                assert citation.page is None
    assert right >= 0.6 * len(asked)
    assert cited
    path = next(path for path, topic in topics_by_path.items() if path.endswith(".pdf") and topic.questions)
    assert main(["ask", topics_by_path[path].questions[0], "--corpus", str(folder), "--where", f"file={path}"]) == 0
    assert re.search(r"^\[1\] .+ › .+, p\. \d+:", capsys.readouterr().out, re.MULTILINE)
    assert main(["search", "symptoms", "--corpus", str(folder), "--where", "folder=health", "--json"]) == 0
    assert {row["place"].partition("/")[0] for row in json.loads(capsys.readouterr().out)} == {"health"}
