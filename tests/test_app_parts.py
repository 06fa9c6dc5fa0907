"""The page's parts without a browser: what a browser keeps, addresses, exports, the whole article."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from corpus import make_corpus, read_text
from corpus.errors import BusyError, SettingsError
from index import Hit
from qa import ArticleQA
from qa.grounding import Reason
from qa.page.address import address, place
from qa.page.answer import turn_html
from qa.page.article import article_html, documents_html
from qa.page.desk import Desk
from qa.page.export import markdown, plain_text
from qa.page.suggestions import Suggestions
from qa.page.talk import Talk
from qa.page.texts import read_texts
from qa.page.turns import State, Turn, from_stored, history, to_stored
from qa.records import DroppedSentence

TEXTS = read_texts()


@pytest.fixture(scope="module")
def turns(article_qa):
    asked = ["Which muscles does ALS cramp?", "Who painted the Mona Lisa?", "I have chest pain and cramps"]
    answered = [Turn(question, article_qa.answer(question), state=State.WHOLE) for question in asked]
    return [*answered, Turn("why", error="It failed.", state=State.WHOLE)]


def as_kept(turn):
    """Return a turn as it comes back: what the page does not show stays behind."""
    if turn.answer is None:
        return turn
    hits = tuple(Hit(hit.passage, round(hit.score, 6), 0.0, 0.0) for hit in turn.answer.hits)
    return replace(turn, answer=replace(turn.answer, hits=hits, timings={}))


def test_turns_survive_the_browser(turns, article):
    stored = json.loads(json.dumps(to_stored(turns)))
    assert from_stored(stored, article) == [as_kept(turn) for turn in turns]
    again = [turn_html(turn, article, TEXTS) for turn in from_stored(stored, article)]
    assert again == [turn_html(turn, article, TEXTS) for turn in turns]


def test_what_an_answer_leaves_out_is_shown_and_survives_the_browser(article_qa, article):
    two = article_qa.answer("What is myotonic dystrophy? How much does a bus ticket cost?")
    assert two.unanswered == ("How much does a bus ticket cost?",)
    dropped = (DroppedSentence("It is catching.", "unsupported", ("catching",)),)
    answer = replace(two, note="Left <out>.", dropped=dropped, ignored_markers=2)
    turn = Turn(two.question, answer, state=State.WHOLE)
    assert from_stored(json.loads(json.dumps(to_stored([turn]))), article) == [as_kept(turn)]
    shown = turn_html(turn, article, TEXTS)
    assert "Left &lt;out&gt;." in shown
    assert "How much does a bus ticket cost?</q>" in shown


def test_growing_turn_has_stopped_when_it_comes_back(article):
    stored = to_stored([Turn("why")])
    assert from_stored(stored, article)[0].state is State.STOPPED


@pytest.mark.parametrize(
    "stored",
    [
        *[None, "text", 7, {}, [1], [{}], [{"question": "why"}], [{"question": 1, "answer": None}], [[]], [None]],
        *[["why"], ["{}"], ['{"question": 1, "answer": null}'], ["[" * 100_000]],
    ],
)
def test_damaged_conversation_is_dropped(stored, article):
    assert from_stored(stored, article) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("quote", "other words"),
        ("start", 0),
        ("document_id", "other.md"),
        ("section_id", "s99"),
        ("marker", "x"),
        ("end", None),
    ],
)
def test_conversation_that_quotes_another_corpus_is_dropped(turns, article, key, value):
    stored = to_stored(turns)
    first = json.loads(stored[0])
    first["answer"]["citations"][0][key] = value
    assert from_stored([json.dumps(first), *stored[1:]], article) == []


def test_conversation_that_an_earlier_version_kept_comes_back(turns, article):
    stored = to_stored(turns)
    assert from_stored([json.loads(turn) for turn in stored], article) == from_stored(stored, article)


def test_history_leaves_failures_out(turns):
    assert [text for role, text in history(turns) if role == "user"] == [turn.question for turn in turns[:3]]


def test_address_names_another_document_and_only_that():
    corpus = make_corpus(
        [read_text("A\n\nWords of one.", document_id="one.txt"), read_text("B\n\nTwo.", document_id="b/two.txt")]
    )
    assert address(corpus, "one.txt", "s0", (3, 8)) == "#s0:3-8"
    assert address(corpus, "b/two.txt", "s0") == "#b%2Ftwo.txt/s0"
    assert place(corpus, "b/two.txt", corpus.documents[1].sections[0].id)[0] == "Untitled"


def test_article_holds_every_character_at_its_offset(article):
    document = article.documents[0]
    page = article_html(document, article, TEXTS)
    for start, text in re.findall(r'data-start="(\d+)"[^>]*>([^<]*)<', page):
        plain = text.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        assert document.text[int(start) : int(start) + len(plain)] == plain
    shown = "".join(re.sub(r"<[^>]*>", "", page).split())
    assert all("".join(document.text[p.start : p.end].replace("\n- ", "").split()) in shown for p in document.passages)


def test_markdown_has_a_footnote_for_each_citation(turns, article):
    text = markdown(turns, article, TEXTS)
    assert text.count("[^1-1]") == 2
    assert "\n[^1-1]: " in text
    assert text.rstrip().endswith("ask a doctor\\.")


def test_plain_text_puts_urgent_advice_first(turns, article):
    assert plain_text(turns[2].answer, article, TEXTS).startswith("If this is happening now")


def test_reworded_sentences_look_different_and_say_their_support(turns, article):
    answer = turns[0].answer
    reworded = tuple(replace(sentence, verbatim=False, support=0.93) for sentence in answer.sentences)
    page = turn_html(replace(turns[0], answer=replace(answer, sentences=reworded)), article, TEXTS)
    assert 'class="reworded"' in page
    assert 'class="verbatim"' not in page
    assert "93 % supported" in page
    assert "reworded, checked" in page


def test_talk_keeps_errors_to_their_turn(article_qa):
    talk = Talk(article_qa, TEXTS)
    *_, after = talk.ask("x" * 3000, [])
    assert after[-1].answer is None
    assert "3,000 characters" in after[-1].error
    *_, after = talk.ask("What does an EMG show?", after)
    assert after[-1].answer is not None


def test_suggestions_are_answered_and_new(article_qa):
    desk = Desk(article_qa, TEXTS)
    *_, view = desk.ask("Which muscles does ALS cramp?", [])
    suggested = desk.suggest(view.stored)
    assert 1 <= len(suggested) <= 3
    assert "Which muscles does ALS cramp?" not in suggested
    assert not any(article_qa.answer(question).abstained for question in suggested)
    assert desk.suggest([]) == ()


def test_page_without_examples_suggests_how_to_begin_and_goes_round(article, encoder):
    bare = make_corpus(article.documents, replace(article.settings, examples=()))
    qa = ArticleQA.from_corpus(bare, encoder)
    desk = Desk(qa, TEXTS)
    openers = desk.suggest([])
    assert len(openers) == 3
    assert not any(qa.answer(question).abstained for question in openers)
    *_, view = desk.ask("What does an EMG show?", [])  # from the article's last section
    assert desk.suggest(view.stored)


def test_suggestions_ask_no_language_model(article_qa):
    class Costly:
        name, rewords = "costly", True

        def generate(self, question, evidence):
            raise AssertionError("a suggestion was written by the language model")

    qa = ArticleQA(article_qa.index, Costly())
    turn = Turn("What does an EMG show?", article_qa.answer("What does an EMG show?"), state=State.WHOLE)
    assert Desk(qa, TEXTS).suggest(to_stored([turn]))
    assert qa.quoting().on(qa.index).generator.name == "quote"
    assert article_qa.quoting() is article_qa


def test_corpus_of_several_documents_offers_them_all(encoder):
    documents = [
        read_text(f"Bread {n} bakes for {n} hours.", title=f"Bread {n}", document_id=f"{n}.txt") for n in (1, 2)
    ]
    qa = ArticleQA.from_corpus(make_corpus(documents), encoder)
    assert 'class="documents"' in article_html(documents[1], qa.corpus, TEXTS)
    offered = documents_html(qa.corpus, TEXTS, "2.txt")
    assert 'href="#/"' in offered
    assert 'href="#2.txt/" dir="auto" aria-current="page"' in offered
    assert 'class="documents"' not in article_html(documents[1], make_corpus(documents[1:]), TEXTS)


def test_unknown_language_names_the_file_to_add():
    with pytest.raises(SettingsError, match=r"texts/xx\.toml"):
        read_texts("xx")


def test_every_text_is_used(request):
    folder = request.config.rootpath
    sources = [folder / "app.py", *(folder / "qa/page").rglob("*.*")]
    used = "\n".join(file.read_text(encoding="utf-8") for file in sources if file.suffix in {".py", ".j2"})
    assert [name for name in TEXTS if not name.startswith("feedback_") and name not in used] == []


def test_deleting_a_turn_leaves_the_others(article_qa, article, turns):
    stored = to_stored(turns)
    view = Desk(article_qa, TEXTS).delete(stored, 1)
    assert view.turns == tuple(as_kept(turn) for turn in (turns[0], *turns[2:]))
    assert from_stored(view.stored, article) == list(view.turns)
    whole = tuple(as_kept(turn) for turn in turns)
    assert Desk(article_qa, TEXTS).delete(stored, 99).turns == whole
    assert Desk(article_qa, TEXTS).delete(stored, -1).turns == whole


def test_question_out_of_a_link_stands_alone(article_qa, turns):
    stored = to_stored(turns[:1])
    *_, alone = Desk(article_qa, TEXTS).ask("How is it treated?", stored, alone=True)
    *_, completed = Desk(article_qa, TEXTS).ask("How is it treated?", stored)
    assert alone.turns[-1].answer.standalone_question == "How is it treated?"
    assert completed.turns[-1].answer.standalone_question != "How is it treated?"
    assert alone.turns[0] == as_kept(turns[0])


def test_what_a_model_said_in_vain_is_shown_on_demand(turns, article):
    dropped = (
        DroppedSentence("It is <catching>.", Reason.UNSUPPORTED, ("catching",)),
        DroppedSentence("Cramps again.", Reason.REPEATED),
    )
    whole = replace(turns[0], answer=replace(turns[0].answer, note="Left out: 1.", dropped=dropped))
    shown = turn_html(whole, article, TEXTS)
    assert "<summary>Left out: 1.</summary>" in shown
    assert "It is &lt;catching&gt;." in shown
    assert "says what the evidence does not" in shown
    assert "Cramps again" not in shown
    assert "<details" not in turn_html(replace(whole, state=State.GROWING), article, TEXTS)


def test_untitled_beginning_is_no_suggestion(article_qa):
    desk = Desk(article_qa, TEXTS)
    *_, view = desk.ask("Who painted the Mona Lisa?", [])
    silent = replace(view.turns[-1].answer, nearest_sections=("Introduction", "Myotonic Dystrophy"))
    suggested = desk.suggest(to_stored([replace(view.turns[-1], answer=silent)]))
    assert "Tell me about Myotonic Dystrophy" in suggested
    assert "Tell me about Introduction" not in suggested


def test_answer_in_a_script_that_runs_from_the_right_stands_at_the_right(turns, article):
    answer = turns[0].answer
    hebrew = tuple(replace(sentence, text="\u05e9\u05dc\u05d5\u05dd") for sentence in answer.sentences)
    assert '<p dir="rtl">' in turn_html(replace(turns[0], answer=replace(answer, sentences=hebrew)), article, TEXTS)
    assert '<p dir="ltr">' in turn_html(turns[0], article, TEXTS)


def test_what_many_visitors_may_ask_next_is_checked_once_and_one_by_one(article_qa):
    asked, running = [], threading.Semaphore()

    class Counting:
        corpus = article_qa.corpus

        def answer(self, question, history=()):
            assert running.acquire(blocking=False), "two questions are checked at the same time"
            asked.append(question)
            time.sleep(0.02)
            running.release()
            return article_qa.answer(question, history)

    suggestions = Suggestions(Counting(), TEXTS)
    turn = Turn("What does an EMG show?", article_qa.answer("What does an EMG show?"), state=State.WHOLE)
    with ThreadPoolExecutor(4) as visitors:
        found = list(visitors.map(suggestions.after, [[turn]] * 4))
    assert found == [found[0]] * 4
    assert found[0]
    assert len(asked) == len(set(asked))


def test_while_the_server_is_busy_what_was_checked_before_is_offered(article_qa):
    class Crowded:
        corpus, busy = article_qa.corpus, False

        def answer(self, question, history=()):
            if self.busy:
                raise BusyError("visitors wait")
            return article_qa.answer(question, history)

    qa = Crowded()
    suggestions = Suggestions(qa, TEXTS)
    turn = Turn("What does an EMG show?", article_qa.answer("What does an EMG show?"), state=State.WHOLE)
    offered = suggestions.after([turn])
    qa.busy = True
    assert offered
    assert suggestions.after([turn]) == offered
    assert Suggestions(qa, TEXTS).after([turn]) == ()


def test_the_whole_answer_is_one_step_and_the_last(article_qa):
    question = "What is the difference between CMT and myotonic dystrophy?"
    steps = list(article_qa.stream(question))
    views = list(Desk(article_qa, TEXTS).ask(question, []))
    assert [step.whole for step in steps] == [False] * (len(steps) - 1) + [True]
    assert [view.asking for view in views] == [True] * len(steps) + [False]
    assert views[-1].turns[-1].answer.sentences == steps[-1].sentences
