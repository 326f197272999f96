"""The decisions about shared budgets, with workers that are slow, silent or killed, and messages that are lost.

Workers are the shares of real token pools on a clock of the test. The invariant of the machine: in each window, the
server refuses at most as many calls as reached it in a later window than that in which they were sent, as other
programs have sent, and as killed or stopped workers had sent without having reported it.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gitfleet_api.budgets import BudgetReply, BudgetReport
from gitfleet_api.budgets.encoding import decode, encode
from gitfleet_api.budgets.policy import HOLDER_LIFETIME, LEASE_LIFETIME, exchange
from gitfleet_api.ratelimit.buckets import Bucket, Demand, Lease, choose_bucket
from gitfleet_api.ratelimit.shares import Share, Sheet

BEGIN = 1_700_000_000.0
WINDOW = 60.0
DEMAND = Demand("https://api.example.org", "core")


class _Server:
    """Counts calls in windows that begin with a call."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.number = 0
        self.ends = 0.0
        self.used = self.ours = self.refused = self.excused = 0

    def call(self, now: float, sent_in: int, *, is_foreign: bool = False) -> tuple[int, float]:
        self.look(now)
        if self.ends == 0.0:
            self.ends = now + WINDOW
        self.excused += is_foreign or sent_in != self.number
        if self.used < self.limit:
            self.used += 1
            self.ours += not is_foreign
        else:
            self.refused += not is_foreign
        return self.limit - self.used, self.ends

    def look(self, now: float) -> None:
        if self.ends and now >= self.ends:
            self.begin()

    def begin(self) -> None:
        self.number += 1
        self.ends, self.used, self.ours, self.refused, self.excused = 0.0, 0, 0, 0, 0


class _Call:
    def __init__(self, lease: Lease[None], window: int) -> None:
        self.lease = lease
        self.window = window
        self.response: tuple[int, float] | None = None


