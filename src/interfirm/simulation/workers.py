"""Who does the work: this process, a pool of local processes, or a Dask cluster. The results are the same."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from interfirm.errors import UsageError
from interfirm.simulation.plan import Plan, Replicate, replicate

if TYPE_CHECKING:
    from concurrent.futures import Future


class Workers(Protocol):
    """Something that runs replications of a plan; results come in any order."""

    def run(self, plan: Plan, numbers: Iterable[int]) -> Generator[Replicate, None, None]:
        """Run these replications and yield each as soon as it is there."""
        ...

    def width(self) -> int:
        """How many replications it runs at the same time."""
        ...


class Here:
    """One after the other, in this process."""

    def run(self, plan: Plan, numbers: Iterable[int]) -> Generator[Replicate, None, None]:
        """Run them in order."""
        for number in numbers:
            yield replicate(plan, number)

    def width(self) -> int:
        """One."""
        return 1


class Processes:
    """A pool of local processes.

    Parameters
    ----------
    count
        How many; one per processor if None.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1

    def run(self, plan: Plan, numbers: Iterable[int]) -> Generator[Replicate, None, None]:
        """Run them on all processes; twice as many as there are processes wait in line."""
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        left = iter(numbers)
        running: set[Future[Replicate]] = set()
        pool = ProcessPoolExecutor(self.count, mp_context=get_context("spawn"), initializer=_begin, initargs=(plan,))
        try:
            while True:
                for number in left:
                    running.add(pool.submit(_work, number))
                    if len(running) >= 2 * self.count:
                        break
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for item in done:
                    yield item.result()
        except BrokenProcessPool as problem:
            raise UsageError("A worker was ended from outside, perhaps because memory ran out. What was finished is "
                             "kept: run the same command again, with fewer --workers.") from problem
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


    def width(self) -> int:
        """As many as there are processes."""
        return self.count


_given: list[Plan] = []


def _begin(plan: Plan) -> None:
    """Give a worker process its plan; the parent alone answers Ctrl-C."""
    import signal

    _given[:] = [plan]
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(number: int) -> Replicate:
    return replicate(_given[0], number)


class Dask:
    """A Dask cluster that is already there.

    Parameters
    ----------
    address
        Of its scheduler, e.g. ``tcp://10.0.0.5:8786``.
    patience
        Seconds to wait for the scheduler to answer.
    """

    def __init__(self, address: str, patience: float = 20.0) -> None:
        self.address, self.patience = address, patience

    def run(self, plan: Plan, numbers: Iterable[int]) -> Generator[Replicate, None, None]:
        """Run them on all workers of the cluster; a worker that dies is replaced by the others."""
        client = self._client()
        try:
            yield from self._stream(client, plan, iter(numbers))
        except _lost() as problem:
            raise UsageError(f"The scheduler at {self.address} was lost ({_short(problem)}). What was finished is "
                             "kept. Start the cluster and run the same command again.") from problem
        except _killed() as problem:
            raise UsageError("Several workers in turn were ended while they ran the same replication, perhaps because "
                             "memory ran out. What was finished is kept: give the workers more memory and run the same "
                             "command again.") from problem
        finally:
            with suppress(Exception):
                client.close(timeout=2)

    def width(self) -> int:
        """Threads of the cluster's workers; asks the scheduler."""
        client = self._client()
        try:
            return sum(int(item["nthreads"]) for item in client.scheduler_info(n_workers=-1)["workers"].values())
        finally:
            with suppress(Exception):
                client.close(timeout=2)

    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError("--scheduler needs the package 'distributed': pip install 'interfirm[distributed]'.") \
                from None
        try:
            client = Client(self.address, timeout=self.patience, set_as_default=False)
            client.wait_for_workers(1, timeout=self.patience)
        except (OSError, TimeoutError, ValueError) as problem:
            raise UsageError(f"No scheduler with workers answers at {self.address} ({_short(problem)}). Start one with "
                             "'dask scheduler' and 'dask worker ADDRESS', and check the address.") from problem
        return client

    def _stream(self, client: Any, plan: Plan, left: Iterator[int]) -> Generator[Replicate, None, None]:
        from distributed import as_completed

        _check_memory(plan, client.scheduler_info(n_workers=-1)["workers"])
        shared = client.scatter(plan, broadcast=False, hash=False)
        width = 2 * max(1, len(client.scheduler_info(n_workers=-1)["workers"])) + 2
        flow = as_completed([], loop=client.loop, with_results=True)
        waiting = 0
        for number in left:
            flow.add(client.submit(replicate, shared, number, pure=False))
            waiting += 1
            if waiting >= width:
                break
        for _, result in flow:
            if isinstance(result, BaseException):
                raise result
            yield result
            waiting -= 1
            for number in left:
                flow.add(client.submit(replicate, shared, number, pure=False))
                waiting += 1
                break


def _check_memory(plan: Plan, hired: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a plan of which some worker could not hold a run on each of its threads."""
    need = plan.memory()
    for address, item in hired.items():
        limit = item.get("memory_limit")
        if limit and need * int(item["nthreads"]) > limit:
            raise UsageError(f"The worker at {address} may use {limit / 1e9:.3g} GB, and {item['nthreads']} runs at a "
                             f"time need {need * int(item['nthreads']) / 1e9:.3g} GB. Start workers with fewer "
                             "--nthreads or a larger --memory-limit.")


def _lost() -> tuple[type[BaseException], ...]:
    """What the library raises when the scheduler goes away."""
    import asyncio
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError
    from distributed.comm import CommClosedError

    return (CommClosedError, FutureCancelledError, CancelledError, asyncio.CancelledError, OSError, TimeoutError)


def _killed() -> type[BaseException]:
    from distributed import KilledWorker

    found: type[BaseException] = KilledWorker
    return found


def _short(problem: BaseException) -> str:
    return " ".join(str(problem).split())[:120] or type(problem).__name__


def workers(count: int | None = None, scheduler: str | None = None) -> Workers:
    """The workers that were asked for: a scheduler, one process, or several."""
    if scheduler is not None:
        return Dask(scheduler)
    if count is not None and count < 1:
        raise UsageError(f"--workers is {count}; expected 1 or more.")
    return Here() if count == 1 else Processes(count)
