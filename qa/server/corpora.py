"""The corpora that a server answers from, each under a name."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import load_corpus
from corpus.errors import CorpusError, SettingsError
from index import load_encoder
from index.stores import milvus_store, plain_name, store_address
from qa.generators import make_generator
from qa.live import LiveQA
from qa.pipeline import ArticleQA
from qa.stored import StoredQA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from corpus import Document
    from index.stores import StoreAddress

DEFAULT_NAME = "article"
"""Name of the article that Footnote ships with."""
_NAMED = re.compile(r"([a-z0-9][a-z0-9._-]{0,63})=(.+)", re.DOTALL)


class UnknownNameError(CorpusError):
    """No corpus, document or section has the name that was asked for."""


class Corpora:
    """Question answerings by name; the first is the one that is meant where no name is given.

    Each is a function that returns what answers now. A request calls it once and keeps what it got, so that a newer
    index between two requests disturbs neither.
    """

    def __init__(self, named: Mapping[str, Callable[[], ArticleQA]]) -> None:
        if not named:
            raise SettingsError("a server needs at least one corpus")
        self._named = dict(named)
        self.default = next(iter(self._named))

    @classmethod
    def open(cls, sources: Sequence[str] = (), model: str | None = None, store: str | None = None) -> Corpora:
        """Return the corpora at `PATH` or `NAME=PATH`; they share one encoder and one language model.

        Without a source it is the article that ships. A path without a name is named after its file or folder. With a
        `store` the indexes stand in Milvus; without a source it is the one that `store` names, or all that are there.

        Raises:
            FootnoteError: a corpus or the model cannot be used, or two corpora have one name.
        """
        if address := store_address(store):
            return cls(_in_milvus(sources, model, address))
        opened: dict[str, LiveQA] = {}
        asked: Iterable[tuple[str, str | None]] = map(named_source, sources) if sources else [(DEFAULT_NAME, None)]
        for name, path in asked:
            if name in opened:
                raise SettingsError(f"two corpora are named {name!r}; name them with --corpus NAME=PATH")
            first = next((live.current() for live in opened.values()), None)
            opened[name] = LiveQA(ArticleQA.open(path, model, beside=first), path)
        return cls({name: live.current for name, live in opened.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def get(self, name: str | None = None) -> ArticleQA:
        """Return the question answering of that name.

        Raises:
            UnknownNameError: no corpus has it.
        """
        current = self._named.get(self.default if name is None else name)
        if current is None:
            raise UnknownNameError(f"no corpus is named {name!r:.80}; there are: {', '.join(self._named)}")
        return current()


def _in_milvus(sources: Sequence[str], model: str | None, address: StoreAddress) -> dict[str, Callable[[], ArticleQA]]:
    """Return the question answering of each corpus whose index stands in Milvus."""
    if address.name and len(sources) > 1:
        raise SettingsError("one index cannot hold several corpora; leave #NAME out: each gets the name of its corpus")
    encoder = load_encoder()
    opened: dict[str, StoredQA] = {}
    asked: Iterable[tuple[str, str | None]] = map(named_source, sources)
    if not sources:
        asked = [(name, None) for name in address.names()]
    for name, path in asked:
        if name in opened:
            raise SettingsError(f"two corpora are named {name!r}; name them with --corpus NAME=PATH")
        stored = milvus_store(address, address.name or plain_name(name), encoder)
        if path is None:
            index = stored.open()
        else:
            index, _ = stored.renew(load_corpus(path), waiting=lambda: None)
        first = next((each.current() for each in opened.values()), None)
        qa = first.on(index) if first else ArticleQA(index, make_generator(model))
        opened[name] = StoredQA(qa, stored, index.collection)
    return {name: each.current for name, each in opened.items()}


def document_of(qa: ArticleQA, document_id: str) -> Document:
    """Return a corpus's document.

    Raises:
        UnknownNameError: no document has the id.
    """
    try:
        return qa.corpus.document(document_id)
    except KeyError:
        raise UnknownNameError(f"no document has the id {document_id!r:.80}; GET /v1/documents lists them") from None


def named_source(source: str) -> tuple[str, str]:
    """Return name and path of a corpus as the command line takes it.

    >>> named_source("notes=/srv/My Notes"), named_source("/srv/My Notes")
    (('notes', '/srv/My Notes'), ('my-notes', '/srv/My Notes'))
    """
    match = _NAMED.fullmatch(source)
    if match and not Path(source).expanduser().exists():
        return match[1], match[2]
    path = Path(source).expanduser().resolve()
    plain = unicodedata.normalize("NFKD", path.name if path.is_dir() else path.stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._]+", "-", plain.lower()).strip("-.") or "corpus", source
