"""What a corpus is made of: folders, files and patterns, one or several, and whatever lies in the way."""

from __future__ import annotations

import os
import shutil

import pytest

from corpus import load_corpus
from corpus.errors import CorpusError
from corpus.places import Places


@pytest.fixture
def tree(tmp_path):
    for name in ("notes/a.txt", "notes/deep/b.md", "notes/deep/.hidden.md", "papers/c.txt", "papers/d.md", "e.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"Words of {name} here.")
    return tmp_path


def ids(given):
    return [document.id for document in load_corpus(given).documents]


def names(corpus):
    return sorted(problem.partition(": ")[0].rpartition("/")[2] for problem in corpus.problems)


def test_one_place_names_its_documents_from_itself(tree):
    assert ids(tree / "notes") == ids(str(tree / "notes")) == ["a.txt", "deep/b.md"]
    assert ids(tree / "e.txt") == ["e.txt"]
    assert ids(str(tree / "**/*.md")) == ["notes/deep/b.md", "papers/d.md"]
    assert ids(str(tree / "no*s/*.txt")) == ["notes/a.txt"]


def test_several_places_are_one_corpus_named_from_what_holds_them(tree):
    several = [tree / "papers", str(tree / "notes/**/*.md"), tree / "e.txt", tree / "notes/../papers/c.txt"]
    assert ids(several) == ["papers/c.txt", "papers/d.md", "notes/deep/b.md", "e.txt"]
    as_text = os.pathsep.join(map(str, several))
    assert ids(as_text) == ids(several)
    assert Places.of(as_text).identity == Places.of(several).identity
    assert ids([tree / "notes/deep", tree / "notes"]) == ["deep/b.md", "a.txt"]


def test_the_same_places_are_one_corpus_from_wherever_they_are_named(tree, monkeypatch):
    monkeypatch.chdir(tree)
    assert ids("notes") == ids(tree / "notes")
    assert ids("*.txt") == ["e.txt"]
    assert Places.of("notes").identity == Places.of(tree / "notes").identity != Places.of("papers").identity
    assert Places.of("notes").name == "notes"


def test_a_name_with_a_colon_or_a_star_is_taken_as_it_is(tree):
    for name in ("a:b", "what * [1]"):
        (tree / name).mkdir()
        (tree / name / "x.txt").write_text("Words in there.")
        assert ids(str(tree / name)) == ["x.txt"]


def test_settings_come_from_the_first_place_that_has_some(tree):
    (tree / "papers" / "corpus.toml").write_text('title = "Papers"')
    assert load_corpus([tree / "notes", tree / "papers"]).title == "Papers"
    (tree / "notes" / "corpus.toml").write_text('title = "Notes"')
    assert load_corpus([tree / "notes", tree / "papers"]).title == "Notes"


@pytest.mark.parametrize("missing", ["gone", "gone/*.txt", "notes/*.pdf"])
def test_a_place_that_is_not_there_ends_it(tree, missing):
    with pytest.raises(CorpusError, match=r"no corpus at .*: give a file"):
        load_corpus([tree / "notes", tree / missing])
    with pytest.raises(CorpusError, match="no corpus is named"):
        load_corpus([])


def test_files_of_other_kinds_are_counted_and_one_that_is_named_is_a_problem(tree):
    for name in ("x.png", "y.PNG", "z.xlsx", "Makefile", "corpus.toml"):
        (tree / name).write_text("")
    assert load_corpus(tree).unread == {".png": 2, ".xlsx": 1, "Makefile": 1}
    corpus = load_corpus([tree / "notes", tree / "z.xlsx"])
    assert names(corpus) == ["z.xlsx"]
    assert "no reader for '.xlsx' files" in corpus.problems[0]


def test_links_are_followed_once_and_loops_end(tree):
    (tree / "notes" / "up").symlink_to(tree)
    (tree / "notes" / "deep" / "round").symlink_to(tree / "notes")
    (tree / "notes" / "self.txt").symlink_to(tree / "notes" / "self.txt")
    (tree / "notes" / "gone.txt").symlink_to(tree / "nowhere.txt")
    os.mkfifo(tree / "notes" / "pipe.txt")
    corpus = load_corpus(tree / "notes")
    assert [document.id for document in corpus.documents] == [
        "a.txt",
        "deep/b.md",
        "up/e.txt",
        "up/papers/c.txt",
        "up/papers/d.md",
    ]
    assert names(corpus) == ["gone.txt", "self.txt"]
    assert all(problem.endswith("is a link that leads nowhere") for problem in corpus.problems)


def test_a_folder_that_cannot_be_listed_is_named(tree, monkeypatch):
    def scandir(folder, real=os.scandir):
        if folder.name == "deep":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    corpus = load_corpus(tree / "notes")
    assert [document.id for document in corpus.documents] == ["a.txt"]
    assert corpus.problems == (f"{tree / 'notes/deep'}: cannot be listed: Permission denied",)


def test_a_folder_that_vanishes_meanwhile_ends_it_and_one_inside_does_not(tree):
    corpus = load_corpus(tree, progress=lambda done, _: done == 1 and shutil.rmtree(tree / "papers"))
    assert [document.id for document in corpus.documents] == ["e.txt", "notes/a.txt", "notes/deep/b.md"]
    assert names(corpus) == ["c.txt", "d.md"]
    with pytest.raises(CorpusError, match="no corpus at"):
        load_corpus(tree / "notes", progress=lambda done, _: done == 1 and shutil.rmtree(tree / "notes"))


@pytest.mark.parametrize(("times", "problem"), [(1, ()), (99, ("a.txt: changes while it is read; run again when",))])
def test_a_file_that_changes_while_it_is_read(tree, monkeypatch, times, problem):
    file = tree / "notes" / "a.txt"
    changes = iter(range(times))

    def fstat(handle, real=os.fstat):
        status = real(handle)
        if os.path.samestat(status, file.stat()) and (number := next(changes, None)) is not None:
            file.write_text(f"Words that change for the {number + 1}. time. " * (number + 2))
        return status

    monkeypatch.setattr("corpus.files.os.fstat", fstat)
    corpus = load_corpus(tree / "notes")
    assert [document.id for document in corpus.documents][-1] == "deep/b.md"
    for said, expected in zip(corpus.problems, problem, strict=True):
        assert expected in said
    if not problem:
        assert corpus.documents[0].text == file.read_text()


def test_two_hundred_megabytes_are_refused_unread(tree):
    with (tree / "notes" / "huge.txt").open("wb") as stream:
        stream.truncate(200_000_000)
    corpus = load_corpus(tree / "notes")
    assert corpus.problems == (f"{tree / 'notes/huge.txt'}: has 200 MB, more than the 64 MB of one document; split it",)


def test_ten_thousand_empty_files_are_each_named(tree):
    many = tree / "notes" / "many"
    many.mkdir()
    for number in range(10_000):
        (many / f"{number}.txt").touch()
    corpus = load_corpus(tree / "notes")
    assert [document.id for document in corpus.documents] == ["a.txt", "deep/b.md"]
    assert len(corpus.problems) == 10_000
    assert all(problem.endswith(".txt: holds no text") for problem in corpus.problems)


def test_a_name_that_is_not_utf8_is_a_problem(tree):
    (tree / "notes" / os.fsdecode(b"caf\xe9.txt")).write_text("Words.")
    (tree / "notes" / 'it\'s a "quote"\n🙂.txt').write_text("Other words.")
    corpus = load_corpus(tree / "notes")
    assert [document.id for document in corpus.documents] == ["a.txt", "deep/b.md", 'it\'s a "quote"\n🙂.txt']
    assert len(corpus.problems) == 1
    assert "caf\\xe9.txt': has a name that is not UTF-8; rename it" in corpus.problems[0]


def test_files_with_the_same_text_are_one_document_with_all_places(tree):
    text = "# Ships\n\nA ship *sails*."
    (tree / "notes" / "ship.md").write_text(text)
    (tree / "notes" / "ship copy.md").write_text(text.replace("*", "_") + "\n")
    (tree / "papers" / "z.md").write_text(text)
    (tree / "papers" / "other title.md").write_text(text.replace("Ships", "Boats"))
    corpus = load_corpus(tree)
    ship = corpus.document("notes/ship copy.md")
    assert ship.also == ("notes/ship.md", "papers/z.md")
    assert corpus.document("papers/z.md") is ship
    assert corpus.document("papers/other title.md").also == ()
    assert len(corpus.documents) == 7
    (tree / "e copy.txt").write_text((tree / "e.txt").read_text())
    copied = load_corpus(tree).document("e.txt")
    assert (copied.id, copied.title, copied.also) == ("e copy.txt", "E copy", ("e.txt",))
    assert load_corpus(tree).content_hash != corpus.content_hash
