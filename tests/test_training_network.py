"""The network, its batches and losses, the export: one small step of each."""

import random

import pytest
import torch
import transformers

from qa.evidence_input import Evidence
from qa.evidence_model import EvidenceModel
from training.batches import UNKNOWN, batches, collate, examples_of
from training.loop import CHECKPOINT, Run, Settings, averaged
from training.loss import losses, total
from training.model import EvidenceNetwork
from training.records import Candidate, Group, Span
from training.reports.figures import auroc, balanced_accuracy, best_threshold, ndcg, set_f1

LAMP = ("The lamp is red.", "Ann made it.")


def group(family="squad2"):
    right = Candidate("Lamp", LAMP, 1.0, None, (0.0, 1.0), Span(1, 0, 3))
    wrong = Candidate("Lamp", (LAMP[0],), 0.0, 0.0, (0.0,))
    return Group(family, "Who made the lamp?", (right, wrong))


def test_a_batch_knows_what_is_not_known():
    batch = collate(examples_of(group(), 3))
    assert batch.answers.tolist() == [1.0, 0.0]
    assert batch.supports.tolist() == [UNKNOWN, 0.0]
    assert batch.marks.tolist() == [[0.0, 1.0], [0.0, UNKNOWN]]
    assert batch.groups.tolist() == [3, 3]
    assert batch.spans[1].tolist() == [0, 0]
    assert batch.pool.sum(dim=2).tolist() == [[1.0, 1.0], [1.0, 0.0]]
    assert collate(examples_of(group("clapnq"), 0)).spans.tolist() == [[-100, -100], [-100, -100]]


def test_a_passage_whose_answer_is_cut_off_is_left_out():
    far = Candidate("", ("word " * 200, "word " * 200, "answer"), 1.0, marks=(0.0, 0.0, 1.0))
    assert examples_of(Group("x", "Who?", (far,)), 0) == []


def test_batches_keep_groups_whole_and_small():
    groups = [group() for _ in range(700)]
    ordered = batches(groups)
    assert sum(len(one) for one in ordered) == 1400
    for one in ordered:
        numbers = [example.group for example in one]
        assert all(numbers.count(number) == 2 for number in numbers)


class Outputs:
    """Logits that were given."""

    def __init__(self, answers, sentences, tokens):
        self.answers = torch.tensor(answers)
        self.supports = torch.zeros(len(answers))
        self.sentences = torch.tensor(sentences)
        self.spans = torch.zeros(len(answers), tokens, 2)


def test_the_loss_falls_when_the_judgement_is_right():
    batch = collate(examples_of(group(), 0))
    tokens = batch.ids.shape[1]
    right = losses(Outputs([4.0, -4.0], [[-4.0, 4.0], [-4.0, 0.0]], tokens), batch)
    wrong = losses(Outputs([-4.0, 4.0], [[4.0, -4.0], [4.0, 0.0]], tokens), batch)
    assert set(right) == {"answers", "marks", "order", "spans", "supports"}
    assert all(right[name] < wrong[name] for name in ("answers", "marks", "order"))
    assert total(right) < total(wrong)


def test_what_nothing_teaches_is_left_out():
    unlabelled = Group("x", "Who?", (Candidate("", ("A.",)), Candidate("", ("B.",))))
    batch = collate(examples_of(unlabelled, 0))
    assert losses(Outputs([0.0, 0.0], [[0.0], [0.0]], batch.ids.shape[1]), batch) == {}


def test_figures_against_hand_and_brute_force():
    rng = random.Random(3)
    labels = [rng.random() < 0.4 for _ in range(60)]
    scores = [rng.gauss(float(label), 1) for label in labels]
    pairs = [
        (a > b) + (a == b) / 2
        for a, x in zip(scores, labels, strict=True)
        for b, y in zip(scores, labels, strict=True)
        if x and not y
    ]
    assert auroc(scores, labels) == pytest.approx(sum(pairs) / len(pairs))
    threshold = best_threshold(scores, labels)
    assert balanced_accuracy(scores, labels, threshold) >= balanced_accuracy(scores, labels, 0.5)
    assert ndcg(["x", "a"], {"a"}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg([], {"a"}) == 0.0
    assert set_f1(set(), {1}) == 0.0


@pytest.fixture(scope="module")
def network():
    transformers.utils.logging.set_verbosity_error()
    torch.manual_seed(1)
    return EvidenceNetwork().eval()


def test_padding_changes_nothing(network):
    short, longer = examples_of(group(), 0)
    alone, both = collate([longer]), collate([short, longer])
    with torch.no_grad():
        one = network(network.embed(alone.ids, alone.types), alone.mask, alone.pool)
        two = network(network.embed(both.ids, both.types), both.mask, both.pool)
    assert torch.allclose(one.answers[0], two.answers[1], atol=1e-5)
    assert torch.allclose(one.sentences[0, 0], two.sentences[1, 0], atol=1e-5)


def test_embeddings_are_frozen_and_layers_are_not(network):
    learned = {name.split(".")[0] for name, weight in network.named_parameters() if weight.requires_grad}
    assert learned == {"layers", "sentence", "answer", "support", "span"}


@pytest.mark.filterwarnings("ignore")
def test_the_exported_file_judges_as_the_network_does(network, tmp_path):
    pytest.importorskip("onnx")
    from training.export import export  # noqa: PLC0415 - onnx is an extra

    export(network, tmp_path, tmp_path)
    model = EvidenceModel.load(tmp_path)
    (judged,) = model.judge("Who made the lamp?", [Evidence("Lamp", LAMP)])
    batch = collate(examples_of(group(), 0)[:1])
    with torch.no_grad():
        expected = network(network.embed(batch.ids, batch.types), batch.mask, batch.pool)
    assert judged.answers == pytest.approx(float(expected.answers[0]), abs=0.2)
    assert judged.sentences == pytest.approx(expected.sentences[0].tolist(), abs=0.2)


def test_two_runs_are_averaged_by_their_shares(tmp_path):
    name, weight = next(iter(EvidenceNetwork().named_parameters()))
    for folder, value in (("one", 1.0), ("two", 3.0)):
        (tmp_path / folder).mkdir()
        torch.save({"average": {name: torch.full_like(weight, value)}}, tmp_path / folder / CHECKPOINT)
    alone = dict(averaged(tmp_path / "one").named_parameters())[name]
    both = dict(averaged(tmp_path / "one", [(tmp_path / "two", 0.25)]).named_parameters())[name]
    assert (alone == 1.0).all()
    assert (both == 1.5).all()


def test_a_run_begins_with_the_averaged_weights_of_another(tmp_path):
    first = Run(Settings())
    first.step(examples_of(group(), 0), 0.5)
    first.save(tmp_path)
    second = Run(Settings())
    second.begin_from(tmp_path)
    assert second.done == 0
    for name, weight in second.network.named_parameters():
        if name in first.average:
            assert torch.equal(weight, first.average[name])
            assert torch.equal(second.average[name], first.average[name])
