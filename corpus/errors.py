"""The error tree: every error that reaches a user is one of these, says what failed and which command helps."""

from __future__ import annotations


class FootnoteError(Exception):
    """Root of every error that Footnote raises on purpose."""


class CorpusError(FootnoteError):
    """A corpus is missing, unreadable or empty."""


class SettingsError(FootnoteError):
    """A `corpus.toml` or an option holds a value that cannot be used."""


class FilterError(FootnoteError):
    """A filter names a key that no document has, or compares what cannot be compared."""


class EncoderError(FootnoteError):
    """An encoder's weights are missing, damaged or not the expected ones."""


class IndexStoreError(FootnoteError):
    """An index on disk is incomplete, damaged, or belongs to another encoder, corpus or format."""


class IndexBusyError(IndexStoreError):
    """Another process is building this index right now."""


class StoreDownError(IndexStoreError):
    """The server that holds an index does not answer; what needs it works again by itself when it does."""


class ModelError(FootnoteError):
    """A model that scores or writes answers is missing, damaged or failed."""


class QuestionError(FootnoteError):
    """A question or its history has the wrong type, shape or length."""


class EvaluationError(FootnoteError):
    """A benchmark file cannot be used as what it claims to be."""


class FeedbackError(FootnoteError):
    """The file of visitors' verdicts cannot be read or written."""


class BusyError(FootnoteError):
    """So many questions wait already that another one is refused."""


class TimeLimitError(FootnoteError):
    """An answer took longer than it is given."""


class KeyFileError(FootnoteError):
    """The file of API keys cannot be read or written."""
