from __future__ import annotations

import io
import time
import zipfile

import pytest
from paper import locked_pdf, pdf, word

from corpus import load_corpus, read_text
from corpus.errors import CorpusError
from corpus.readers import read_bytes
from corpus.records import SentenceKind


def outline(document):
    return [(s.id, s.title, s.parent_id) for s in document.sections]


def words(document, section_id):
    return [document.text[s.start : s.end] for s in document.sentences(section_id)]


def loaded(tmp_path, name, raw):
    (tmp_path / name).write_bytes(raw)
    return load_corpus(tmp_path / name).documents[0]


PAGE = """<!doctype html><html><head><title>Tides | My Site</title><style>p {}</style></head><body>
<header>My Site</header><nav>Home</nav>
<main><h1>Tides</h1><p>The tide rises <b>twice</b>
a day.<br>It falls, too.</p><h2>Kinds</h2><ul><li>Spring tide</li><li>Neap tide<ul><li>half moon</li></ul></li></ul>
<table><tr><th>Place</th><th>Height</th></tr><tr><td>Brest</td><td>7 m</td></tr></table>
<script>track()</script>loose words<h3>Deep &amp; far</h3><p hidden>secret</p><p>Fish&nbsp;swim.</p></main>
<footer>© Me</footer></body></html>"""


def test_html_keeps_the_main_part(tmp_path):
    document = loaded(tmp_path, "tides.html", PAGE.encode())
    assert document.title == "Tides"
    assert outline(document) == [("s0", "Introduction", None), ("s1", "Kinds", None), ("s1.1", "Deep & far", "s1")]
    assert words(document, "s0") == ["The tide rises twice a day.", "It falls, too."]
    bullets = ["Spring tide", "Neap tide", "half moon", "Place | Height", "Brest | 7 m"]
    assert words(document, "s1") == [*bullets, "loose words"]
    assert words(document, "s1.1") == ["Fish swim."]


def test_html_without_a_main_part_loses_its_frame():
    page = "<title>A page</title><body><header>Top</header><div>One.<p>Two.</p>Three.</div><footer>End</footer>"
    document = read_text(page, suffix=".html")
    assert document.title == "A page"
    assert words(document, "s0") == ["One.", "Two.", "Three."]


def test_html_may_nest_without_bound():
    assert words(read_text("<div>" * 5000 + "Deep.", suffix=".html"), "s0") == ["Deep."]


def test_html_declares_its_encoding(tmp_path):
    raw = '<meta charset="iso-8859-7"><p>Ελλάδα</p>'.encode("iso-8859-7")
    assert words(loaded(tmp_path, "a.htm", raw), "s0") == ["Ελλάδα"]


RISING = ["The tide rises and falls twice", "a day. It follows the moon."]
BULLETS = ["- first bullet", "- second bullet"]
PAGES = [
    [["Handbook of tides   1"], ["# Tides of the sea"], RISING],
    [["Handbook of tides   2"], ["# Spring tides"], ["Sun and moon pull together."], BULLETS],
    [["Handbook of tides   3"], ["That is all there is to say."]],
]


def test_pdf_keeps_pages_and_drops_running_heads(tmp_path):
    document = loaded(tmp_path, "tides.pdf", pdf(PAGES))
    assert [section.title for section in document.sections] == ["Tides of the sea", "Spring tides"]
    assert "Handbook" not in document.text
    assert words(document, "s1") == ["The tide rises and falls twice a day.", "It follows the moon."]
    assert words(document, "s2")[1:] == ["first bullet", "second bullet", "That is all there is to say."]
    pages = {words(document, p.section_id)[0]: document.page(p.start) for p in document.passages}
    assert list(pages.values()) == [1, 2]
    assert [document.page(s.start) for s in document.sentences("s2")] == [2, 2, 2, 3]
    assert read_text("No pages.").page(0) is None


