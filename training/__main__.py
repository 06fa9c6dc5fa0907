"""`python -m training DATA --out DIR`: examples, training, export, report, in this order; what is done is kept."""

from __future__ import annotations

import argparse
import logging
import random
from pathlib import Path

from training.encoder import Encoder
from training.library import Library
from training.loop import Settings, averaged, train
from training.mixture import build
from training.records import read_groups
from training.split import SEED

STEPS = ("data", "train", "export", "report")
log = logging.getLogger("training")


def main() -> None:
    """Run the steps asked for; all of them unless --only names one."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad2, clapnq, medquad, bioasq, wice and scifact")
    parser.add_argument("--out", type=Path, required=True, help="folder for examples, checkpoints and figures")
    parser.add_argument("--only", choices=STEPS, action="append", help="run this step alone (may be repeated)")
    parser.add_argument("--groups", type=int, default=24_000, help="questions to make, about three passages each")
    parser.add_argument("--minutes", type=float, default=Settings().minutes, help="training time")
    parser.add_argument("--start", type=Path, help="folder of an earlier run whose weights this one begins with")
    parser.add_argument(
        "--beside",
        nargs=2,
        action="append",
        default=[],
        metavar=("FOLDER", "SHARE"),
        help="an earlier run, and the share in which its weights are averaged in at export (may be repeated)",
    )
    parser.add_argument("--weights", type=Path, default=Path("qa/weights"), help="where the exported model goes")
    parser.add_argument("--questions", type=int, default=2_000, help="held-out SQuAD2 questions, at most")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    random.seed(SEED)
    options.out.mkdir(parents=True, exist_ok=True)
    steps = options.only or STEPS
    examples = options.out / "groups.jsonl"
    if "data" in steps and not examples.exists():
        encoder = Encoder(options.out / "vectors")
        mixture = build(Library.read(options.data, encoder), encoder)
        part = examples.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(group.to_json() + "\n" for group in mixture.groups(options.groups))
        part.replace(examples)
    if "train" in steps:
        train(list(read_groups(examples)), options.out, Settings(minutes=options.minutes), options.start)
    if "export" in steps:
        from training.export import export  # noqa: PLC0415 - onnx is needed for this step alone

        beside = [(Path(folder), float(share)) for folder, share in options.beside]
        export(averaged(options.out, beside), options.weights, options.out)
    if "report" in steps:
        from training.report import report  # noqa: PLC0415 - reads the exported model

        report(options.data, options.weights, options.out, options.questions)


if __name__ == "__main__":
    main()
