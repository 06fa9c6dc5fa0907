"""`footnote evaluate` as it is called: exit statuses, messages, comparisons, bars."""

import argparse
import json
from pathlib import Path

import pytest
from evaluation_toys import ToyEncoder, own_cache, write_beir, write_lines  # noqa: F401  (a fixture)

from corpus.errors import EvaluationError, SettingsError
from qa.evaluation import command
from qa.evaluation.configuration import parse_configurations
from qa.evaluation.figures import Figure
from qa.evaluation.gates import check_bars, check_names, parse_bar
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.suite import plan_of
from training.split import is_held_out


@pytest.fixture(autouse=True)
def toy_encoder(monkeypatch):
    monkeypatch.setattr("qa.evaluation.session.load_encoder", lambda _: ToyEncoder())


def call(*arguments):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(argument) for argument in arguments]))


def figures(out):
    return json.loads((out / "results.json").read_text())["figures"]


def test_the_evidence_model_reranks_only_where_it_was_asked_for(tmp_path):
    folder = write_beir(tmp_path / "set")
    call(folder, "--out", tmp_path / "a")
    call(folder, "--out", tmp_path / "b", "--config", "fused,fused+rerank,fused+evidence")
    names = [{f["configuration"] for f in figures(tmp_path / out)} for out in "ab"]
    assert names == [{"dense", "lexical", "fused"}, {"fused", "fused+rerank"}]
    by_name = {(f["configuration"], f["metric"]): f["value"] for f in figures(tmp_path / "b")}
    gain = by_name["fused+rerank", "nDCG@10"] - by_name["fused", "nDCG@10"]
    assert by_name["fused+rerank", "nDCG@10 gain over fused"] == pytest.approx(gain)


def test_one_call_measures_all_configurations_and_writes_every_report(tmp_path, capsys):
    assert call(write_beir(tmp_path / "set"), "--out", tmp_path / "out") == 0
    assert {f["configuration"] for f in figures(tmp_path / "out")} >= {"dense", "lexical", "fused"}
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {
        "results.json",
        "per_query.jsonl",
        "results.md",
        "report.html",
        "trec",
    }
    printed = capsys.readouterr().out
    assert "nDCG@10" in printed and "95 % interval" in printed


def test_several_sets_stand_in_one_report(tmp_path):
    rows = [{"id": "1", "question": "Who painted the Mona Lisa?", "sections": []}]
    write_lines(tmp_path / "own" / "questions.jsonl", rows)
    (tmp_path / "own" / "article.md").write_text("# Cramps\n\nThe calf hurts at night.\n")
    assert call(write_beir(tmp_path / "set"), tmp_path / "own", "--config", "fused", "--out", tmp_path / "out") == 0
    assert {f["dataset"] for f in figures(tmp_path / "out")} == {"set", "own"}


def test_a_bar_decides_the_exit_status(tmp_path, capsys):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    assert call(folder, "--out", out, "--fail-under", "nDCG@10=0.1") == 0
    assert call(folder, "--out", out, "--fail-under", "set:fused:nDCG@10=0.99") == 1
    assert "missed: set · fused: nDCG@10 is 0." in capsys.readouterr().err


