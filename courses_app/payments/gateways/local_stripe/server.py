"""Starting the server: on this machine's loopback address and nowhere else."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .api import api
from .control import control
from .hosted import hosted
from .machine import EXTENSION, Machine, OnRequest
from .store import Store
from .webhooks import Postman

LARGEST_REQUEST = 1_000_000
POLL_SECONDS = 0.1  # how soon it notices that it shall end
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"]  # no page of the wide world may rename itself to us


class LocalStripe:
    """A running server; `with` ends it. `url` is what STRIPE_API_BASE must be."""

    def __init__(self, machine: Machine, server: BaseWSGIServer) -> None:
        self.url = machine.origin
        self.store = machine.store
        self._postman = machine.postman
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)

    def __enter__(self) -> LocalStripe:
        self._postman.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._postman.stop()

    def wait(self) -> None:
        """Until somebody presses Ctrl-C, or the process is asked to end."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._thread.join()
        except KeyboardInterrupt:
            return


def local_stripe(
    host: str,
    port: int,
    *,
    webhook_url: str,
    webhook_secret: str,
    api_key: str,
    state_path: Path | None = None,
    on_request: OnRequest | None = None,
) -> LocalStripe:
    """A server ready to be entered; port 0 picks a free one.

    Raises ValueError for an address outside this machine or a live key, OSError for a taken port.
    """
    address = _loopback(host)
    if not _is_here(webhook_url):
        raise ValueError("the webhook must be http:// on this machine")
    if not webhook_secret or not api_key or "_live_" in api_key:
        raise ValueError("a webhook secret and a key are needed, and never a live one")
    listener = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    with listener:
        origin = f"http://{f'[{address}]' if ':' in address else address}:{listener.getsockname()[1]}"
        store = Store(state_path)
        postman = Postman(store, url=webhook_url, secret=webhook_secret)
        machine = Machine(store, postman, origin, api_key, on_request)
        server = make_server(
            address, port, application(machine), threaded=True, request_handler=Handler, fd=listener.fileno()
        )
    return LocalStripe(machine, server)


def serve(
    host: str, port: int, *, webhook_url: str, webhook_secret: str, api_key: str, state_path: Path | None = None
) -> None:
    """Run until Ctrl-C. Raises what `local_stripe` raises."""
    with local_stripe(
        host, port, webhook_url=webhook_url, webhook_secret=webhook_secret, api_key=api_key, state_path=state_path
    ) as server:
        server.wait()


def application(machine: Machine) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["TRUSTED_HOSTS"] = LOOPBACK_NAMES
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[EXTENSION] = machine
    for part in (api, hosted, control):
        app.register_blueprint(part)
    return app


class Handler(WSGIRequestHandler):
    """One request a connection, and no line in the terminal for each."""

    protocol_version = "HTTP/1.0"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _loopback(host: str) -> str:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        inside = ipaddress.ip_address(address).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise ValueError(f"{host} is not an address of this machine's loopback, and this server must not be elsewhere")
    return address


def _is_here(url: str) -> bool:
    """Whether the address is one of this machine's own, not of loopback only: just such an address can be bound."""
    target = urlsplit(url)
    family = socket.AF_INET6 if ":" in (target.hostname or "") else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((target.hostname or "nowhere", 0))
        except OSError:
            return False
    return target.scheme == "http"
