"""The load program itself: it must notice an answer that is another's, an error, and a refusal."""

import json

from server_fixtures import Slow, apart, client_of, run_apart

from qa.server.load import main, visit

QUESTIONS = ["What is ALS?", "What does an EMG show?", "Tell me about multiple sclerosis"]


class Mixing(Slow):
    """Gives each question the answer of the one before."""

    last = None

    def stream(self, question, history=(), where=()):
        given, self.last = self.last or question, question
        return self.qa.stream(given, history)


def crowd(qa, visitors=6, each=4, **settings):
    with client_of(qa, **settings) as client:
        address = str(client.base_url)
        told = {}
        alone = run_apart(visit(address, QUESTIONS, 1, len(QUESTIONS), told))
        return alone, run_apart(visit(address, QUESTIONS, visitors, each, told))


def test_nobody_gets_the_answer_of_another(article_qa):
    alone, many = crowd(article_qa)
    assert (len(alone.seconds), len(many.seconds)) == (3, 24)
    assert not many.errors
    assert alone.mixed_up == many.mixed_up == 0
    assert 0 < many.percentile(50) <= many.percentile(95) <= max(many.seconds)


def test_unlike_questions_are_each_asked_once(article_qa):
    asked = []

    class Listening(Slow):
        def stream(self, question, history=(), where=()):
            asked.append(question)
            return super().stream(question, history, where)

    with client_of(Listening(article_qa, 0.0)) as client:
        many = run_apart(visit(str(client.base_url), QUESTIONS, 3, 4, {}, unlike=True))
    assert (len(many.seconds), len(set(asked)), many.mixed_up, many.errors) == (12, 12, 0, [])


def test_mixed_up_answers_and_errors_are_noticed(article_qa):
    assert crowd(Mixing(article_qa))[1].mixed_up > 0
    _, failed = crowd(article_qa, each=2, answer_seconds=0.000_001)
    assert len(failed.errors) == 12
    assert "504" in failed.errors[0]


def test_refused_visitors_ask_again(article_qa):
    _, many = crowd(Slow(article_qa, 0.2), visitors=6, each=1, workers=1, waiting=1)
    assert many.refused > 0
    assert len(many.seconds) == 6


def test_command_starts_a_server_and_ends_it(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path))
    (tmp_path / "set.jsonl").write_text("\n".join(json.dumps({"question": question}) for question in QUESTIONS))
    options = [str(tmp_path / "set.jsonl"), "--visitors", "4", "--each", "2", "--workers", "1"]
    assert apart(main, options) == 0
    printed = capfd.readouterr().out
    assert "4 visitors                              8 answers" in printed
    assert "4 visitors, nothing asked twice         8 answers" in printed
    assert "errors 0  mixed up 0" in printed
