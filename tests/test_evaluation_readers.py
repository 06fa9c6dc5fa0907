"""Readers of benchmark sets: what is right is read, what is wrong is named with its place."""

import gzip
import json

import pytest
from evaluation_toys import DOCUMENTS, QRELS, QUERIES, write_beir, write_lines

from corpus.errors import EvaluationError
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set, recognise, unique_names

PASSAGE = "Cramps hurt. They pass. Stretch the calf."
SENTENCES = ["Cramps hurt.", "They pass.", "Stretch the calf."]


def clapnq(**changes):
    row = {
        "id": "1",
        "input": "what helps",
        "passages": [{"title": "Cramps", "text": PASSAGE, "sentences": SENTENCES}],
        "output": [{"answer": "Stretching.", "selected_sentences": SENTENCES[2:]}],
    }
    return row | changes


def squad(answers=(("the calf", 32),), impossible=False, context=PASSAGE):
    question = {
        "id": "1",
        "question": "what hurts?",
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
        "is_impossible": impossible,
    }
    return {
        "version": "v2.0",
        "data": [{"title": "Leg_cramps", "paragraphs": [{"context": context, "qas": [question]}]}],
    }


def read(path, **options):
    return read_set(path, ReadOptions(**options))


def test_beir_is_read_with_a_query_that_nobody_judged(tmp_path):
    found = read(write_beir(tmp_path / "set"))
    assert found.documents[0].passage.startswith("Cramps Muscle cramps")
    assert list(found.queries) == ["q1", "q2", "q3", "q4", "q5"]
    assert found.qrels["q1"] == {"d1": 1, "d5": 1}
    assert found.notices[0].startswith("1 of 5 queries have no relevant document in test.tsv")
    assert list(read(tmp_path / "set", judged_only=True).queries) == ["q1", "q2", "q3", "q4"]