def test_pdf_keeps_a_hyphen_that_the_rest_of_the_document_has(tmp_path):
    lines = ["Some take beta-blockers. Others say that a beta-", "blocker is no treat-", "ment. Treatment with beta-"]
    lines += ["blockers some-", "times helps against high blood-", "pressure, which is pressure of the blood."]
    text = loaded(tmp_path, "hyphens.pdf", pdf([[lines]])).text
    assert "a betablocker is no treatment. Treatment with beta-blockers sometimes helps" in text
    assert "high blood-pressure, which" in text


def test_docx_knows_headings_lists_and_tables(tmp_path):
    def build(document):
        document.add_heading("Tides", 0)
        document.add_paragraph("The tide rises.")
        document.add_heading("Kinds", 1)
        document.add_paragraph("Spring tide", style="List Bullet")
        document.add_heading("Deep", 2)
        table = document.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Brest", "7 m"

    document = loaded(tmp_path, "tides.docx", word(build))
    assert document.title == "Tides"
    assert outline(document) == [("s0", "Introduction", None), ("s1", "Kinds", None), ("s1.1", "Deep", "s1")]
    assert words(document, "s1") == ["Spring tide"]
    assert document.sentences("s1")[0].kind is SentenceKind.BULLET
    assert words(document, "s1.1") == ["Brest | 7 m"]


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(201_000_000))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("suffix", "make", "complaint"),
    [
        (".pdf", lambda: locked_pdf(PAGES), "protected by a password; save a copy without"),
        (".pdf", lambda: pdf([[], []]), "only pictures of it: run a text recognition"),
        (".pdf", lambda: b"not a pdf", "no PDF that can be read"),
        (".pdf", lambda: pdf(PAGES)[:200], "no PDF that can be read|no text"),
        (".docx", bomb, "unpacks to 201 MB, more than the 200 MB"),
        (".docx", lambda: b"PK", "no Word document"),
        (".docx", lambda: b"\xd0\xcf\x11\xe0" * 9, "protected by a password, or an old .doc"),
        (".docx", lambda: word(lambda _: None)[:900], "no Word document"),
        (".txt", lambda: b"\0\1\2", "is not text"),
        (".html", lambda: b"\0\1\2", "is not text"),
        (".xyz", lambda: b"words", "no reader for '.xyz' files"),
    ],
)
def test_what_cannot_be_read_is_said(suffix, make, complaint):
    with pytest.raises(CorpusError, match=complaint):
        read_bytes(make(), suffix)


def test_one_bad_file_of_each_kind_leaves_the_others(tmp_path):
    (tmp_path / "good.txt").write_text("Words that can be read.")
    (tmp_path / "locked.pdf").write_bytes(locked_pdf(PAGES))
    (tmp_path / "broken.docx").write_bytes(b"PK")
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    corpus = load_corpus(tmp_path)
    assert [document.id for document in corpus.documents] == ["good.txt"]
    assert sorted(problem.rpartition("/")[2].partition(":")[0] for problem in corpus.problems) == [
        "broken.docx",
        "empty.html",
        "locked.pdf",
        "self.txt",
    ]


def test_files_too_large_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("corpus.files.MAX_BYTES", 10)
    (tmp_path / "a.txt").write_text("more than ten bytes")
    with pytest.raises(CorpusError, match="of one document; split it"):
        load_corpus(tmp_path)


@pytest.mark.parametrize("name", ['it\'s a "quote".txt', "🙂 smile.md", "UPPER.TXT"])
def test_odd_names(tmp_path, name):
    assert loaded(tmp_path, name, b"Some words.").id == name


def test_one_line_of_five_megabytes_stays_within_passages():
    line = "word " * 1_000_000 + "x" * 5000
    started = time.perf_counter()
    document = read_text(line)
    assert time.perf_counter() - started < 60
    assert max(p.end - p.start for p in document.passages) <= 700
    assert "".join(document.text[p.start : p.end] for p in document.passages).replace(" ", "") == line.replace(" ", "")


def test_headings_twelve_deep():
    text = "\n\n".join(f"{'.'.join(['1'] * depth)} Level {depth}\n\nWords at {depth}." for depth in range(1, 13))
    document = read_text(text)
    assert document.sections[-1].id.count(".") == 11
    assert words(document, document.sections[-1].id) == ["Words at 12."]
