"""Runs: the same figures every time, nothing lost when stopped, files that other tools read."""

import json
import math

import pytest
import pytrec_eval
from evaluation_toys import ALL, ToyEncoder, measure, own_cache, write_beir, write_lines  # noqa: F401  (a fixture)

from qa.evaluation.journal import PER_QUERY, PREVIOUS, read_outcomes
from qa.evaluation.results import read_results


def test_two_runs_give_identical_figures_and_rows(tmp_path):
    folder = write_beir(tmp_path / "set")
    first, _ = measure(folder, tmp_path / "a")
    second, _ = measure(folder, tmp_path / "b")
    assert first.figures == second.figures
    rows = [[o.to_dict() | {"seconds": 0} for o in read_outcomes(tmp_path / name)] for name in "ab"]
    assert rows[0] == rows[1]
    trec = [sorted((tmp_path / name / "trec").iterdir()) for name in "ab"]
    assert [file.read_text() for file in trec[0]] == [file.read_text() for file in trec[1]]


def test_results_have_the_fields_that_others_read(tmp_path):
    measure(write_beir(tmp_path / "set"), tmp_path / "out")
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {"figures", "costs", "commit", "corpus_hash", "models", "seed", "machine"} <= results.keys()
    assert set(results["figures"][0]) == {"dataset", "configuration", "metric", "value", "low", "high", "n"}
    assert results["models"]["toy"] == "toy-1"
    for figure in results["figures"]:
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] == 5
    assert {cost["metric"] for cost in results["costs"]} >= {"latency p50 (s)", "latency p95 (s)", "encoded passages/s"}


def test_the_written_run_gives_the_reported_figures_to_trec_eval(tmp_path):
    results, _ = measure(write_beir(tmp_path / "set"), tmp_path / "out")
    trec = tmp_path / "out" / "trec"
    with (trec / "set.qrels").open() as handle:
        qrels = pytrec_eval.parse_qrel(handle)
    for configuration in ALL:
        with (trec / f"set.{configuration}.run").open() as handle:
            run = pytrec_eval.parse_run(handle)
        theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "recall.5"}).evaluate(run)
        ours = {f.metric: f.value for f in results.figures if f.configuration == configuration}
        for name, trec_name in {"nDCG@10": "ndcg_cut_10", "R@5": "recall_5"}.items():
            total = sum(values[trec_name] for values in theirs.values())
            assert ours[name] == pytest.approx(total / 5, abs=1e-9)  # q5, judged nowhere, counts with 0


def test_fusion_is_compared_with_its_parts_query_by_query(tmp_path):
    results, _ = measure(write_beir(tmp_path / "set"), tmp_path / "out")
    by_name = {(f.configuration, f.metric): f.value for f in results.figures}
    for part in ("dense", "lexical"):
        gain = by_name["fused", f"nDCG@10 gain over {part}"]
        assert gain == pytest.approx(by_name["fused", "nDCG@10"] - by_name[part, "nDCG@10"])


def test_a_stopped_run_resumes_where_it_stopped(tmp_path):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    whole, _ = measure(folder, out)
    rows = (out / PER_QUERY).read_text().splitlines(keepends=True)
    (out / PER_QUERY).write_text("".join(rows[:7]) + rows[7][:40])  # torn in the middle of a row
    resumed, _ = measure(folder, out)
    assert resumed.figures == whole.figures
    assert [o.query_id for o in read_outcomes(out)] == [f"q{n}" for n in range(1, 6)] * 3
    again = (out / PER_QUERY).read_text().splitlines(keepends=True)
    assert again[:7] == rows[:7]
    assert not (out / PREVIOUS).exists()


def test_nothing_is_searched_or_encoded_again_when_all_is_done(tmp_path, monkeypatch):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    before, _ = measure(folder, out)
    monkeypatch.setattr("qa.evaluation.retrieval_task.RetrievalTask.run", lambda *_: pytest.fail("searched again"))
    after, encoder = measure(folder, out)
    assert after.figures == before.figures
    assert max(encoder.calls) == 1  # only the timed queries, one at a time