def test_beir_gzipped_is_the_same_set(tmp_path):
    plain = read(write_beir(tmp_path / "set"))
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        file = tmp_path / "set" / name
        (file.parent / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert read(tmp_path / "set").digest == plain.digest


def test_queries_of_another_split_are_left_out(tmp_path):
    folder = write_beir(tmp_path / "set")
    (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nq5\td4\t1\n")
    assert list(read(folder).queries) == ["q1", "q2", "q3", "q4"]
    assert list(read(folder, split="train").queries) == ["q5"]
    with pytest.raises(EvaluationError, match=r"no split 'dev'; choose one with --split: test, train"):
        read(folder, split="dev")


def test_question_answer_lines_become_documents_and_queries(tmp_path):
    rows = [
        {"_id": "a", "title": "ALS", "text": "A disease.", "question": "What is ALS?", "split": "test"},
        {"_id": "b", "title": "ALS", "text": "A disease.", "question": "Define ALS.", "split": "test"},
        {"_id": "c", "title": "MND", "text": "Another name.", "question": "What is ALS?", "split": "test"},
        {"_id": "d", "title": "MS", "text": "Other.", "question": "What is MS?", "split": "train"},
    ]
    found = read(write_lines(tmp_path / "qa.jsonl.gz", rows))
    assert [document.id for document in found.documents] == ["a", "c"]
    assert found.queries == {"a": {"": "What is ALS?"}, "b": {"": "Define ALS."}}
    assert found.qrels == {"a": {"a": 1, "c": 1}, "b": {"a": 1}}


def test_squad_is_read_and_answers_stand_where_they_say(tmp_path):
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(squad()))
    question = read(path).questions[0]
    assert (question.title, question.answers, question.answerable) == ("Leg cramps", ("the calf",), True)
    path.write_text(json.dumps(squad(answers=(), impossible=True)))
    assert not read(path).questions[0].answerable


def test_two_files_of_gold_sentences_are_one_set(tmp_path):
    silent = clapnq(id="2", output=[{"answer": "", "selected_sentences": []}])
    write_lines(tmp_path / "answerable.jsonl", [clapnq()])
    write_lines(tmp_path / "unanswerable.jsonl", [silent])
    found = read(tmp_path)
    assert [(q.id, q.answerable, q.gold_sentences) for q in found.questions] == [
        ("1", True, ("Stretch the calf.",)),
        ("2", False, ()),
    ]


def test_multi_turn_keeps_three_wordings_and_empty_passages(tmp_path):
    write_lines(tmp_path / "corpus.jsonl", [*DOCUMENTS, {"_id": "d6", "title": "", "text": "\n"}])
    (tmp_path / "qrels_dev.tsv").write_text("query-id\tcorpus-id\tscore\nc::2\td2\t1\n")
    texts = {
        "lastturn": "|user|: and potassium?",
        "questions": "|user|: What are cramps?\n|user|: and potassium?",
        "rewrite": "|user|: Does potassium cause cramps?",
    }
    for name, text in texts.items():
        write_lines(tmp_path / f"x_{name}.jsonl", [{"_id": "c::2", "text": text}])
    found = read(tmp_path)
    assert found.queries["c::2"] == {
        "last turn": "and potassium?",
        "with history": "What are cramps?\nand potassium?",
        "gold rewrite": "Does potassium cause cramps?",
    }
    assert found.notices == ("1 of 6 documents are empty; they stay in the ranking",)
    write_lines(tmp_path / "x_rewrite.jsonl", [{"_id": "c::3", "text": "|user|: other"}])
    with pytest.raises(EvaluationError, match="differ in 2 queries, the first is 'c::2'"):
        read(tmp_path)


def test_claims_and_rewrites_are_read(tmp_path):
    claim = {"claim": "Cramps hurt.", "evidence": SENTENCES, "label": "supported", "supporting_sentences": [[0]]}
    found = read(write_lines(tmp_path / "claims.jsonl", [claim]))
    assert (found.claims[0].id, found.claims[0].supported, found.claims[0].supporting) == ("line-1", True, ((0,),))
    rewrite = {
        "History": ["Cramps", "Causes", "What are cramps?", "Contractions."],
        "QuAC_dialog_id": "x",
        "Question_no": 2,
        "Question": "Do they hurt?",
        "Rewrite": "Do cramps hurt?",
    }
    (tmp_path / "dev.json").write_text(json.dumps([rewrite]))
    follow_up = read(tmp_path / "dev.json").questions[0]
    assert follow_up.id == "x#2"
    assert follow_up.history == (
        ("user", "Cramps"),
        ("user", "What are cramps?"),
        ("assistant", "Contractions."),
    )


def test_questions_on_chosen_documents_are_taken(tmp_path):
    other = clapnq(id="2", passages=[{"title": "Bread", "text": PASSAGE, "sentences": SENTENCES}])
    write_lines(tmp_path / "set.jsonl", [clapnq(), other])
    found = read(tmp_path / "set.jsonl", documents=frozenset({"Bread", "Ships"}))
    assert [question.id for question in found.questions] == ["2"]
    assert found.notices == ("1 of 2 questions were taken, those on 2 chosen documents",)
    with pytest.raises(EvaluationError, match="none of its 2 questions is on one of the 1 documents"):
        read(tmp_path / "set.jsonl", documents=frozenset({"Ships"}))
    with pytest.raises(EvaluationError, match="`documents` is for passages with questions and for claims only"):
        read(write_beir(tmp_path / "beir"), documents=frozenset({"Ships"}))


def test_article_questions_take_the_article_beside_them(tmp_path):
    row = {"id": "1", "question": "What hurts?", "sections": ["Cramps"], "facts": [["calf"]]}
    path = write_lines(tmp_path / "questions.jsonl", [row])
    assert read(path).corpus is None
    (tmp_path / "article.md").write_text("# Cramps\n\nThe calf hurts.\n")
    assert read(tmp_path).corpus == tmp_path


def test_a_limit_takes_questions_at_even_distances(tmp_path):
    found = read(write_beir(tmp_path / "set"), limit=2)
    assert list(found.queries) == ["q1", "q3"]
    assert set(found.qrels) == {"q1", "q3"}
    assert found.notices[-1] == "only 2 questions were taken, at even distances (--limit)"


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


BAD_FILES = {
    "broken JSON": ("a.jsonl", '{"id": "1"\n', r"a\.jsonl:1:11: not JSON"),
    "second line broken": (
        "a.jsonl",
        lines({"id": "1", "question": "x", "sections": []}) + '{"id": oops}\n',
        r"a\.jsonl:2:8: not JSON: Expecting value",
    ),
    "no object": ("a.jsonl", "[1]\n", r"a\.jsonl:1:1: expected one JSON object a line, found a list"),
    "unknown fields": ("a.jsonl", '{"foo": 1}\n', r"a\.jsonl:1:1: these fields belong to no known format"),
    "empty file": ("a.jsonl", "\n\n", r"a\.jsonl: the file is empty"),
    "sections of the wrong type": (
        "a.jsonl",
        '{"id": "1", "question": "x", "sections": [true]}\n',
        r"a\.jsonl:1:43: expected a text, found true or false",
    ),
    "facts without sections": (
        "a.jsonl",
        '{"id": "1", "question": "x", "sections": [], "facts": [["y"]]}\n',
        r"a\.jsonl:1:55: a question without sections",
    ),
    "doubled question": (
        "a.jsonl",
        lines(*[{"id": "1", "question": "x", "sections": []}] * 2),
        r"a\.jsonl:2:8: question id '1' was given before",
    ),
    "bad role": (
        "a.jsonl",
        '{"id": "1", "question": "x", "sections": [], "history": [["bot", "hi"]]}\n',
        r"a\.jsonl:1:58: expected \[role, text\]",
    ),
    "gold sentence from elsewhere": (
        "a.jsonl",
        lines(clapnq(output=[{"answer": "x", "selected_sentences": ["Elsewhere."]}])),
        r"the gold sentence 'Elsewhere\.' is not one of the passage's sentences",
    ),
    "unknown label": (
        "a.jsonl",
        '{"claim": "x", "evidence": ["y"], "label": "maybe", "supporting_sentences": []}\n',
        r"a\.jsonl:1:44: unknown label 'maybe'",
    ),
    "supporting sentence out of range": (
        "a.jsonl",
        '{"claim": "x", "evidence": ["y"], "label": "supported", "supporting_sentences": [[3]]}\n',
        r"a\.jsonl:1:83: expected the position of a sentence, 0 to 0",
    ),
    "no split": (
        "a.jsonl",
        lines({"_id": "a", "title": "t", "text": "x", "question": "q", "split": "train"}),
        r"the split 'test' has no lines; choose one with --split: train",
    ),
    "SQuAD answer at the wrong place": (
        "a.json",
        json.dumps(squad(answers=(("the calf", 3),)), indent=1),
        r"a\.json:16:26: the paragraph does not hold 'the calf' at this offset",
    ),
    "SQuAD answer to an impossible question": (
        "a.json",
        json.dumps(squad(impossible=True)),
        r"a\.json:1:\d+: a question has answers, or is_impossible is true",
    ),
    "SQuAD without context": (
        "a.json",
        '{"data": [\n  {"paragraphs": [{"qas": []}]}]}',
        r"a\.json:2:19: field 'context' is missing; present: 'qas'",
    ),
    "JSON of another kind": ("a.json", '{"x": 1}', r"a\.json:1:1: neither SQuAD"),
    "another suffix": ("a.csv", "x", r"a\.csv: not a benchmark file; known formats: BEIR folder"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_with_line_and_column(tmp_path, case):
    name, content, message = BAD_FILES[case]
    (tmp_path / name).write_text(content)
    with pytest.raises(EvaluationError, match=message):
        read(tmp_path / name)


def without(name):
    return lambda folder: (folder / name).unlink()


def appended(name, text):
    def change(folder):
        file = folder / name
        file.write_bytes(file.read_bytes() + text)

    return change


def truncated(folder):
    whole = gzip.compress(lines(*DOCUMENTS * 50).encode())
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.gz").write_bytes(whole[: len(whole) // 2])


def not_gzip(folder):
    (folder / "corpus.jsonl").rename(folder / "corpus.jsonl.gz")


BAD_FOLDERS = {
    "no qrels": (without("qrels/test.tsv"), r"the relevance judgements are missing; expected .*qrels.test\.tsv"),
    "no queries": (without("queries.jsonl"), r"looks like a BEIR folder, but queries\.jsonl .* is missing"),
    "no corpus": (without("corpus.jsonl"), r"looks like a BEIR folder, but corpus\.jsonl .* is missing"),
    "doubled document": (
        appended("corpus.jsonl", lines(DOCUMENTS[0]).encode()),
        r"corpus\.jsonl:6:9: document id 'd1' was given before; ids must be unique",
    ),
    "doubled query": (
        appended("queries.jsonl", lines(QUERIES[0]).encode()),
        r"queries\.jsonl:6:9: query id 'q1' was given before",
    ),
    "empty document": (
        appended("corpus.jsonl", b'{"_id": "d6", "title": "", "text": "  "}\n'),
        r"corpus\.jsonl:6:36: document 'd6' has neither title nor text; remove it, or pass --allow-empty",
    ),
    "broken UTF-8": (
        appended("corpus.jsonl", b'{"_id": "d6", "text": "caf\xe9"}\n'),
        r"corpus\.jsonl:6:27: not UTF-8 \(byte 0xe9\)",
    ),
    "truncated gzip": (truncated, r"corpus\.jsonl\.gz:\d+:1: the gzip file ends in the middle of its data"),
    "not gzip": (not_gzip, r"corpus\.jsonl\.gz:1:1: not a sound gzip file"),
    "two columns": (
        appended("qrels/test.tsv", b"q1\td3\n"),
        r"test\.tsv:7:6: expected 3 tab-separated columns \(query-id, corpus-id, score\), found 2",
    ),
    "a word as grade": (
        appended("qrels/test.tsv", b"q1\td3\tgood\n"),
        r"test\.tsv:7:7: expected a whole number from 0 as grade, found 'good'",
    ),
    "judged twice": (
        appended("qrels/test.tsv", b"q1\td1\t1\n"),
        r"test\.tsv:7:4: query 'q1' judges document 'd1' twice",
    ),
    "unknown query": (appended("qrels/test.tsv", b"q9\td1\t1\n"), r"judges query 'q9', which queries\.jsonl does not"),
    "foreign corpus": (
        lambda folder: write_lines(folder / "corpus.jsonl", [{"_id": "x", "text": "y"}]),
        r"5 of 5 judged documents are not in the corpus, the first is 'd1' of query 'q1'",
    ),
}


@pytest.mark.parametrize("case", BAD_FOLDERS)
def test_a_bad_folder_is_refused_with_its_reason(tmp_path, case):
    change, message = BAD_FOLDERS[case]
    change(write_beir(tmp_path / "set"))
    with pytest.raises(EvaluationError, match=message):
        read(tmp_path / "set")


def test_empty_documents_can_be_allowed(tmp_path):
    folder = write_beir(tmp_path / "set", documents=[*DOCUMENTS, {"_id": "d6", "text": ""}])
    assert len(read(folder, allow_empty=True).documents) == 6


def test_a_few_missing_documents_are_a_notice(tmp_path):
    folder = write_beir(tmp_path / "set", qrels=[*QRELS, ("q2", "gone", 1)])
    assert read(folder).notices[0] == "1 of 6 judged documents are not in the corpus; they count as not found"


def test_other_folders_say_what_is_known(tmp_path):
    (tmp_path / "inner").mkdir()
    with pytest.raises(EvaluationError, match="no benchmark set; name one of its folders: inner; known formats: BEIR"):
        recognise(tmp_path)
    with pytest.raises(EvaluationError, match="no such file or folder"):
        recognise(tmp_path / "gone")


def test_names_are_told_apart_by_their_parent(tmp_path):
    assert unique_names([tmp_path / "a" / "clapnq", tmp_path / "b" / "clapnq"]) == ("a/clapnq", "b/clapnq")
    with pytest.raises(EvaluationError, match="given twice"):
        unique_names([tmp_path / "a", tmp_path / "a"])