BAD_CALLS = {
    "no such path": (["gone"], "gone: no such file or folder"),
    "misspelt measure": (["set", "--metrics", "nDGC@10"], "did you mean nDCG@10?"),
    "misspelt bar": (["set", "--fail-under", "nDGC@10=0.5"], "did you mean nDCG@10?"),
    "bar without value": (["set", "--fail-under", "nDCG@10"], "is no bar; write [SET:][CONFIGURATION:]METRIC=VALUE"),
    "bar in percent": (["set", "--fail-under", "nDCG@10=70"], "with a value from 0 to 1"),
    "bar for another set": (["set", "--fail-under", "scifact:R@5=0.1"], "the bar names 'scifact', which is no set"),
    "misspelt configuration": (["set", "--config", "fusd"], "unknown configuration 'fusd'; did you mean fused?"),
    "limit of nothing": (["set", "--limit", "0"], "--limit must be at least 1, found 0"),
    "no run to compare": (["set", "--no-worse-than", "gone"], "gone: no run here"),
    "one run to compare": (["compare", "set"], "compare takes two runs"),
    "compare what is no run": (["compare", "set", "set"], "set: no run here (results.json is missing)"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_input_exits_with_two_and_says_why(tmp_path, monkeypatch, capsys, case):
    arguments, message = BAD_CALLS[case]
    write_beir(tmp_path / "set")
    monkeypatch.chdir(tmp_path)
    assert call(*arguments, "--out", "out") == 2
    assert message in capsys.readouterr().err


def test_a_broken_set_leaves_earlier_results_on_disk(tmp_path, capsys):
    out = tmp_path / "out"
    assert call(write_beir(tmp_path / "set"), "--out", out) == 0
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    (tmp_path / "set" / "corpus.jsonl").write_text("{broken")
    assert call(tmp_path / "set", "--out", out) == 2
    assert "corpus.jsonl:1:2: not JSON" in capsys.readouterr().err
    assert before == {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}


def test_runs_are_compared_and_changed_questions_listed(tmp_path, capsys):
    folder = write_beir(tmp_path / "set")
    call(folder, "--out", tmp_path / "a")
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    rows[2]["text"] = "zebra"  # finds bread no more
    write_lines(folder / "queries.jsonl", rows)
    call(folder, "--out", tmp_path / "b", "--config", "lexical")
    capsys.readouterr()
    assert call("compare", tmp_path / "a", tmp_path / "b") == 0
    printed = capsys.readouterr().out
    assert "0 questions became right" in printed
    assert "1 questions became wrong" in printed
    assert "set · lexical · q3: how does sourdough rise" in printed
    assert "expected: Bread Sourdough bread rises" in " ".join(printed.split())
    assert "lexical · q3" in printed and "(nothing)" in printed


def test_two_configurations_of_a_run_are_compared(tmp_path, capsys):
    call(write_beir(tmp_path / "set"), "--out", tmp_path / "a")
    capsys.readouterr()
    assert call("compare", f"{tmp_path / 'a'}#dense", f"{tmp_path / 'a'}#fused") == 0
    assert "nDCG@10" in capsys.readouterr().out
    assert call("compare", f"{tmp_path / 'a'}#dense", f"{tmp_path / 'a'}#best") == 2
    assert "the run has no configuration 'best'; it has dense, fused, lexical" in capsys.readouterr().err


def many_queries(folder, text):
    """Write a set of 30 queries for one document each, all worded alike."""
    documents = [{"_id": f"d{n}", "text": f"topic{n} words"} for n in range(30)]
    queries = [{"_id": f"q{n}", "text": text.format(n)} for n in range(30)]
    return write_beir(folder, documents, queries, [(f"q{n}", f"d{n}", 1) for n in range(30)])


def test_no_worse_than_fails_only_on_a_clear_loss(tmp_path, capsys):
    call(many_queries(tmp_path / "set", "topic{}"), "--config", "lexical", "--out", tmp_path / "good")
    no_worse = ["--no-worse-than", tmp_path / "good"]
    assert call(tmp_path / "set", "--config", "lexical", "--out", tmp_path / "same", *no_worse) == 0
    many_queries(tmp_path / "set", "nothing {}")
    assert call(tmp_path / "set", "--config", "lexical", "--out", tmp_path / "bad", *no_worse) == 1
    assert "nDCG@10 is clearly worse than in" in capsys.readouterr().err


FIGURES = [Figure("set", "fused", "nDCG@10", 0.7, 0.6, 0.8, 9), Figure("set", "fused", "ECE", 0.2, 0.1, 0.3, 9)]


def test_less_is_better_for_an_error():
    assert check_bars([parse_bar("ECE=0.25")], FIGURES) == []
    assert check_bars([parse_bar("ECE=0.15")], FIGURES) == ["set · fused: ECE is 0.2000, the bar is 0.1500"]
    with pytest.raises(SettingsError, match="no figure is called 'R@5'"):
        check_bars([parse_bar("R@5=0.5")], FIGURES)


def test_bars_may_name_slices_and_what_is_measured():
    check_names([parse_bar("EM[answerable]=0.5"), parse_bar("nDCG@20=0.5")], ["nDCG@20"])
    with pytest.raises(SettingsError, match="did you mean balanced accuracy"):
        check_names([parse_bar("balanced acuracy=0.5")], [])


def test_configurations_stand_once_for_each_encoder():
    found = parse_configurations(["dense", "lexical"], ["models/bge/", "models/e5"])
    assert [(c.name, c.encoder) for c in found] == [
        ("dense@bge", "models/bge/"),
        ("dense@e5", "models/e5"),
        ("lexical", "models/bge/"),
    ]


def test_a_suite_names_its_sets_and_how_they_are_read(tmp_path):
    write_beir(tmp_path / "data" / "set")
    suite = tmp_path / "suite.toml"
    suite.write_text('[[set]]\npath = "set"\nname = "mine"\nlimit = 3\njudged_only = true\n')
    entry = plan_of([suite], ReadOptions(), None, tmp_path / "data").entries[0]
    assert (entry.path, entry.name) == (tmp_path / "data" / "set", "mine")
    assert entry.options == ReadOptions(limit=3, judged_only=True)
    assert plan_of([suite], ReadOptions(), None).entries[0].path == tmp_path / "set"


def test_a_suite_may_choose_documents(tmp_path):
    (tmp_path / "held-out.txt").write_text("Cramps\n\nBread\n")
    (tmp_path / "suite.toml").write_text('[[set]]\npath = "x"\ndocuments = "held-out.txt"\n')
    assert plan_of([tmp_path / "suite.toml"], ReadOptions(), None).entries[0].options.documents == {"Cramps", "Bread"}


def test_a_suite_may_choose_queries_and_configurations(tmp_path):
    write_beir(tmp_path / "set")
    (tmp_path / "ids.txt").write_text("q2\nq4\n")
    (tmp_path / "suite.toml").write_text(
        '[[set]]\npath = "set"\nqueries = "ids.txt"\nconfigurations = ["lexical"]\n'
        '[[set]]\npath = "set"\nname = "whole"\nconfigurations = ["dense", "lexical"]\n'
    )
    assert call(tmp_path / "suite.toml", "--out", tmp_path / "out") == 0
    sizes = {(f["dataset"], f["configuration"]): f["n"] for f in figures(tmp_path / "out") if f["metric"] == "R@5"}
    assert sizes == {("set", "lexical"): 2, ("whole", "dense"): 5, ("whole", "lexical"): 5}
    assert call(tmp_path / "suite.toml", "--out", tmp_path / "one", "--config", "fused") == 0
    assert {f["configuration"] for f in figures(tmp_path / "one")} == {"fused"}


BAR = '[[bar]]\nset = "{}"\nconfiguration = "{}"\nmetric = "{}"\nvalue = {}\nmeans = "{}"\n'


def test_bars_of_a_suite_are_reported_and_fail_only_where_asked(tmp_path, capsys):
    write_beir(tmp_path / "set")
    bars = [
        BAR.format("set", "lexical", "nDCG@10", 0.1, "search finds"),
        BAR.format("set", "lexical", "nDCG@10", 0.99, "search finds everything"),
        BAR.format("set", "lexical", "latency p50 (s)", 60, "search is quick"),
        BAR.format("set", "dense", "R@5", 0.0, "dense search finds"),
    ]
    suite = tmp_path / "suite.toml"
    suite.write_text('[[set]]\npath = "set"\nconfigurations = ["lexical"]\n' + "".join(bars))
    out = tmp_path / "out"
    assert call(suite, "--out", out) == 0
    printed = capsys.readouterr().out
    assert "bars: 2 of 4 met" in printed and "not measured" in printed
    stored = json.loads((out / "results.json").read_text())["bars"]
    assert [bar["met"] for bar in stored] == [True, False, True, False]
    assert stored[0]["low"] <= stored[0]["value"] <= stored[0]["high"] and stored[0]["n"] == 5
    for report in ("results.md", "report.html"):
        text = (out / report).read_text()
        assert "search finds everything" in text and "not measured" in text
    assert call(suite, "--out", out, "--fail-on-bars") == 1
    assert "missed: set · lexical: search finds everything" in capsys.readouterr().err
    assert "bars" in json.loads((out / "results.json").read_text())
    call("compare", out, out)  # results with bars are read again


def test_the_page_of_a_suite_shows_bars_curve_and_comparison(tmp_path, capsys):
    rows = [
        {"id": "1", "question": "What hurts at night?", "sections": ["Cramps"], "facts": [["calf"]]},
        {"id": "2", "question": "Who painted the Mona Lisa?", "sections": []},
    ]
    write_lines(tmp_path / "own" / "questions.jsonl", rows)
    (tmp_path / "own" / "article.md").write_text("# Pain\n\n## Cramps\n\nThe calf hurts at night.\n")
    bar = BAR.format("own", "fused", "correct", 0.5, "answers are right")
    (tmp_path / "suite.toml").write_text(
        'about = "For trust."\n[[set]]\npath = "own"\nconfigurations = ["fused"]\n' + bar
    )
    page = tmp_path / "docs" / "trust.md"
    assert call(tmp_path / "suite.toml", "--out", tmp_path / "out", "--page", page) == 0
    text = page.read_text()
    assert "| answers are right | own | fused | correct | 2 |" in text
    assert "For trust." in text
    assert "![Risk against coverage by set](trust-risk.svg)" in text and "| own | fused | 2 |" in text
    assert (page.parent / "trust-risk.svg").read_text().startswith("<svg")
    assert call(write_beir(tmp_path / "set"), "--config", "lexical", "--out", tmp_path / "b", "--page", page) == 2
    assert "no set of this run asks for any" in capsys.readouterr().err


def test_the_held_out_lists_are_what_training_holds_out():
    folder = Path(__file__).parents[1] / "docs" / "held-out"
    for name in ("bioasq", "clapnq", "wice"):
        lines = (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        assert lines and all(is_held_out(name, line) for line in lines)


BAD_SUITES = {
    "no TOML": ("[[set]\n", r"suite\.toml:1:\d+: not TOML"),
    "something else": ('title = "x"\n', r"a suite holds .* and nothing else; found title"),
    "no path": ('[[set]]\nname = "x"\n', r"set 1: `path` is missing"),
    "unknown setting": ('[[set]]\npath = "x"\nlimt = 3\n', r"set 1: unknown setting 'limt'; did you mean 'limit'\?"),
    "wrong type": ('[[set]]\npath = "x"\nlimit = "3"\n', r"set 1: 'limit' must be of type int, found '3'"),
    "no configurations": ('[[set]]\npath = "x"\nconfigurations = "fused"\n', r"'configurations' must be of type list"),
    "bar of no set": (
        '[[set]]\npath = "x"\n' + BAR.format("y", "fused", "F1", 0.5, ""),
        r"bar 1: no set .* 'y'; it has",
    ),
    "bar in percent": ('[[set]]\npath = "x"\n' + BAR.format("x", "fused", "F1", 50, ""), r"bar 1: .* is from 0 to 1"),
    "bar without metric": ('[[set]]\npath = "x"\n[[bar]]\nset = "x"\n', r"bar 1: `configuration` is missing"),
    "same name": ('[[set]]\npath = "x"\n[[set]]\npath = "y"\nname = "x"\n', r"two sets are called 'x'"),
}


@pytest.mark.parametrize("case", BAD_SUITES)
def test_a_bad_suite_is_refused(tmp_path, case):
    text, message = BAD_SUITES[case]
    (tmp_path / "suite.toml").write_text(text)
    with pytest.raises(EvaluationError, match=message):
        plan_of([tmp_path / "suite.toml"], ReadOptions(), None)


def test_a_missing_library_names_the_extra(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(__import__("sys").modules, "ir_measures", None)
    assert call(write_beir(tmp_path / "set"), "--out", tmp_path / "out") == 2
    assert "pip install 'footnote[evaluate]'" in capsys.readouterr().err
