"""The connection to a Milvus server, or to Milvus Lite in this process; the only file that imports pymilvus."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import IndexStoreError, SettingsError, StoreDownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
SECONDS = 10.0
"""How long an answer may be waited for."""
BUILD_SECONDS = 3_600.0
"""How long the server may take to write to its disk, to index and to load."""
KEY, WORDS, LEXICAL, DENSE = "row", "words", "lexical", "dense"
"""Fields: the number of a row; the stems that BM25 counts; what it makes of them; the vector."""
LONGEST_TEXT = 65_535
"""Bytes that a text field may hold."""

_ABSENT = frozenset({100, 1600})
"""Milvus's codes for a collection and an alias that are not there."""
_NOT_LOADED = 101
_AWAY = frozenset({2, 8})
"""Its codes for a service that cannot be reached, and for one that is asked too much."""
_PAGE = 1_000
_LOG = logging.getLogger(__name__)


class AbsentError(StoreDownError):
    """A collection is not there any more: a newer version took its place, and is taken up in a moment."""


class _NotLoadedError(IndexStoreError):
    """A collection is there but not in the server's memory, as after a restart of Milvus Lite."""


class Connection:
    """Asks one server; threads may share it. It is found again by itself when it was away.

    Every method raises `StoreDownError` where the server does not answer, `AbsentError` where the collection is not
    there, and `IndexStoreError` for what the server refuses.
    """

    def __init__(self, uri: str) -> None:
        """Connect.

        Args:
            uri: as pymilvus takes it: `http://host:19530`, with `user:password@` where needed, or a file that ends in
                `.db`, which Milvus Lite serves in this process.

        Raises:
            SettingsError: pymilvus is not installed, or the address is none.
        """
        wanted = ["pymilvus", *(["milvus_lite"] if uri.endswith(".db") else [])]
        if missing := [name for name in wanted if find_spec(name) is None]:
            raise SettingsError(f"--store milvus:… needs {' and '.join(missing)}; run: pip install 'footnote[milvus]'")
        self._name = uri.rpartition("@")[2]
        with self._asking():
            from pymilvus import MilvusClient  # noqa: PLC0415  (it is slow to import)

            for noisy in ("pymilvus", "grpc._server"):  # they would write a traceback of all that goes wrong
                logging.getLogger(noisy).setLevel(logging.CRITICAL)
            self._client = MilvusClient(uri, timeout=SECONDS)

    def served(self, alias: str) -> str | None:
        """Return the collection that an alias stands for; None where it stands for none."""
        try:
            with self._asking():
                return str(self._client.describe_alias(alias, timeout=SECONDS)["collection_name"])
        except AbsentError:
            return None

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        with self._asking():
            return sorted(self._client.list_collections(timeout=SECONDS))

    def serve(self, collection: str, alias: str) -> None:
        """Let an alias stand for a collection from now on: one step."""
        before = self.served(alias)
        with self._asking():
            change = self._client.create_alias if before is None else self._client.alter_alias
            change(collection_name=collection, alias=alias, timeout=SECONDS)

    def drop(self, collection: str) -> None:
        """Take a collection away."""
        with self._asking():
            self._client.drop_collection(collection, timeout=SECONDS)

    def create(self, collection: str, fields: Mapping[str, int], dimension: int) -> None:
        """Make a collection whose rows hold these fields, the number `row`, and a vector `dense`; one there was goes.

        Args:
            collection: its name.
            fields: longest text of each text field in bytes; 0 stands for a whole number that rows are picked by.
                Stems in a field `words` are what `lexical` searches.
            dimension: length of the vectors.
        """
        from pymilvus import DataType, Function, FunctionType, MilvusClient  # noqa: PLC0415  (slow to import)

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(KEY, DataType.INT64, is_primary=True)
        schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=dimension)
        for name, longest in fields.items():
            if not longest:
                schema.add_field(name, DataType.INT64)
            elif name == WORDS:
                analysed = {"enable_analyzer": True, "analyzer_params": {"tokenizer": "standard"}}
                schema.add_field(name, DataType.VARCHAR, max_length=longest, **analysed)
                schema.add_field(LEXICAL, DataType.SPARSE_FLOAT_VECTOR)
                bm25 = Function("bm25", FunctionType.BM25, input_field_names=[WORDS], output_field_names=[LEXICAL])
                schema.add_function(bm25)
            else:
                schema.add_field(name, DataType.VARCHAR, max_length=longest)
        with self._asking():
            if self._client.has_collection(collection, timeout=SECONDS):
                self._client.drop_collection(collection, timeout=SECONDS)
            self._client.create_collection(collection, schema=schema, timeout=SECONDS)

    def add(self, collection: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows; they can be found after `finish`."""
        with self._asking():
            self._client.insert(collection, list(rows), timeout=BUILD_SECONDS)

    def finish(self, collection: str, indexes: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> int:
        """Write what was added to the disk, index it, load it; return how many rows are there.

        `indexes` holds kind, metric and parameters of each field's index; the metric is empty for a whole number.
        """
        with self._asking():
            self._client.flush(collection, timeout=BUILD_SECONDS)
            wanted = self._client.prepare_index_params()
            for field, (kind, metric, parameters) in indexes.items():
                # pymilvus takes one pair of braces away; Milvus reads both forms, Milvus Lite only what is left
                more = {"metric_type": metric, "params": {"params": dict(parameters)}} if metric else {}
                wanted.add_index(field_name=field, index_type=kind, index_name=field, **more)
            self._client.create_index(collection, wanted, timeout=BUILD_SECONDS)
            self._client.load_collection(collection, timeout=BUILD_SECONDS)
            (counted,) = self._client.query(
                collection, output_fields=["count(*)"], consistency_level="Strong", timeout=BUILD_SECONDS
            )
            return int(counted["count(*)"])

    def rows(self, collection: str, condition: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return the rows that meet a condition, in no set order."""
        ask = partial(self._client.query, filter=condition, output_fields=list(fields), timeout=SECONDS)
        return [dict(row) for row in self._loaded(collection, ask)]

    def all_rows(self, collection: str, fields: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """Yield every row, many at a time."""
        ask = partial(
            self._client.query_iterator,
            batch_size=_PAGE,
            filter=f"{KEY} >= 0",
            output_fields=list(fields),
            timeout=BUILD_SECONDS,
        )
        pages = self._loaded(collection, ask)
        try:
            while True:
                with self._asking():
                    page = pages.next()
                if not page:
                    return
                yield [dict(row) for row in page]
        finally:
            pages.close()

    def nearest(
        self,
        collection: str,
        field: str,
        query: str | NDArray[np.float32],
        k: int,
        condition: str,
        fields: Sequence[str],
        parameters: Mapping[str, Any],
    ) -> list[tuple[float, dict[str, Any]]]:
        """Return the rows nearest to stems or to a vector, best first, with their scores as the server gives them."""
        ask = partial(
            self._client.search,
            data=[query if isinstance(query, str) else query.tolist()],
            anns_field=field,
            limit=k,
            filter=condition,
            output_fields=list(fields),
            search_params={"params": dict(parameters)},
            timeout=SECONDS,
        )
        (found,) = self._loaded(collection, ask)
        return [(float(hit["distance"]), {KEY: hit[KEY], **hit["entity"]}) for hit in found]

    def close(self) -> None:
        """Let the server go."""
        self._client.close()

    def _loaded(self, collection: str, ask: Callable[[str], T]) -> T:
        """Return what a collection is asked; one that is not in the server's memory is brought there."""
        try:
            with self._asking():
                return ask(collection)
        except _NotLoadedError:
            with self._asking():
                self._client.load_collection(collection, timeout=BUILD_SECONDS)
                return ask(collection)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what goes wrong between here and the server into errors that say what to do."""
        import grpc  # noqa: PLC0415  (only where a server is asked)
        from pymilvus.exceptions import (  # noqa: PLC0415
            ConnectError,
            ConnectionConfigException,
            MilvusException,
            MilvusUnavailableException,
        )

        try:
            yield
        except ConnectionConfigException as error:
            raise SettingsError(
                f"milvus:{self._name} cannot be used ({error.message}); give milvus:http://HOST:19530 or milvus:FILE.db"
            ) from error
        except ValueError as error:  # a connection that was closed meanwhile
            raise self._down(str(error)) from error
        except (grpc.RpcError, MilvusException) as error:
            code = error.code() if callable(error.code) else error.code
            said = error.details() if isinstance(error, grpc.RpcError) else error.message
            if code in _ABSENT:
                raise AbsentError(f"Milvus at {self._name}: {said}; run: footnote index PATH --store …") from error
            if code == _NOT_LOADED:
                raise _NotLoadedError(f"Milvus at {self._name}: {said}") from error
            away = code in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
            retriable = getattr(error, "retriable", False)
            if away or retriable or code in _AWAY or isinstance(error, ConnectError | MilvusUnavailableException):
                raise self._down(said) from error
            raise IndexStoreError(f"Milvus at {self._name} refused: {said}") from error

    def _down(self, said: str) -> StoreDownError:
        _LOG.info("Milvus at %s does not answer: %s", self._name, said)
        return StoreDownError(
            f"Milvus at {self._name} does not answer; see that it runs and that --store names its address, then ask "
            "again"
        )
