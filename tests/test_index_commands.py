from __future__ import annotations

import json
import os

import pytest
from paper import locked_pdf, pdf

from qa.__main__ import main


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "tides.pdf").write_bytes(
        pdf([[["# Tides"], ["The tide rises twice a day."]], [["It follows the moon."]]])
    )
    (folder / "bread.md").write_text("# Bread\n\n## Flour\n\nFlour gives strength.\n\n### Rye\n\nRye is dark.")
    return folder


def test_index_counts_what_it_embedded(notes, capsys):
    assert main(["index", str(notes), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["state"], first["documents"], first["encoded"], first["left_out"]) == (
        "built",
        2,
        first["passages"],
        [],
    )
    (notes / "bread.md").write_text("# Bread\n\n## Flour\n\nFlour gives strength.\n\n### Rye\n\nRye is sour.")
    assert main(["index", str(notes), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["encoded"] == 1
    assert main(["index", str(notes)]) == 0
    assert capsys.readouterr().out.startswith("up to date: 2 documents")


def test_several_places_are_one_corpus(notes, capsys):
    (notes / "more").mkdir()
    (notes / "more" / "rye.txt").write_text("Rye bread is dark bread.")
    (notes / "more" / "again.md").write_text((notes / "bread.md").read_text())
    (notes / "picture.png").touch()
    assert main(["index", str(notes / "*.md"), str(notes / "more"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["documents"], report["same_text"], report["other_files"]) == (2, 1, {})
    both = os.pathsep.join([str(notes / "*.md"), str(notes / "more")])
    assert main(["search", "dark rye", "-k", "2", "--corpus", both]) == 0
    printed = capsys.readouterr().out
    assert "bread.md#s1.1  Rye (also in more/again.md)" in printed
    assert "more/rye.txt#s0" in printed
    assert main(["show", "more/again.md#s1", "--corpus", both]) == 0
    assert capsys.readouterr().out.startswith("Bread > Flour")
    assert main(["index", str(notes), str(notes / "gone")]) == 2
    assert "gone: give a file" in capsys.readouterr().err
    assert main(["index", str(notes), "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "3 documents" in printed
    assert "1 more files with the same text" in printed
    assert "files of kinds that are not read: .png 1" in printed


def test_ask_names_the_document_and_further_files(notes, capsys):
    (notes / "tides copy.pdf").write_bytes((notes / "tides.pdf").read_bytes())
    assert main(["ask", "How often does the tide rise?", "--corpus", str(notes)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "[1] Tides › Introduction, p. 1 (also in tides.pdf): “The tide rises twice a day.”" in printed
    assert main(["ask", "How often does the tide rise?", "--corpus", str(notes), "--json"]) == 0
    (cited,) = json.loads(capsys.readouterr().out)["citations"]
    assert (cited["document_id"], cited["also"]) == ("tides copy.pdf", ["tides.pdf"])


def test_a_dry_run_writes_nothing_and_reports_what_it_would_leave_out(notes, capsys, tmp_path):
    (notes / "locked.pdf").write_bytes(locked_pdf([[["Words."]]]))
    assert main(["index", str(notes), "--dry-run"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("dry run: 2 documents")
    assert "locked.pdf: is protected by a password" in printed.err
    assert not (tmp_path / "cache" / "indexes").exists()


def test_search_prints_places_that_show_takes(notes, capsys):
    assert main(["search", "moon", "-k", "1", "--corpus", str(notes)]) == 0
    assert "tides.pdf#s0  Introduction, p. 1" in capsys.readouterr().out
    assert main(["search", "dark rye", "-k", "1", "--corpus", str(notes), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["place"], row["section"], row["page"]) == ("bread.md#s1.1", "Rye", None)
    assert main(["show", row["place"], "--corpus", str(notes)]) == 0
    assert capsys.readouterr().out == "Bread > Flour > Rye\n\nRye is dark.\n"
    assert main(["show", "bread.md", "--corpus", str(notes)]) == 0
    assert capsys.readouterr().out == "bread.md#s1  Flour\n  bread.md#s1.1  Rye\n"


def test_show_names_what_is_not_there(notes, capsys):
    assert main(["show", "none.md#s1", "--corpus", str(notes)]) == 2
    assert "it holds bread.md, tides.pdf" in capsys.readouterr().err
    assert main(["show", "bread.md#s9", "--corpus", str(notes)]) == 2
    assert "run: footnote show bread.md" in capsys.readouterr().err


def test_stats_count_pages_and_passages(notes, capsys):
    assert main(["corpus", "stats", "--corpus", str(notes), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["documents"], figures["pages"], figures["passages"]) == (2, 2, 3)
    assert main(["corpus", "stats", "--corpus", str(notes)]) == 0
    assert "exact, every vector is compared, 0.0 MB in memory" in capsys.readouterr().out
    assert figures["vectors"] == "3 of 384 dimensions"
    assert figures["search"]["recall_at_10"] == 1.0
