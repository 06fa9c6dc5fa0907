"""How examples are made: records, text, questions, families on small invented sets."""

import json
import random

import numpy as np
import pytest

from training.changes import altered, near_miss
from training.families.claims import IdealFamily, WiceFamily
from training.families.common import Deck, heading_path
from training.families.complaints import complaints_in
from training.families.facts import FactFamily
from training.families.nonsense import NonsenseFamily
from training.families.reading import ReadingFamily
from training.families.terms import TermFamily, terms_in
from training.families.topics import Topics
from training.families.twins import SentenceFamily, StatementFamily, as_statement
from training.families.written import WrittenFamily
from training.questions import bare, keywords, lay, typos, vary
from training.records import Candidate, Group, Span, read_groups
from training.sets import Claim, ExpertQuestion, HealthAnswer, Reading, tidy
from training.split import is_held_out, order, squad_held_out
from training.text import chunks, n_words, sentences_of, window
from training.wording import fact_kinds, health_kinds
from training.written import FOLDER, Written, fingerprint, read_written

WORDS = [
    "river",
    "stone",
    "bridge",
    "town",
    "lamp",
    "market",
    "tower",
    "garden",
    "harbour",
    "winter",
    "summer",
    "clock",
    "window",
    "street",
    "painter",
    "letter",
]


class HashEncoder:
    """Texts to unit rows without a model."""

    def encode(self, texts):
        rows = np.array([[(hash(word) >> n) % 7 - 3 for n in range(8)] for word in texts], dtype=np.float32) + 0.1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def rng():
    return random.Random(7)


def sentences(number, rng):
    return tuple(" ".join(rng.choices(WORDS, k=8)).capitalize() + f" number {n}." for n in range(number))


def test_a_group_survives_the_file(tmp_path):
    group = Group(
        "squad2",
        "Who?",
        (
            Candidate("A > B", ("One.", "Two."), 1.0, None, (0.0, 1.0), Span(1, 0, 3)),
            Candidate("", ("X.",), supports=0.0),
        ),
    )
    file = tmp_path / "groups.jsonl"
    file.write_text(group.to_json() + "\n", encoding="utf-8")
    assert list(read_groups(file)) == [group]


def test_labels_must_fit_the_sentences():
    with pytest.raises(ValueError, match="1 sentence labels for 2 sentences"):
        Candidate("", ("One.", "Two."), marks=(1.0,))


def test_list_items_become_sentences():
    text = "Check with a doctor if you have: - Weakness or pain. - Fever. Rest helps."
    assert sentences_of(text) == ("Check with a doctor if you have:", "Weakness or pain.", "Fever.", "Rest helps.")


def test_a_window_is_a_run_that_keeps_what_it_must(rng):
    for _ in range(300):
        rows = sentences(rng.randint(1, 20), rng)
        keep = set(rng.sample(range(len(rows)), rng.randint(0, min(3, len(rows)))))
        run = window(rows, rng, keep)
        assert keep <= set(run)
        assert 0 <= run.start < run.stop <= len(rows)


def test_chunks_cover_everything_once(rng):
    rows = sentences(30, rng)
    runs = chunks(rows, 40)
    assert [n for run in runs for n in run] == list(range(30))
    assert all(sum(n_words(rows[n]) for n in run) <= 40 for run in runs)
    assert chunks((), 40) == []


def test_the_split_is_fixed():
    assert order("a") == order("a") != order("b")
    held_out = [is_held_out("clapnq", f"title {n}") for n in range(2000)]
    assert 0.36 < sum(held_out) / 2000 < 0.44
    titles = [f"Article {n}" for n in range(12)]
    assert len(squad_held_out(titles)) == 4
    assert squad_held_out(titles) == squad_held_out(reversed(titles))


def test_questions_in_other_registers(rng):
    question = "What are the symptoms of hypertension?"
    assert bare(question) == "what are the symptoms of hypertension"
    assert keywords(question) == "symptoms hypertension"
    assert lay(question, rng) == "What are the symptoms of high blood pressure?"
    assert typos(question, rng) != question
    assert all(vary(question, rng).strip() for _ in range(200))
    assert vary("?", rng)


def test_word_lists_fill_their_slots():
    for kind in (*fact_kinds().values(), *health_kinds().values()):
        rows = [text for questions, statements in kind.facts for text in (*questions, *statements)]
        for text in (*kind.questions, *kind.headings, *rows):
            slots = {
                "t",
                "T",
                "name",
                "year",
                "country",
                "gene",
                "number",
                "big",
                "percent",
                "money",
                "dose",
                "duration",
            }
            assert text.format(**dict.fromkeys(slots, "x"))


def test_a_heading_is_left_out_only_where_the_text_names_the_topic(rng):
    drawn = {heading_path("Ataxia", "Symptoms", "It starts slowly.", rng) for _ in range(300)}
    assert "" not in drawn
    assert any(heading_path("Ataxia", "", "Ataxia starts slowly.", rng) == "" for _ in range(100))


