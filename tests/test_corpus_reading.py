from __future__ import annotations

from itertools import pairwise

import pytest

from corpus import load_corpus, make_corpus, read_text
from corpus.errors import CorpusError
from corpus.records import SentenceKind


def outline(document):
    return [(s.id, s.number, s.title, s.parent_id) for s in document.sections]


def words(document, section_id):
    return [document.text[s.start : s.end] for s in document.sentences(section_id)]


def test_the_article_has_its_sections(article):
    document = article.documents[0]
    assert article.title == document.title == "Neuromuscular Disorders and Muscle Cramps"
    titles = [section.title for section in document.sections]
    assert titles[0] == "Introduction"
    assert len(titles) == 16
    parent = next(s for s in document.sections if s.title.startswith("Neuromuscular Disorders Commonly"))
    assert [child.title for child in document.children(parent.id)] == [
        "Amyotrophic Lateral Sclerosis (ALS)",
        "Multiple Sclerosis (MS)",
        "Peripheral Neuropathy",
        "Myotonic Dystrophy",
        "Charcot-Marie-Tooth Disease (CMT)",
        "Hypokalemic Periodic Paralysis",
    ]


def test_plain_text_finds_what_markdown_states(article, shared):
    plain = load_corpus(next((shared / "corpus").glob("*.txt"))).documents[0]
    document = article.documents[0]
    assert outline(plain) == outline(document)
    for section in document.sections:
        assert words(plain, section.id) == words(document, section.id)


def test_the_article_keeps_its_owners_wording(article, shared):
    source = next((shared / "corpus").glob("*.txt")).read_text(encoding="utf-8")
    assert article.documents[0].text.split() == source.split()


def test_spans_nest_and_follow_each_other(article):
    document = article.documents[0]
    for passage in document.passages:
        section = document.section(passage.section_id)
        assert section.start <= passage.start < passage.end <= section.end
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
    spans = [(s.start, s.end) for passage in document.passages for s in passage.sentences]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = "".join(document.text[start:end] for start, end in spans)
    headings = "".join(document.text[s.heading_start : s.heading_end] for s in document.sections)
    letters = sorted(c for c in covered + headings if c.isalpha())
    assert letters == sorted(c for c in document.text if c.isalpha())


def test_a_bullet_is_one_sentence(article):
    document = article.documents[0]
    causes = next(s for s in document.sections if s.title.startswith("Causes of Muscle"))
    sentences = document.sentences(causes.id)
    assert [s.kind for s in sentences] == [SentenceKind.BULLET] * 4
    assert len({s.paragraph for s in sentences}) == 1
    assert words(document, causes.id)[0].startswith("Nerve Dysfunction: Damaged")


MARKDOWN = """---
title: dropped
---
# Ships

Opening *words* with a [link](https://example.org) and `code`.

## 1. Hulls & sails

- one **bold** item
- two

| part | wood |
|------|------|
| keel | oak  |

### Deep

<b>raw</b> text

## Empty
"""


def test_markdown_keeps_words_and_drops_markup():
    document = read_text(MARKDOWN, suffix=".md", title="fallback")
    assert document.title == "Ships"
    assert outline(document) == [
        ("s0", "", "Introduction", None),
        ("s1", "1", "Hulls & sails", None),
        ("s1.1", "", "Deep", "s1"),
        ("s2", "", "Empty", None),
    ]
    assert words(document, "s0") == ["Opening words with a link and code."]
    assert words(document, "s1") == ["one bold item", "two", "part | wood", "keel | oak"]
    assert words(document, "s1.1") == ["<b>raw</b> text"]
    assert words(document, "s2") == []


WRAPPED = """INTRODUCTION TO TIDES

The tide rises and falls twice a day in most places of the world, and the
height of it depends on the moon. Sailors have known this for
a long time.

2.1 Spring tides

When sun and moon pull together, the tide is higher than at other times, and
that is called a spring tide.
"""


def test_hard_wrapped_paragraphs_are_joined():
    document = read_text(WRAPPED)
    assert [section.title for section in document.sections] == ["INTRODUCTION TO TIDES", "Spring tides"]
    assert words(document, "s1")[0].endswith("in most places of the world, and the\nheight of it depends on the moon.")
    assert len(words(document, "s1")) == 2


NUMBERED_LIST = "Do this in order.\n1. Mix the flour\n2. Knead the dough\n3. Bake the bread\nThen eat it."


def test_a_numbered_list_is_no_row_of_headings():
    document = read_text(NUMBERED_LIST)
    assert [section.title for section in document.sections] == ["Introduction"]
    assert words(document, "s0")[1:4] == ["Mix the flour", "Knead the dough", "Bake the bread"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_make_no_difference(newline):
    text = "Title Line\nA sentence here. Another one.\n".replace("\n", newline)
    assert words(read_text(text), "s1") == ["A sentence here.", "Another one."]


def test_long_sections_become_passages_of_whole_sentences():
    document = read_text(" ".join(f"Sentence number {n} says something of its own." for n in range(100)))
    assert len(document.passages) > 3
    assert all(p.end - p.start <= 700 for p in document.passages)
    assert sum(len(p.sentences) for p in document.passages) == 100


@pytest.mark.parametrize(
    "raw", ["café".encode(), "café".encode("cp1252"), "café".encode("utf-16"), "\ufeffcafé".encode()]
)
def test_encodings(tmp_path, raw):
    file = tmp_path / "note.txt"
    file.write_bytes(raw)
    assert load_corpus(file).documents[0].text == "café"


def test_a_folder_reads_on_after_a_bad_file(tmp_path):
    (tmp_path / "a.txt").write_text("Some words here.")
    (tmp_path / "b.txt").write_bytes(b"\0\1\2")
    (tmp_path / "c.md").write_text("")
    (tmp_path / ".hidden.txt").write_text("Not read.")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "d.md").write_text("# D\n\nMore words.")
    corpus = load_corpus(tmp_path)
    assert [document.id for document in corpus.documents] == ["a.txt", "sub/d.md"]
    assert [problem.rpartition("/")[2] for problem in corpus.problems] == [
        "b.txt: is not text, whatever its name says",
        "c.md: holds no text",
    ]


def test_corpora_that_cannot_be_used(tmp_path):
    with pytest.raises(CorpusError, match="no corpus at"):
        load_corpus(tmp_path / "missing")
    with pytest.raises(CorpusError, match="nothing to read"):
        load_corpus(tmp_path)
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    with pytest.raises(CorpusError, match="no reader"):
        load_corpus(tmp_path / "x.xlsx")
    with pytest.raises(CorpusError, match="at least one"):
        make_corpus([])
    document = read_text("Words.")
    with pytest.raises(CorpusError, match="share an id"):
        make_corpus([document, document])


def test_the_content_hash_follows_the_content():
    first, same, other = (make_corpus([read_text(text)]) for text in ("One. Two.", "One. Two.", "One. Too."))
    assert first.content_hash == same.content_hash != other.content_hash
