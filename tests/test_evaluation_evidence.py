"""The evidence model as judge and support check of a configuration."""

import json

import pytest
from evaluation_toys import ToyEncoder

from corpus.errors import ModelError
from qa.evaluation import evidence
from qa.evaluation.configuration import parse_configurations
from qa.evaluation.evidence import ModelJudge, evidence_loader
from qa.evaluation.task import Parts
from qa.evidence_input import Evidence
from qa.judge import Judgement

JUDGED, PLAIN = parse_configurations(["fused+evidence", "fused"])


class FakeModel:
    """Answers with the number of characters, supports with the number of passages."""

    def judge(self, question, passages):
        return [Judgement(float(len(p.heading)), tuple(float(len(s)) for s in p.sentences)) for p in passages]

    def supports(self, claim, passages):
        return [float(at) for at, _ in enumerate(passages)]


def test_judgements_and_support_are_the_models():
    judge = ModelJudge(FakeModel(), "ab" * 32)
    found = judge.judge("q", [Evidence("Relief", ("Rest.", "Stretch."))])
    assert (found[0].answers, found[0].sentences) == (6.0, (5.0, 8.0))
    assert judge.supports("c", ["a", "b"]) == pytest.approx(0.7311, abs=1e-4)  # the sigmoid of the best logit, 1
    assert judge.supports("c", []) == 0.0


def test_only_configurations_with_evidence_use_the_model():
    parts = Parts(lambda: ModelJudge(FakeModel(), "ab" * 32), make=lambda _: ToyEncoder())
    assert parts.judge(JUDGED).name == "evidence"
    assert parts.judge(JUDGED) is parts.judge(JUDGED)
    [judged] = parts.judge(JUDGED).judge("q", [Evidence("Relief", ("Rest.",))])
    assert judged.answers == 6.0
    assert parts.support(JUDGED).supports("c", ["a"]) == 0.5
    assert parts.judge(PLAIN).name == "similarity"
    assert parts.models["evidence model"] == "ab" * 32


def test_without_weights_there_is_no_loader_and_no_silent_stand_in(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "WEIGHTS", tmp_path)
    assert evidence_loader() is None
    with pytest.raises(ModelError, match=r"there is no evidence model here; leave out .* \+evidence"):
        Parts(evidence_loader(), make=lambda _: ToyEncoder()).judge(JUDGED)
    (tmp_path / "evidence.json").write_text(json.dumps({"sha256": "cd" * 32}))
    assert evidence_loader() is not None