def test_a_deck_deals_everything_before_it_repeats(rng):
    deck = Deck(range(9))
    assert sorted(deck.deal(rng) for _ in range(9)) == list(range(9))


def readings(rng):
    found = []
    for n in range(12):
        rows = sentences(6, rng)
        if n % 2:
            found.append(
                Reading(
                    f"Which thing is number {n}?", f"Town {n % 3}", rows, (2,), (f"answer{n}",), Span(2, 0, 4), False
                )
            )
            found[-1] = Reading(
                found[-1].question,
                found[-1].title,
                (*rows[:2], f"The thing is answer{n}.", *rows[3:]),
                (2,),
                (f"answer{n}",),
                Span(2, 13, 20),
                False,
            )
        else:
            found.append(Reading(f"Who lived in house {n}?", f"Town {n % 3}", rows, (), (), None, False))
    return found


def test_reading_groups_hold_the_answer_only_where_they_say_so(rng):
    family = ReadingFamily("squad2", readings(rng), HashEncoder())
    for _ in range(80):
        group = family(rng)
        for one in group.candidates:
            text = " ".join(one.sentences)
            assert one.answers == float("answer" in text and any(one.marks))
            if one.span:
                sentence = one.sentences[one.span.sentence]
                assert sentence[one.span.start : one.span.end].startswith("answer")
                assert one.marks[one.span.sentence] == 1.0


def test_a_fact_is_in_the_passage_that_answers_and_in_no_other(rng):
    passages = {f"Town {n}": [sentences(5, rng)] for n in range(6)}
    family = FactFamily("general", passages)
    groups = [group for group in (family(rng) for _ in range(200)) if group]
    assert groups
    for group in groups:
        assert [one.answers for one in group.candidates].count(1.0) == 1
        assert all(sum(one.marks) == one.answers for one in group.candidates)


def test_nonsense_is_never_answered(rng):
    family = NonsenseFamily([(f"Town {n}", sentences(4, rng)) for n in range(5)], ["Who wrote the opera of the moon?"])
    for _ in range(200):
        group = family(rng)
        if group:
            assert all(one.answers == 0 and not any(one.marks) for one in group.candidates)


def test_terms_and_complaints_are_found():
    assert terms_in("Muscle twitches (fasciculations) are common.") == ["fasciculations"]
    assert complaints_in("Fever.") == ["fever"]
    assert complaints_in("Symptoms include fever, a stiff neck and loss of appetite.") == [
        "fever",
        "a stiff neck",
        "loss of appetite",
    ]
    assert complaints_in("Take 5 mg.") == []


def test_term_groups(rng):
    texts = [
        ("Nerves", (*sentences(3, rng), "Muscle twitches (fasciculations) are common.")),
        *((f"T{n}", sentences(4, rng)) for n in range(3)),
    ]
    group = TermFamily(texts)(rng)
    assert group.candidates[0].answers == 1.0
    assert "fasciculations" in group.candidates[0].sentences[list(group.candidates[0].marks).index(1.0)]
    assert all("fasciculations" not in " ".join(one.sentences) for one in group.candidates[1:])


def test_topics_know_their_neighbours_and_their_kinds(rng):
    rows = [
        HealthAnswer("1", "Stiff knee disease", "treatment", "?", ("Doctors treat it with medicines.",), False),
        HealthAnswer("2", "Stiff knee disease", "inheritance", "?", ("It is inherited from one parent.",), False),
        HealthAnswer("3", "Blue ear syndrome", "treatment", "?", ("Surgery of the ear is the therapy.",), False),
    ]
    topics = Topics(rows, HashEncoder())
    assert topics.neighbours("Stiff knee disease") in ([], ["Blue ear syndrome"])
    assert topics.passage("Stiff knee disease", "treatment", rng) == ("Doctors treat it with medicines.",)
    assert topics.other_kind("Stiff knee disease", "treatment", rng) == (
        "inheritance",
        ("It is inherited from one parent.",),
    )


def test_changed_sentences_differ(rng):
    text = "The bridge was opened in 1932 and it is the largest of Norway, say people from Sweden."
    for _ in range(50):
        assert altered(text, text, rng) not in {None, text}
    assert altered("Nothing", "Nothing", rng) is None
    assert as_statement("Who built it?", "ann") == "Ann built it."
    assert as_statement("How old is it?", "ten") == ""


def test_claims_are_supported_by_whole_evidence_only(rng):
    claim = Claim("The bridge opened in 1932.", "supported", "Bridge", "Page", sentences(12, rng), ((3, 5),), False)
    family = WiceFamily([claim])
    for _ in range(40):
        for one in family(rng).candidates:
            gold = sum(one.marks)
            assert one.supports in (None, float(gold == 2))
            assert one.answers == float(gold > 0)


def test_twins_are_judged_by_what_they_say(rng):
    family = SentenceFamily(
        [("Bridge", ("The bridge was opened in 1932.", "It has 6 lanes for cars.", "Ships pass under it every day."))]
    )
    for group in filter(None, (family(rng) for _ in range(100))):
        for one in group.candidates:
            if one.supports == 1.0 and group.family == "sentences" and group.question in one.sentences:
                assert one.marks[one.sentences.index(group.question)] == 1.0


