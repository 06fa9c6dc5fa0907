"""The evidence model: MiniLM's six layers over frozen embeddings, and the heads that judge passage and sentences."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AutoModel

from qa.evidence_input import base_folder


@dataclass(frozen=True, slots=True)
class Judged:
    """Logits: `answers` and `supports` (rows,), `sentences` (rows, n_sentences), `spans` (rows, tokens, 2)."""

    answers: Tensor
    supports: Tensor
    sentences: Tensor
    spans: Tensor


def head(width: int) -> nn.Sequential:
    """Two states side by side to one logit."""
    return nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, 1))


class EvidenceNetwork(nn.Module):
    """Reads a question and a passage at once.

    The passage heads see the first token and the sentence states, weighted by how much each sentence seems to answer;
    so the passage's judgement and its sentences' agree.
    """

    def __init__(self) -> None:
        super().__init__()
        base = AutoModel.from_pretrained(
            base_folder(), attn_implementation="eager", add_pooling_layer=False, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        width = base.config.hidden_size
        self.embeddings, self.layers = base.embeddings.requires_grad_(False), base.encoder.layer
        self.sentence, self.answer, self.support = head(width), head(width), head(width)
        self.span = nn.Linear(width, 2)

    def embed(self, ids: Tensor, types: Tensor) -> Tensor:
        """(rows, tokens, width): the frozen part, which the runtime computes with numpy."""
        with torch.no_grad():
            states: Tensor = self.embeddings(input_ids=ids, token_type_ids=types)
        return states

    def forward(self, states: Tensor, mask: Tensor, pool: Tensor) -> Judged:
        """Judge embedded rows.

        Args:
            states: (rows, tokens, width) embeddings.
            mask: (rows, tokens), 1 for tokens and 0 for padding.
            pool: (rows, n_sentences, tokens), the weights of each sentence's tokens (sum 1); zeros for no sentence.
        """
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.layers:
            states = layer(states, attention_mask=bias)
        first = states[:, 0]
        sentences = torch.bmm(pool.to(states.dtype), states)
        beside = first[:, None].expand_as(sentences)
        logits = self.sentence(torch.cat((sentences, beside), dim=-1))[..., 0].float()
        there = pool.sum(dim=-1) > 0.5
        weights = torch.softmax(logits.masked_fill(~there, -1e4), dim=-1).to(states.dtype)
        best = torch.bmm(weights[:, None], sentences)[:, 0]
        both = torch.cat((first, best), dim=-1)
        return Judged(
            self.answer(both)[:, 0].float(), self.support(both)[:, 0].float(), logits, self.span(states).float()
        )
