"""The runner: every task in every configuration, resumed where a run was stopped, figures as soon as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.evaluation.costs import part_costs
from qa.evaluation.figures import Figure, difference_figures, part_figures
from qa.evaluation.journal import Journal, Part
from qa.evaluation.provenance import code_digest, commit, machine
from qa.evaluation.records import digest
from qa.evaluation.results import Results, write_results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qa.evaluation.configuration import Configuration
    from qa.evaluation.progress import Progress
    from qa.evaluation.task import Parts, Task


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run is made: where it is kept, the seed of its intervals, and whether earlier outcomes may be used."""

    out: Path
    seed: int = 0
    fresh: bool = False


class Run:
    """A run over tasks and configurations."""

    def __init__(
        self,
        tasks: Sequence[Task],
        configurations: Sequence[Configuration],
        parts: Parts,
        settings: RunSettings,
        own: Mapping[str, Sequence[Configuration]] | None = None,
    ) -> None:
        """Plan the run; the tasks whose dataset stands in `own` have their own configurations."""
        chosen = own or {}
        self.tasks = tasks
        self.parts = parts
        self.settings = settings
        self.plan = {
            task.dataset: [c for c in chosen.get(task.dataset, configurations) if task.applies(c)] for task in tasks
        }
        self.commit = commit()  # now, not when results are written: the code in memory is this one
        self.figures: list[Figure] = []
        self.costs: list[Figure] = []

    def execute(self, progress: Progress) -> Results:
        """Measure everything; `results.json` is written anew after every part.

        Raises:
            EvaluationError: the folder cannot be written.
            EncoderError: an encoder cannot be loaded.
        """
        with Journal(self.settings.out, self._keys(), fresh=self.settings.fresh) as journal:
            for task in self.tasks:
                for configuration in self.plan[task.dataset]:
                    self._measure(task, configuration, journal, progress)
                    write_results(self.results(complete=False), self.settings.out)
                self.figures += difference_figures(task.dataset, journal.outcomes, self.settings.seed)
                progress.show(task.dataset, [f for f in self.figures if f.dataset == task.dataset])
        results = self.results(complete=True)
        write_results(results, self.settings.out)
        return results

    def results(self, *, complete: bool) -> Results:
        """Return what is known so far."""
        return Results(
            figures=self.figures,
            costs=self.costs,
            commit=self.commit,
            corpus_hash={task.dataset: task.digest for task in self.tasks},
            models=dict(self.parts.models),
            seed=self.settings.seed,
            machine=machine(),
            notices={task.dataset: list(task.notices) for task in self.tasks if task.notices},
            primary={task.dataset: task.primary for task in self.tasks},
            complete=complete,
        )

    def _measure(self, task: Task, configuration: Configuration, journal: Journal, progress: Progress) -> None:
        part: Part = (task.dataset, configuration.name)
        done = journal.done(part)
        wanted = [query for query in task.queries if query not in done]
        encoded, seconds = self.parts.encoded
        with progress.part(f"{task.dataset} · {configuration.name}", total=len(task.queries), done=len(done)) as bar:
            self.parts.progress = bar.encoded
            if wanted:
                for outcomes in task.run(configuration, frozenset(wanted)):
                    journal.add(outcomes)
                    bar.advance(len(outcomes))
        by_id = {outcome.query_id: outcome for outcome in journal.outcomes[part]}
        ordered = [by_id[query] for query in task.queries]
        journal.outcomes[part] = ordered
        self.figures += part_figures(*part, ordered, self.settings.seed)
        encoded_now, seconds_now = self.parts.encoded
        latencies = task.latencies(configuration, ordered)
        words = [float(o.observed["words"]) for o in ordered if o.observed.get("words")]
        work = (encoded_now - encoded, seconds_now - seconds)
        self.costs += part_costs(*part, latencies, words, *work, self.settings.seed)

    def _keys(self) -> dict[Part, str]:
        """Return what a row of each part must have been made with to count as done."""
        return {
            (task.dataset, configuration.name): self._key(task, configuration)
            for task in self.tasks
            for configuration in self.plan[task.dataset]
        }

    def _key(self, task: Task, configuration: Configuration) -> str:
        fingerprint, judge = self.parts.encoder(configuration).fingerprint, self.parts.judge(configuration).name
        return digest([task.digest, configuration.name, fingerprint, judge, self.parts.measures, code_digest()])[:16]
