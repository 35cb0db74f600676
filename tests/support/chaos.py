"""One seeded run of a campaign through every kind of trouble, checked against the truth at each stop."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from tests.support import faults
from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.faults import Fault, FaultPlan
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.reporter import Reporter, Serve
from tests.support.truth import Truth, check, doubtful_batches, proved, require

_ENDS_A_RUN = (faults.REDIRECT, faults.KEY_REVOKED, faults.BAD_REQUEST, faults.TOO_LARGE, faults.STRAY_200)

MIX: dict[Fault, float] = {
    faults.OK: 70.0,
    **{fault: 0.2 if fault in _ENDS_A_RUN else 1.0 for fault in faults.EVERY_FAULT},
    faults.late(1.6): 1.0,
}
"""What requests meet; the faults that stop a command at once are rarer, so that runs come to an end."""

DESK_MIX: dict[Fault, float] = {
    faults.OK: 12.0,
    **dict.fromkeys((faults.rate_limited(0), faults.SERVER_ERROR, faults.KEY_REVOKED, faults.REDIRECT), 1.0),
    **dict.fromkeys((faults.RESET_BEFORE_BODY, faults.HANG, faults.TRICKLE, faults.SHORT_BODY), 1.0),
}
"""What questions to the log meet."""

TIMEOUT_SECONDS = 0.8
_MOST_COMMANDS = 60
_KILLS = 3
_LOOKS = 2
_AT_ONCE = 0.4
STAGES = ("received", "accepted", "answered")


@dataclass
class Trigger:
    """Sends a signal to a process when the provider has seen enough."""

    process: subprocess.Popen[str] | None = None
    stage: str = ""
    from_seq: int = 0
    number: signal.Signals = signal.SIGKILL
    fired: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, process: subprocess.Popen[str], stage: str, from_seq: int, number: signal.Signals) -> None:
        """Fire at this stage of the first request from ``from_seq`` on."""
        with self._lock:
            self.process, self.stage, self.from_seq, self.number = process, stage, from_seq, number
            self.fired = False

    def disarm(self) -> bool:
        """Forget the process, which has ended; return whether it got the signal."""
        with self._lock:
            self.process = None
            return self.fired

    def see(self, stage: str, seen: SeenRequest) -> None:
        """A hook of the local provider."""
        with self._lock:
            if self.process is None or self.fired or stage != self.stage or seen.seq < self.from_seq:
                return
            self.fired = True
            if self.process.poll() is None:
                os.kill(self.process.pid, self.number)


@dataclass(slots=True)
class Result:
    """What one run went through, counted."""

    seed: int
    commands: int = 0
    kills: int = 0
    terms: int = 0
    requests: int = 0
    faults: int = 0
    doubtful_batches: int = 0
    most_in_doubt: int = 0
    refused: int = 0
    submitted: int = 0
    proved: int = 0
    """Doubts settled by evidence; ``doubtful_batches`` are those that a person settled."""
    reported_at_once: int = 0
    """Requests whose events came while the command ran."""
    server_deaths: int = 0


class Run:
    """Drives the command line until the campaign is finished."""

    def __init__(
        self,
        seed: int,
        cli: Cli,
        recipients: frozenset[str],
        *,
        batch_size: int,
        look_also: Callable[[LocalSendGrid], None] = lambda _server: None,
        log_lag: int | None = None,
        desk_mix: Mapping[Fault, float] | None = None,
    ) -> None:
        """``look_also`` is called at each stop with the provider, to check more than who got mail.

        With ``log_lag`` the provider has a log, which lags by so many searches; ``desk_mix`` is what questions meet.
        """
        self._dice = random.Random(seed)
        self._cli = cli
        self._recipients = recipients
        self._batch_size = batch_size
        self._in_flight = self._dice.choice([1, 4, 8])
        self._look_also = look_also
        self._log_lag = log_lag
        self._desk_plan = FaultPlan(seed, desk_mix) if desk_mix else None
        self._looks_left = _LOOKS
        self._trigger = Trigger()
        self._kills_left = _KILLS
        self.result = Result(seed=seed)

    @property
    def _database(self) -> Path:
        return self._cli.workspace / "mailer.db"

    def go(self) -> Result:
        """Run; raises ``PromiseBrokenError`` as soon as something is not as promised."""
        plan = FaultPlan(self.result.seed, MIX)
        see = self._trigger.see
        with LocalSendGrid(
            plan=plan,
            log_lag=self._log_lag,
            desk_plan=self._desk_plan,
            on_received=partial(see, "received"),
            on_accepted=self._accepted,
            on_answered=partial(see, "answered"),
        ) as server:
            self._cli.extra = sendgrid_environment(
                server.base_url,
                API_KEY,
                batch_size=self._batch_size,
                in_flight=self._in_flight,
                timeout=TIMEOUT_SECONDS,
            )
            done = False
            while not done:
                require(self.result.commands < _MOST_COMMANDS, "the campaign does not come to an end")
                done = self._step(server)
            require(
                server.journal.violations == [], f"the provider's rules were broken: {server.journal.violations[:3]}"
            )
            require(not server.decoy_calls, "a redirect was followed")
            self.result.requests = len(server.requests)
            self.result.faults = sum(request.fault is not faults.OK for request in server.requests)
        return self.result

    def _step(self, server: LocalSendGrid) -> bool:
        """One command, killed or not, then the checks; True when the campaign is finished."""
        started = bool(self._cli_campaign_exists())
        arguments = ["resume", STARTER] if started else ["send", STARTER, "--to", "tous"]
        if not started:
            arguments += ["--confirm", f"{STARTER}:{len(self._recipients)}"]
        process = self._cli.start(*arguments)
        if self._kills_left:
            self._kills_left -= 1
            stage = self._dice.choice(STAGES)
            number = self._dice.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
            self._trigger.arm(process, stage, len(server.requests) + self._dice.randint(1, 18), number)
        out, err = self._wait(process)
        self.result.commands += 1
        self.result.kills += self._trigger.disarm() and process.returncode == -signal.SIGKILL
        self.result.terms += process.returncode in {130, -signal.SIGTERM}
        require("Traceback" not in err, f"a traceback:\n{out}\n{err}")
        allowed = {0, 4, 6, 130, -signal.SIGKILL}
        if f"{STARTER}: " in out + err:  # its last words are said and its handler may be gone
            allowed.add(-signal.SIGTERM)
        require(process.returncode in allowed, f"exit code {process.returncode}\n{out}\n{err}")
        return self._look(server, code=process.returncode)

    def _accepted(self, seen: SeenRequest) -> None:
        self._trigger.see("accepted", seen)

    def _wait(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """Let a command come to its end; return what it said."""
        return process.communicate(timeout=180)

    def _cli_campaign_exists(self) -> bool:
        return self._database.exists() and self._cli.status()["state"] != "none"

    def _look(self, server: LocalSendGrid, *, code: int) -> bool:
        status = self._cli.status()
        truth = Truth(accepted=server.accepted, addresses=self._recipients)
        check(status, self._database, truth)
        self._look_also(server)
        require(self._agree(code, status["state"]), f"exit code {code}, and the state is {status['state']}")
        self.result.most_in_doubt = max(self.result.most_in_doubt, status["unknown"])
        if status["state"] == "finished":
            self.result.submitted, self.result.refused = status["submitted"], status["refused"]
            self.result.proved = proved(self._database)
            return True
        if status["unknown"] and not status["pending"]:
            self._face_doubts(truth)
        return False

    def _agree(self, code: int, state: str) -> bool:
        """A command that a signal killed has said nothing; it may have finished the campaign just before."""
        return code < 0 or (code == 0) == (state == "finished")

    def _face_doubts(self, truth: Truth) -> None:
        """Let a log be asked again before a person looks; what the log can tell is not left to the person."""
        if self._log_lag is not None and self._looks_left:
            self._looks_left -= 1
            return
        self._looks_left = _LOOKS
        if self._log_lag is not None and self._desk_plan is None:
            known = [number for number, mark in doubtful_batches(self._database) if mark in truth.marks()]
            require(not known, f"the log knows that batches {known} were accepted, and resume did not find it")
        self._resolve(truth)

    def _resolve(self, truth: Truth) -> None:
        """Be the person who looks each batch up with the provider."""
        sizes = {batch["no"]: batch["recipients"] for batch in self._cli.status()["batches"]}
        for number, mark in doubtful_batches(self._database):
            self.result.doubtful_batches += 1
            if mark in truth.marks():
                self._cli.ok("resolve", STARTER, str(number), "--as", "submitted")
            else:
                confirm = f"{STARTER}:{sizes[number]}"
                self._cli.ok("resolve", STARTER, str(number), "--as", "pending", "--confirm", confirm)


class ReportedRun(Run):
    """A run in which the provider reports what it accepted, so that a person settles only what it never took.

    Some is reported while the command still runs, also before its answer and after a kill; the rest at each stop.
    """

    def __init__(self, seed: int, cli: Cli, recipients: frozenset[str], *, batch_size: int, serve: Serve) -> None:
        self._chance = random.Random(f"at once {seed}")
        self._to_report = SimpleQueue[SeenRequest | None]()
        self.reporter = Reporter(serve, random.Random(f"reports {seed}"))
        super().__init__(seed, cli, recipients, batch_size=batch_size, look_also=self.reporter.report)

    def _accepted(self, seen: SeenRequest) -> None:
        self._to_report.put(seen)  # before anybody is killed by what was seen
        super()._accepted(seen)

    def _wait(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        with ThreadPoolExecutor(1) as pool:
            reporting = pool.submit(self._report_at_once)
            try:
                return super()._wait(process)
            finally:
                self._to_report.put(None)
                reporting.result()

    def _report_at_once(self) -> None:
        while (seen := self._to_report.get()) is not None:
            if self._chance.random() < _AT_ONCE:
                self.reporter.report_request(seen)
                self.result.reported_at_once += 1

    def _agree(self, code: int, state: str) -> bool:
        """A report may finish the campaign when the command has ended already, whatever that said."""
        return code != 0 or state == "finished"

    def _resolve(self, truth: Truth) -> None:
        taken = [mark for _, mark in doubtful_batches(self._database) if mark in truth.marks()]
        require(not taken, f"reported, and still in doubt: {taken}")
        super()._resolve(truth)
