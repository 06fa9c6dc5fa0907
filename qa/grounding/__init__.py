"""Grounding: each drafted sentence checked against the evidence, cited by code, or held back."""

from qa.grounding.checker import Checker
from qa.grounding.contradictions import Reason
from qa.grounding.ground import Shown, ground
from qa.grounding.support import SimilaritySupport, SupportJudge

__all__ = ["Checker", "Reason", "Shown", "SimilaritySupport", "SupportJudge", "ground"]