class _Worker:
    """A pool with one bucket."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bucket = Bucket()
        self.share = Share("key", lambda: None, counts_calls=True)
        self.bucket.share = self.share
        self.calls: list[_Call] = []
        self.sheet: Sheet | None = None
        self.reply: BudgetReply | None = None
        self.unreported = 0

    def send(self, now: float, window: int) -> None:
        outcome = choose_bucket([(None, self.bucket, None)], DEMAND, now)
        if isinstance(outcome, Lease):
            self.calls.append(_Call(outcome, window))
            self.unreported += 1
        elif outcome.until_lease:
            self.share.ask()

    def receive(self, position: int, now: float) -> None:
        call = self.calls.pop(position)
        assert call.response is not None
        remaining, end = call.response
        self.bucket.observe(remaining, end, now)
        self.share.observe(remaining, end, call.lease.generation, now)
        call.lease.end(lambda: now)


class _Machine(RuleBasedStateMachine):
    """Workers of one budget, its server, and the store between them."""

    limit = 20
    reserve = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.server = _Server(self.limit)
        self.text: str | None = None
        self.started = 0
        self.workers: list[_Worker] = []
        for _ in range(3):
            self._start()

    def _start(self) -> _Worker:
        self.started += 1
        worker = _Worker(f"worker-{self.started}")
        self.workers.append(worker)
        return worker

    def _worker(self, number: int) -> _Worker:
        return self.workers[number % len(self.workers)]

    def _ask(self, worker: _Worker, report: BudgetReport) -> BudgetReply:
        state = decode(self.text)
        before, left = state.holders.taken(), state.left(self.reserve)
        known = state.total is not None and state.window is not None and state.window > self.now
        reply = exchange(state, worker.name, report, self.reserve, self.now)
        text = encode(state)
        assert encode(decode(text)) == text
        assert reply.leased >= report.spent or reply.window != report.window
        assert reply.left >= 0
        assert reply.workers >= 1
        if known and report.window is None and not report.leased and not report.spent:  # it reports nothing new
            assert state.holders.taken() <= before + left
        self.text = text
        return reply

    # -- calls

    @rule(number=st.integers(0, 2), calls=st.integers(1, 12))
    def send(self, number: int, calls: int) -> None:
        for _ in range(calls):
            self.server.look(self.now)
            self._worker(number).send(self.now, self.server.number)

    @rule(number=st.integers(0, 2), most=st.integers(1, 12))
    def serve(self, number: int, most: int) -> None:
        for call in [call for call in self._worker(number).calls if call.response is None][:most]:
            call.response = self.server.call(self.now, call.window)

    @rule(number=st.integers(0, 2), position=st.integers(0, 20), most=st.integers(1, 12))
    def receive(self, number: int, position: int, most: int) -> None:
        worker = self._worker(number)
        for _ in range(most):
            served = [index for index, call in enumerate(worker.calls) if call.response is not None]
            if served:
                worker.receive(served[position % len(served)], self.now)

    @rule(number=st.integers(0, 2), calls=st.integers(1, 25))
    def work(self, number: int, calls: int) -> None:
        """Send calls one after another, each with its response at once, and talk to the store whenever that is due."""
        worker = self._worker(number)
        for _ in range(calls):
            self.server.look(self.now)
            if worker.share.due_at() <= self.now and worker.sheet is None:
                self._talk(worker)
            worker.send(self.now, self.server.number)
            for index in reversed(range(len(worker.calls))):
                call = worker.calls[index]
                if call.response is None:
                    call.response = self.server.call(self.now, call.window)
                worker.receive(index, self.now)
            self.now += 0.05

    # -- messages

    def _talk(self, worker: _Worker) -> None:
        sheet = worker.share.report(self.now)
        worker.unreported = 0
        worker.share.apply(sheet, self._ask(worker, sheet.report), self.now)

    @rule(number=st.integers(0, 2))
    def talk(self, number: int) -> None:
        worker = self._worker(number)
        if worker.sheet is None:
            self._talk(worker)

    @rule(number=st.integers(0, 2))
    def begin_report(self, number: int) -> None:
        worker = self._worker(number)
        if worker.sheet is None:
            worker.sheet, worker.reply = worker.share.report(self.now), None

    @rule(number=st.integers(0, 2))
    def arrive_at_store(self, number: int) -> None:
        """A report arrives, perhaps for the second time."""
        worker = self._worker(number)
        if worker.sheet is not None and self.now <= worker.sheet.sent_at + 5.0:
            worker.reply = self._ask(worker, worker.sheet.report)
            worker.unreported = max(0, worker.share.spent - worker.sheet.report.spent)

    @rule(number=st.integers(0, 2), is_lost=st.booleans())
    def end_report(self, number: int, is_lost: bool) -> None:
        worker = self._worker(number)
        if worker.sheet is not None and worker.reply is not None and not is_lost:
            worker.share.apply(worker.sheet, worker.reply, self.now)
        worker.sheet = worker.reply = None

    # -- what happens

    @rule(seconds=st.sampled_from([0.01, 0.4, 1.1, 3.0]))
    def wait(self, seconds: float) -> None:
        self._pass(seconds)

    @rule(seconds=st.sampled_from([6.0, 16.0, 21.0, 65.0]))
    def wait_long(self, seconds: float) -> None:
        """A request reaches its server within seconds; its response may take any time."""
        self._pass(0.01)
        for worker in self.workers:
            for call in worker.calls:
                if call.response is None:
                    call.response = self.server.call(self.now, call.window)
        if seconds > LEASE_LIFETIME:  # all processes were stopped
            self.server.excused += sum(worker.unreported for worker in self.workers)
        self._pass(seconds)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self.server.look(self.now)

    @rule(calls=st.integers(1, 5))
    def foreign_calls(self, calls: int) -> None:
        for _ in range(calls):
            self.server.call(self.now, self.server.number, is_foreign=True)

    @rule()
    def early_window(self) -> None:
        if self.server.ends and self.server.ends > self.now + 10:
            self.server.begin()

    @precondition(lambda self: self.started < 8)
    @rule(number=st.integers(0, 2))
    def kill(self, number: int) -> None:
        worker = self._worker(number)
        self.workers.remove(worker)
        self.server.look(self.now)
        for call in worker.calls:
            if call.response is None:
                self.server.call(self.now, call.window)
        self.server.excused += worker.unreported + len(worker.calls)
        self._start()

    # -- what must be true

    @invariant()
    def no_call_is_refused_without_a_reason(self) -> None:
        assert self.server.refused <= self.server.excused

    @invariant()
    def the_reserve_is_left(self) -> None:
        most = self.limit - min(self.reserve, self.limit // 2)
        assert self.server.ours <= most + self.server.excused

    def teardown(self) -> None:
        """Nothing stays leased for ever: a worker that is alone can spend all that is left of the next window."""
        for worker in self.workers:
            for call in worker.calls:
                if call.response is None:
                    call.response = self.server.call(self.now, call.window)
        self._pass(2 * WINDOW + HOLDER_LIFETIME)
        self.workers.clear()
        self._start()
        for _ in range(10 * self.limit):
            if self.server.number and self.server.used == self.limit - min(self.reserve, self.limit // 2):
                break
            self.work(0, 1)
            self._pass(0.15)
        assert self.server.ours == self.limit - min(self.reserve, self.limit // 2)
        assert self.server.refused == 0
        state = decode(self.text)
        assert len(list(state.holders)) <= self.started


def test_no_call_is_leased_twice_and_none_is_lost() -> None:
    run_state_machine_as_test(_Machine, settings=settings(max_examples=150, stateful_step_count=60))


def test_a_reserve_is_left_whatever_happens() -> None:
    class WithReserve(_Machine):
        reserve = 6

    run_state_machine_as_test(WithReserve, settings=settings(max_examples=75, stateful_step_count=60))
