"""The Course Booking System: mandatory courses, seats, payments, certificates, and the days they stop counting."""

from __future__ import annotations

from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from courses_app.config import ROOT, Settings
from courses_app.foundation import assets, catalogues, connections, db, fragments, health, logs, templating, web

DOORS = (
    "accounts.routes",
    "accounts.admin_routes",
    "catalogue.routes",
    "catalogue.admin_routes",
    "bookings.routes",
    "bookings.payment_routes",
    "bookings.webhook_routes",
    "bookings.admin_routes",
    "payments.admin_routes",
    "dispatches.routes",
    "dispatches.admin_routes",
    "rosters.routes",
    "rosters.admin_routes",
    "certificates.routes",
    "certificates.admin_routes",
    "compliance.routes",
    "compliance.admin_routes",
    "calendar_feeds.routes",
    "portal.routes",
    "office.routes",
)
TABLES = (
    "foundation.audit",
    "foundation.documents",
    "foundation.matters",
    "foundation.numbering",
    "foundation.outbox",
    "foundation.throttle",
    "accounts.models",
    "catalogue.models",
    "payments.models",
    "bookings.models",
    "dispatches.models",
    "rosters.models",
    "certificates.models",
    "compliance.models",
    "calendar_feeds.models",
)
MEBIBYTE = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The application: ground floor, then rooms. Raises SettingsError when a needed setting is missing."""
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.instance),
    )
    _configure(app, settings)
    for tool in (logs, catalogues, templating, fragments, db, web, assets):
        tool.prepare(app)
    app.register_blueprint(health.pages)
    _open_rooms(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=connections.options(settings.database_url),
        SESSION_COOKIE_NAME="__Host-session" if settings.base_url.startswith("https://") else "session",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        MAX_CONTENT_LENGTH=2 * MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=MEBIBYTE,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which pages with a token in their address never send
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]


def _trusted_hosts(settings: Settings) -> list[str]:
    own = settings.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    host = own.rsplit(":", 1)[0] if not own.endswith("]") else own
    local = [] if settings.production else ["127.0.0.1", "localhost", "[::1]"]
    return sorted({host, *settings.trusted_hosts, *local})


def _open_rooms(app: Flask) -> None:
    for name in TABLES:
        import_module(f"courses_app.{name}")
    import_module("courses_app.accounts.security").prepare(app)
    for name in DOORS:
        app.register_blueprint(import_module(f"courses_app.{name}").pages)
    for name in ("portal.navigation", "cli"):
        import_module(f"courses_app.{name}").prepare(app)
