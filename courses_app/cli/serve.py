"""`flask serve`: web server and worker under one Ctrl-C; in development also the local Stripe-shaped server.

One process imports the application, brings the database up to date and then forks, so that web and worker share their
memory pages.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from courses_app.cli import first_start, worker
from courses_app.config import LOCAL_STRIPE_SECRET_KEY, LOCAL_STRIPE_WEBHOOK_SECRET, Settings
from courses_app.foundation.db import db

WEB_PROCESSES = 2
THREADS = 4
GRACE_SECONDS = 20


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the application, with the worker beside it, until Ctrl-C."""
    _refuse_taken_port(host, port)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.config["SETTINGS"]
    first_start.prepare_instance(settings)
    first_start.bring_up_to_date(settings)
    children = Children()
    if not settings.production and not settings.stripe_enabled:
        _refuse_taken_port("127.0.0.1", port + 1)
        app.config["SETTINGS"] = settings = _with_local_stripe(settings, port + 1)
        children.start("local stripe", lambda: _local_stripe(settings, host, port))
    db.engine.dispose()
    children.start("web", lambda: _web(app, host, port))
    children.start("worker", lambda: _worker(app))
    first_start.announce(settings, f"http://{host}:{port}")
    children.watch()


@dataclass
class Child:
    name: str
    pid: int


class Children:
    """The forked processes: started by name, watched, and ended together."""

    def __init__(self) -> None:
        self.running: dict[int, Child] = {}
        self.stopping = False

    def start(self, name: str, work: Callable[[], None]) -> None:
        pid = os.fork()
        if pid:
            self.running[pid] = Child(name, pid)
            return
        os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which then ends the others in order
        try:
            work()
        except BaseException as error:
            code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 1
            os._exit(code)
        os._exit(0)

    def watch(self) -> None:
        """Wait; when one ends or a signal comes, end all. Exits 1 if a child failed by itself."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._stop)
        failed = ""
        while self.running:
            try:
                pid, _status = os.wait()
            except ChildProcessError:
                break
            child = self.running.pop(pid, None)
            if child and not self.stopping:
                failed = child.name
                self._stop()
        if failed:
            sys.exit(f"The {failed} process ended by itself; its last lines above say why.")

    def _stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)


def _web(app: Flask, host: str, port: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": WEB_PROCESSES,
                "worker_class": "gthread",
                "threads": THREADS,
                "reuse_port": True,
                "preload_app": True,
                "graceful_timeout": GRACE_SECONDS,
                "loglevel": "warning",
                "control_socket_disable": True,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()


def _worker(app: Flask) -> None:
    with app.app_context():
        worker.work_until_stopped()


def _local_stripe(settings: Settings, host: str, port: int) -> None:
    from courses_app.payments.gateways.local_stripe import serve as serve_local_stripe

    serve_local_stripe(
        "127.0.0.1",
        port + 1,
        webhook_url=f"http://{host}:{port}/webhooks/stripe",
        webhook_secret=settings.stripe_webhook_secret,
        api_key=settings.stripe_secret_key,
        state_path=settings.instance / "local-stripe.json",
    )


def _with_local_stripe(settings: Settings, port: int) -> Settings:
    return replace(
        settings,
        stripe_secret_key=LOCAL_STRIPE_SECRET_KEY,
        stripe_webhook_secret=LOCAL_STRIPE_WEBHOOK_SECRET,
        stripe_api_base=f"http://127.0.0.1:{port}",
    )


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            sys.exit(f"Port {port} on {host} is taken: stop what uses it, or choose another with PORT={port + 10}.")
