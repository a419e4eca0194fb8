"""Script -> Script: a language model, where the user has configured one, is asked who speaks.

It gets scenes with numbered quotations and the people in them, and gives back number -> person. The text of
the script, its order and its kinds are never its business. What it does not answer keeps the local answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from novelcast.errors import AskFailed, SettingsError
from novelcast.llm.answers import Answers, read_answer
from novelcast.llm.apply import Outcome, applied
from novelcast.llm.cost import Usage, estimate, tokens
from novelcast.llm.endpoint import Endpoint, Reply
from novelcast.llm.questions import Batch, batches_of, turns_of
from novelcast.model import Progress, ProgressSink, Script
from novelcast.settings import LlmSettings
from novelcast.workspace import read_model, write_model

__all__ = [
    "answer_file",
    "asked_mark",
    "kept_answers",
    "questions_for",
    "with_answers",
]

STAGE = "ask"
POOR = 0.6
"""The accuracy under which a model is told to be of little use: our own guesses at hard quotations are as good."""
FAILED_IN_A_ROW = 3
"""Requests that came to nothing, after which the rest is not asked."""


def with_answers(
    script: Script, llm: LlmSettings, folder: Path, progress: ProgressSink, *, proxy: str | None = None
) -> Script:
    """The script after the model's answers. Each is kept in `folder` at once, under all that was asked, and is
    not asked for again. `Script.asked` is set where nothing is left to ask. Says through `progress` what it
    will cost, what it has cost, and what keeps the local answer. Raises SettingsError for a key that no header can hold.
    """
    batches = questions_for(script, llm)
    kept = {i: a for i, b in enumerate(batches) if (a := kept_answers(b, llm, folder)) is not None}
    run = _Run(llm, batches, folder, progress, kept)
    if len(kept) < len(batches):
        endpoint = Endpoint(llm, key=_key(llm), proxy=proxy)
        run.say_before(script, endpoint.place)
        try:
            asyncio.run(run.ask(endpoint))
        except BaseException:  # Ctrl-C above all: what it has cost is owed to the user all the same
            run.say_stopped()
            raise
    elif batches:
        run.say_all_kept()
    script, outcome = applied(script, batches, run.answers, llm)
    run.say_after(outcome)
    return script if run.failed else script.model_copy(update={"asked": asked_mark(llm)})


def asked_mark(llm: LlmSettings) -> str:
    """What `Script.asked` says of a script whose questions have been put to this model."""
    what = "all quotations" if llm.ask == "all" else f"quotations under {llm.threshold:g}"
    return f"{llm.model}: {what}"


def questions_for(script: Script, llm: LlmSettings) -> list[Batch]:
    """What the settings have the model asked about a script."""
    below = None if llm.ask == "all" else llm.threshold
    return batches_of(script, below=below, known_from=llm.threshold, size=llm.batch_size)


def _key(llm: LlmSettings) -> str | None:
    key = os.environ.get(llm.key_env, "").strip()
    if not key.isascii() or not key.isprintable():
        raise SettingsError(
            f"the key in {llm.key_env} has characters that no key has", hint="copy it once more"
        )
    return key or None


# ---------------------------------------------------------------- answers on file


def answer_file(batch: Batch, llm: LlmSettings, folder: Path) -> Path:
    """Where the answers to a request are kept: named by the model and all that it was told."""
    return folder / f"{hashlib.sha256(batch.content(llm.model).encode()).hexdigest()[:32]}.json"


def kept_answers(batch: Batch, llm: LlmSettings, folder: Path) -> Answers | None:
    """The answers of an earlier run, if they are of this scene's people; a damaged file counts as none."""
    answers = read_model(answer_file(batch, llm, folder), Answers)
    people = {p.id for p in batch.candidates} | {None}
    fits = answers is not None and people.issuperset(answers.speakers.values())
    return answers if fits else None


# ---------------------------------------------------------------- asking


