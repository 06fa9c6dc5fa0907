"""`python -m index`: the commands about a corpus, as `footnote` has them too."""

from __future__ import annotations

import argparse
import sys

from corpus.errors import FootnoteError
from index.commands import add_commands


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m index", description="Index, search and show a corpus.")
    add_commands(parser.add_subparsers(title="commands", required=True))
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
