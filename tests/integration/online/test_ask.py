"""Asking for many addresses: all answered, politely, within one time."""

from __future__ import annotations

import socket
import threading
import time

from apes_mailer.model.answer import Reach
from apes_mailer.online.ask import ask
from tests.support.http_wire import Head, Reply, send, wait_until_closed
from tests.support.local_web import LocalWeb

LONG = 30.0
OK = Reply(status=200)


def test_nothing_to_ask_for_is_answered_at_once() -> None:
    assert ask([], within=LONG) == {}


def test_each_address_has_its_answer_and_is_asked_for_once() -> None:
    with LocalWeb({"/a": OK, "/b": OK}) as one, LocalWeb({"/a": OK}) as other:
        urls = [f"{one.url}/a", f"{one.url}/b", f"{other.url}/a", f"{other.url}/none", f"{one.url}/a"]
        answers = ask(urls, within=LONG)
        assert {url: answer.reach for url, answer in answers.items()} == {
            f"{one.url}/a": Reach.REACHED,
            f"{one.url}/b": Reach.REACHED,
            f"{other.url}/a": Reach.REACHED,
            f"{other.url}/none": Reach.MISSING,
        }
        assert sorted(one.paths()) == ["/a", "/b"]


def test_a_host_is_asked_for_one_address_at_a_time() -> None:
    answering = threading.Lock()
    alone: list[bool] = []

    def page(connection: socket.socket, _head: Head) -> None:
        alone.append(answering.acquire(blocking=False))
        web.pause(0.02)  # long enough that another one would come in between
        if alone[-1]:
            answering.release()  # before the answer, which the next one may follow at once
        send(connection, OK.encode())

    with LocalWeb({f"/{number}": page for number in range(12)}) as web:
        ask([f"{web.url}/{number}" for number in range(12)], within=LONG)
    assert alone == [True] * 12


def test_hosts_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=LONG)

    def page(connection: socket.socket, _head: Head) -> None:
        together.wait()  # broken, and without an answer, unless all three are here at once
        send(connection, OK.encode())

    with LocalWeb({"/": page}) as one, LocalWeb({"/": page}) as two, LocalWeb({"/": page}) as three:
        answers = ask([f"{web.url}/" for web in (one, two, three)], within=LONG)
    assert {answer.reach for answer in answers.values()} == {Reach.REACHED}


def test_our_own_host_is_asked_for_several_at_a_time() -> None:
    together = threading.Barrier(4, timeout=LONG)

    def page(connection: socket.socket, _head: Head) -> None:
        together.wait()
        send(connection, OK.encode())

    with LocalWeb({f"/{number}": page for number in range(4)}) as web:
        answers = ask([f"{web.url}/{number}" for number in range(4)], within=LONG, on_one_host=4)
    assert {answer.reach for answer in answers.values()} == {Reach.REACHED}


def test_hosts_that_keep_silent_hold_nobody_longer_than_the_whole_time() -> None:
    def silent(connection: socket.socket, _head: Head) -> None:
        wait_until_closed(connection)

    with LocalWeb({f"/{number}": silent for number in range(30)}) as web, LocalWeb({"/": OK}) as good:
        started = time.monotonic()
        answers = ask([*(f"{web.url}/{number}" for number in range(30)), f"{good.url}/"], within=0.5)
        assert time.monotonic() - started < 20  # each for itself would take half a minute
    assert answers.pop(f"{good.url}/").reach is Reach.REACHED
    assert {answer.reach for answer in answers.values()} == {Reach.UNREACHABLE}
    assert len(answers) == 30
