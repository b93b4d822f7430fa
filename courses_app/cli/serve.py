"""`flask serve`: web server and worker under one Ctrl-C; in development also the local Stripe-shaped server.

One process imports the application and brings the database up to date; it then becomes the web server's master and
forks everything else from itself, so that all share their memory pages.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from courses_app.cli import first_start, worker
from courses_app.config import LOCAL_STRIPE_SECRET_KEY, LOCAL_STRIPE_WEBHOOK_SECRET, Settings
from courses_app.foundation.db import db

WEB_PROCESSES = 2
THREADS = 4
GRACE_SECONDS = 20
WARM_UP = ("/", "/courses", "/runs", "/sign-in")


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
    _apart(lambda: first_start.bring_up_to_date(settings))
    companions = Companions()
    if not settings.production and not settings.stripe_enabled:
        _refuse_taken_port("127.0.0.1", port + 1)
        app.config["SETTINGS"] = settings = _with_local_stripe(settings, port + 1)
        companions.add("local stripe", lambda: _local_stripe(settings, host, port))
    companions.add("worker", lambda: _work(app))
    _warm_up(app)
    first_start.announce(settings, f"http://{host}:{port}")
    Master(WebServer(app, companions, host, port)).run()


class Companions:
    """The processes beside the web server: started by its master, started again when they end by themselves."""

    def __init__(self) -> None:
        self.work: dict[str, Callable[[], None]] = {}
        self.running: dict[str, int] = {}

    def add(self, name: str, work: Callable[[], None]) -> None:
        self.work[name] = work

    def keep_running(self) -> None:
        """Start whatever is not running (the master has already reaped what ended)."""
        for name, work in self.work.items():
            if name not in self.running or not _lives(self.running[name]):
                self.running[name] = _forked(work)

    def end(self) -> None:
        self.work = {}
        for pid in self.running.values():
            if _lives(pid):
                os.kill(pid, signal.SIGTERM)
        for pid in self.running.values():
            _reap(pid)


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master, which also looks after the companions, about once a second."""

    def manage_workers(self) -> None:
        self.app.companions.keep_running()
        super().manage_workers()


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn as we ship it."""

    def __init__(self, app: Flask, companions: Companions, host: str, port: int) -> None:
        self.flask = app
        self.companions = companions
        self.bind = f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": WEB_PROCESSES,
            "worker_class": "gthread",
            "threads": THREADS,
            "reuse_port": True,
            "preload_app": True,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "on_exit": lambda _master: self.companions.end(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.flask


def _warm_up(app: Flask) -> None:
    """Build once, before the forks, what every process would build for itself; then keep the collector off it."""
    app.logger.disabled = True
    visitor = app.test_client()
    for path in WARM_UP:
        visitor.get(path, base_url=app.config["SETTINGS"].base_url)
    app.logger.disabled = False
    db.session.remove()
    db.engine.dispose()
    gc.collect()
    gc.freeze()


def _apart(work: Callable[[], None]) -> None:
    """Do it in a process of its own, so that the memory it takes goes with it; exits if it fails."""
    status = _reap(_forked(work))
    if status:
        sys.exit(status)


def _forked(work: Callable[[], None]) -> int:
    """Start `work` in a process of its own; returns its number."""
    pid = os.fork()
    if pid:
        return pid
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(sign, signal.SIG_DFL)
    try:
        work()
    except SystemExit as error:
        if isinstance(error.code, str):
            click.echo(error.code, err=True)
        os._exit(1 if error.code else 0)
    except BaseException:
        current_app.logger.exception("companion.failed")
        os._exit(1)
    os._exit(0)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _reap(pid: int) -> int:
    """Wait for the end of a process; its exit code, or 0 if somebody else has reaped it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return 0


def _work(app: Flask) -> None:
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
