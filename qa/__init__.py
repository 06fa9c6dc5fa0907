"""How questions are answered: `answer(question)` for the default article, `ArticleQA.open(path)` for any corpus."""

from qa.pipeline import ArticleQA, answer
from qa.records import Answer, AnswerSentence, Citation

__all__ = ["Answer", "AnswerSentence", "ArticleQA", "Citation", "answer"]