def test_other_settings_do_not_mix_and_lose_nothing(tmp_path):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    measure(folder, out)
    old = (out / PER_QUERY).read_text()
    measure(folder, out, encoder=ToyEncoder("toy-2"))
    assert (out / PREVIOUS).read_text() == old
    keys = {json.loads(line)["key"] for line in (out / PER_QUERY).read_text().splitlines()}
    assert not keys & {json.loads(line)["key"] for line in old.splitlines()}


def test_fresh_measures_everything_anew(tmp_path):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    measure(folder, out)
    (out / PER_QUERY).write_text((out / PER_QUERY).read_text().replace('"nDCG@10": 1.0', '"nDCG@10": 0.0'))
    wrong, _ = measure(folder, out)
    right, _ = measure(folder, out, fresh=True)
    value = [[f.value for f in results.figures if f.metric == "nDCG@10"] for results in (wrong, right)]
    assert value[0] != value[1]


def test_the_page_stands_alone_and_shows_everything(tmp_path):
    results, _ = measure(write_beir(tmp_path / "set"), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert not [word for word in ("src=", 'href="http', "@import", "<script", "<link") if word in page]
    assert page.count("<svg") == 2
    for figure in results.figures:
        assert f"{100 * figure.value:.1f} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]" in page
    assert "wild horses of the coast" in page  # the worst question
    assert results.commit in page


def test_hostile_texts_stay_texts_on_the_page(tmp_path):
    folder = write_beir(
        tmp_path / "set", queries=[{"_id": f"q{n}", "text": "<script>alert(1)</script>"} for n in range(1, 6)]
    )
    measure(folder, tmp_path / "out")
    assert "<script>alert" not in (tmp_path / "out" / "report.html").read_text()


def test_ids_with_blanks_do_not_break_the_columns(tmp_path):
    documents = [{"_id": "d 1", "text": "cramps"}, {"_id": "d2", "text": "bread"}]
    folder = write_beir(
        tmp_path / "set",
        documents,
        [{"_id": "q\t1", "text": "cramps"}, {"_id": "q2", "text": "bread"}],
        [("q2", "d 1", 1)],
    )
    measure(folder, tmp_path / "out")
    rows = (tmp_path / "out" / "trec" / "set.fused.run").read_text().splitlines()
    assert {len(row.split()) for row in rows} == {6}
    assert rows[0].split()[0] == "q%091"


def test_a_conversation_is_measured_in_four_wordings(tmp_path):
    write_beir(tmp_path / "set")
    folder = tmp_path / "set"
    (folder / "queries.jsonl").unlink()
    texts = {
        "lastturn": "|user|: and what makes them weak?",
        "questions": "|user|: What about muscles?\n|user|: and what makes them weak?",
        "rewrite": "|user|: Does low potassium make muscles weak?",
    }
    for name, text in texts.items():
        write_lines(folder / f"x_{name}.jsonl", [{"_id": "q2", "text": text}])
    results, _ = measure(folder, tmp_path / "out", names=("lexical",))
    values = {(f.dataset, f.metric): f.value for f in results.figures}
    assert values["set (gold rewrite)", "Success@1"] == 1.0
    lost = {
        name: values[f"set ({name})", "R@5 lost to gold rewrite"]
        for name in ("last turn", "with history", "own rewrite")
    }
    assert set(lost) == {"last turn", "with history", "own rewrite"}
    wordings = {o.dataset: o.question for o in read_outcomes(tmp_path / "out")}
    assert wordings["set (last turn)"] == "and what makes them weak?"
    assert "muscles" in wordings["set (own rewrite)"]


def test_a_run_that_broke_off_leaves_its_results(tmp_path, monkeypatch):
    folder, out = write_beir(tmp_path / "set"), tmp_path / "out"
    calls = []

    def broken(*_):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr("qa.evaluation.runner.part_costs", broken)
    with pytest.raises(KeyboardInterrupt):
        measure(folder, out)
    left = read_results(out)
    assert not left.complete
    assert {figure.configuration for figure in left.figures} == {"dense"}


def test_figures_are_numbers(tmp_path):
    results, _ = measure(write_beir(tmp_path / "set"), tmp_path / "out")
    assert all(math.isfinite(v) for f in (*results.figures, *results.costs) for v in (f.value, f.low, f.high))