def test_statements_come_from_safe_questions_only(rng):
    reading = Reading(
        "Who built the bridge?", "Bridge", ("Ann built it.", "It is long."), (0,), ("Ann",), Span(0, 0, 3), False
    )
    group = StatementFamily([reading])(rng)
    assert group.question == "Ann built the bridge."


def test_written_answers_over_their_snippets(rng):
    words = "The protein binds to the receptor and opens the channel of the cell."
    question = ExpertQuestion("q", "What does it do?", "summary", (words,), (), ("1-0", "2-0"), False)
    snippets = {"1-0": words, "2-0": "Another snippet about it."} | {
        f"{n}-0": f"Wrong snippet {n}." for n in range(3, 9)
    }
    group = IdealFamily([question], snippets, {"q": [f"{n}-0" for n in range(3, 9)]})(rng)
    assert [one.supports for one in group.candidates] == [1.0, 0.0]


def test_tokenised_text_is_tidied():
    assert tidy("He said `` no '' ( 1981 ) .") == 'He said " no " (1981).'


def test_near_misses_ask_for_something_else(rng):
    passage = "The steam engine of Norway was built in 1871 by an engineer."
    for _ in range(40):
        changed = near_miss("Who built the steam engine in 1871?", passage, "The turbine of the harbour is large.", rng)
        assert changed not in {None, "Who built the steam engine in 1871?"}


def written(title, **changes):
    row = {
        "q": [["why is it wet", [0]], ["When is it open?", [1, 2]]],
        "miss": ["What does it cost?"],
        "true": [["Rain falls there.", [0]]],
        "false": ["Snow falls there."],
    }
    sentences = ("It rains.", "It opens at nine.", "On Sunday it opens at ten.")
    return Written.from_row(row | changes, title, sentences)


def test_written_groups_hold_the_answer_only_where_they_say_so(rng, monkeypatch):
    monkeypatch.setattr("training.families.written.VARIED", 0)
    monkeypatch.setattr("training.families.written.ASSERTED", 0)
    family = WrittenFamily([written("Market"), written("Harbour"), written("Tower")], HashEncoder())
    gold = {"why is it wet": {"It rains."}, "When is it open?": {"It opens at nine.", "On Sunday it opens at ten."}}
    seen = set()
    for _ in range(300):
        group = family(rng)
        first, *others = group.candidates
        seen.add(group.question)
        if first.supports is not None:
            assert first.supports == float(group.question == "Rain falls there.")
            assert all(one.supports == 0 and "It rains." not in one.sentences for one in others)
        elif first.answers:
            answer = gold[group.question]
            assert {s for s, mark in zip(first.sentences, first.marks, strict=True) if mark} == answer
            ours = [one for one in others if set(one.sentences) < set(first.sentences)]
            assert not any(answer & set(one.sentences) for one in ours)
        else:
            assert all(one.answers == 0 for one in group.candidates)
    assert {"Rain falls there.", "Snow falls there.", "What does it cost?", "why is it wet"} <= seen


def test_a_claim_put_in_the_texts_mouth_is_answered_only_where_it_stands(rng, monkeypatch):
    monkeypatch.setattr("training.families.written.ASSERTED", 1)
    family = WrittenFamily([written("Market")], HashEncoder())
    groups = [family(rng) for _ in range(100)]
    asserted = {"rain falls there.": 1.0, "snow falls there.": 0.0}
    found = [
        (group.candidates[0], answers)
        for group in groups
        for claim, answers in asserted.items()
        if claim in group.question
    ]
    assert {one.answers for one, _ in found} == {0.0, 1.0}
    assert all(one.answers == answers and one.supports is None for one, answers in found)


def test_written_examples_are_found_by_their_document(tmp_path):
    sentences = ("Nought.", "It rains.", "It is open.")
    line = {
        "document": fingerprint(sentences),
        "rows": [1, 3],
        "q": [["wet?", [0]]],
        "miss": [],
        "true": [],
        "false": [],
    }
    own = line | {"title": "Ours", "section": "One", "sentences": ["It snows."]}
    file = tmp_path / "some.jsonl"
    file.write_text(f"{json.dumps(line)}\n{json.dumps(own)}\n", encoding="utf-8")
    found = read_written({fingerprint(sentences): ("Weather", sentences)}, tmp_path)
    assert [(one.title, one.sentences) for one in found] == [("Weather", sentences[1:]), ("Ours", ("It snows.",))]
    with pytest.raises(ValueError, match="1 passages"):
        read_written({}, tmp_path)
    with pytest.raises(ValueError, match="no such sentences"):
        written("Market", q=[["when?", [3]]])


def test_every_written_example_is_whole():
    lines = [line for file in FOLDER.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1000
    for row in map(json.loads, lines):
        size = len(row["sentences"]) if "sentences" in row else row["rows"][1] - row["rows"][0]
        assert Written.from_row(row, "Title", ("Sentence.",) * size).questions
