"""A lean client: keep-alive sockets in threads of one process of its own, and what they measured."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

CLIENTS = 16


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    ended: float  # on the clock of this machine
    location: str
    cookie: str = ""


@dataclass(frozen=True)
class Figures:
    """What a load measured: answers in the order of their requests, client by client; percentiles are in ms."""

    started: float
    seconds: float
    answers: list[Answer]
    client_ms: float = 0  # processor time of the client

    def count(self, *statuses: int) -> int:
        return sum(1 for answer in self.answers if answer.status in statuses)

    def per_second(self, *statuses: int) -> float:
        return self.count(*statuses) / self.seconds

    def until_last(self, *statuses: int) -> float:
        """Seconds from the start to the last answer of this kind."""
        return max((answer.ended for answer in self.answers if answer.status in statuses), default=0) - self.started

    def percentile(self, share: float, *statuses: int) -> float:
        times = sorted(answer.seconds for answer in self.answers if answer.status in statuses)
        return times[min(len(times) - 1, int(len(times) * share))] * 1000 if times else float("nan")


class Connection:
    """One keep-alive connection; reopened when the server closed it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)
        self.socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[Answer, bytes]:
        started = time.perf_counter()
        try:
            head, body = self._exchange(request)
        except (ConnectionError, OSError):
            self.socket = None
            head, body = self._exchange(request)
        lines = head.decode("latin-1").split("\r\n")
        location = next((line[10:] for line in lines if line.lower().startswith("location: ")), "")
        if any(line.lower() == "connection: close" for line in lines):
            self.socket = None
        cookie = next((line[12:].split(";")[0] for line in lines if line.lower().startswith("set-cookie: ")), "")
        ended = time.perf_counter()
        return Answer(int(lines[0].split(" ", 2)[1]), ended - started, ended, location, cookie), body

    def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        if self.socket is None:
            self.socket = socket.create_connection((self.host, self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        received = self._more(b"")
        while b"\r\n\r\n" not in received:
            received = self._more(received)
        head, _, body = received.partition(b"\r\n\r\n")
        length = _content_length(head)
        while len(body) < length:
            body = self._more(body)
        return head, body

    def _more(self, received: bytes) -> bytes:
        assert self.socket is not None
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError
        return received + part


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


def get(path: str, cookie: str = "") -> bytes:
    extra = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: ja\r\n{extra}\r\n".encode()


def post(path: str, body: bytes, cookie: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Language: ja\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(address: str, requests: list[list[bytes]]) -> Figures:
    """Send each list of requests over its own connection, all at once; the client is a process of its own."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_client, args=(address, requests, sender))
    process.start()
    figures: Figures = receiver.recv()
    process.join()
    return figures


def _client(address: str, requests: list[list[bytes]], sender: multiprocessing.connection.Connection) -> None:  # type: ignore[name-defined]
    answers: list[list[Answer]] = [[] for _ in requests]
    barrier = threading.Barrier(len(requests) + 1)

    def work(index: int) -> None:
        connection = Connection(address)
        barrier.wait()
        for request in requests[index]:
            answers[index].append(connection.ask(request)[0])

    threads = _started(work, len(requests))
    barrier.wait()
    started, spent = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    sender.send(Figures(started, seconds, [answer for some in answers for answer in some], spent * 1000))


def _started(work: Callable[[int], None], count: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    return threads