@dataclass
class _Run:
    """One run's requests. `answers`: by the batch's index; `faults`: why turns have none, and how many."""

    llm: LlmSettings
    batches: Sequence[Batch]
    folder: Path
    progress: ProgressSink
    answers: dict[int, Answers]
    usage: Usage = field(default_factory=Usage)
    faults: Counter[str] = field(default_factory=Counter)
    hints: list[str] = field(default_factory=list)
    in_a_row: int = 0
    stopped: bool = False
    failed: bool = False
    """Whether a question did not reach the model, so that asking again makes sense."""

    async def ask(self, endpoint: Endpoint) -> None:
        todo = [i for i in range(len(self.batches)) if i not in self.answers]
        total, queue = len(todo), iter(todo)
        done = 0

        async def worker() -> None:
            nonlocal done
            for i in queue:
                if not self.stopped:
                    await self._ask_one(i, endpoint)
                else:
                    self._miss(i, "not asked any more")
                done += 1
                self.progress(Progress(stage=STAGE, done=done, total=total))

        async with endpoint:
            workers = [asyncio.create_task(worker()) for _ in range(min(self.llm.concurrency, total))]
            try:
                await asyncio.gather(*workers)
            finally:
                for task in workers:
                    task.cancel()
                await asyncio.gather(*workers, return_exceptions=True)

    async def _ask_one(self, i: int, endpoint: Endpoint) -> None:
        batch = self.batches[i]
        try:
            reply = await endpoint.ask(batch)
        except AskFailed as error:
            self.in_a_row += 1
            self.stopped |= error.fatal or self.in_a_row == FAILED_IN_A_ROW
            self._miss(i, str(error), error.hint)
            return
        self.in_a_row = 0
        self.usage += _counted(reply, batch)
        reading = read_answer(reply.text, len(batch.turns), batch.candidates)
        faults = Counter(why for number, why in reading.faults.items() if number not in batch.tests)
        if faults and reply.cut:
            self.hints.append("answers were cut off: raise max_tokens or lower batch_size")
        self.faults += faults
        if reading.speakers:
            self.answers[i] = Answers(
                model=self.llm.model,
                speakers=reading.speakers,
                tokens_in=reply.tokens_in,
                tokens_out=reply.tokens_out,
            )
            write_model(answer_file(batch, self.llm, self.folder), self.answers[i])

    def _miss(self, i: int, reason: str, hint: str = "") -> None:
        self.failed = True
        self.faults[reason] += self.batches[i].asked
        if hint:
            self.hints.append(hint)

    # ------------------------------------------------------------ telling

    def say_before(self, script: Script, place: str) -> None:
        todo = [b for i, b in enumerate(self.batches) if i not in self.answers]
        quotes = len(turns_of(script))
        asked = sum(b.asked for b in todo)
        requests = "1 request" if len(todo) == 1 else f"{len(todo)} requests"
        known = sum(self.batches[i].asked for i in self.answers)
        before = f" ({known} more are answered from earlier runs)" if known else ""
        self._tell(
            note=f"asking {self.llm.model} at {place} about {asked} of {quotes} quotations{before}, "
            f"in {requests}: {estimate(todo).in_words(self.llm)}"
        )

    def say_all_kept(self) -> None:
        count = sum(b.asked for b in self.batches)
        self._tell(
            note=f"{self.llm.model}: all {count} quotations are answered from earlier runs; nothing is asked"
        )

    def say_stopped(self) -> None:
        if self.usage != Usage():
            self._tell(
                note=f"{self.llm.model}: stopped after {self.usage.in_words(self.llm)}; the answers are kept"
            )

    def say_after(self, outcome: Outcome) -> None:
        llm = self.llm
        if self.usage != Usage():
            words = ", ".join(f"{n} {what}" for what, n in outcome.counts.items() if n)
            answers = "1 answer" if (n := sum(outcome.counts.values())) == 1 else f"{n} answers"
            known = (
                f"; right about {outcome.right} of {outcome.tests} that the text tells"
                if outcome.tests
                else ""
            )
            told = f"{answers}{': ' * bool(words)}{words}{known}; {self.usage.in_words(llm)}"
            self._tell(note=f"{llm.model}: {told}")
        if outcome.accuracy < POOR and outcome.tests:
            wrong = f"{outcome.tests - outcome.right} of {outcome.tests}"
            self._tell(
                warning=f"{llm.model} is wrong about {wrong} quotations whose speaker the text tells, so its answers "
                "count for little; what to do: ask a better model, or none (--no-llm)"
            )
        if missed := sum(self.faults.values()):
            reasons = ", ".join(f"{reason} ({n})" for reason, n in self.faults.most_common())
            hint = "; ".join(dict.fromkeys(self.hints))
            what = "1 question keeps" if missed == 1 else f"{missed} questions keep"
            self._tell(
                warning=f"{llm.model}: {what} the local answer: {reasons}"
                + (f"; what to do: {hint}" if hint else "")
            )

    def _tell(self, *, note: str = "", warning: str = "") -> None:
        self.progress(Progress(stage=STAGE, done=0, total=0, note=note, warning=warning))


def _counted(reply: Reply, batch: Batch) -> Usage:
    """As the service counted, or as we guess where it did not."""
    if reply.tokens_in or reply.tokens_out:
        return Usage(reply.tokens_in, reply.tokens_out)
    return Usage(estimate([batch]).tokens_in, tokens(reply.text), guessed=True)
