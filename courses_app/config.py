"""Settings: the environment, read once and checked once.

A production value that is missing or left at its example stops the start with one sentence that says what to set.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

DEVELOPMENT_SECRET = "development-only-secret-key"  # noqa: S105 - refused in production
LOCAL_STRIPE_SECRET_KEY = "sk_test_local_demonstration"  # noqa: S105 - opens only the local server
LOCAL_STRIPE_WEBHOOK_SECRET = "whsec_local_demonstration"  # noqa: S105 - the same
EXAMPLE_SECRETS = {DEVELOPMENT_SECRET, LOCAL_STRIPE_SECRET_KEY, LOCAL_STRIPE_WEBHOOK_SECRET, "changeme", "secret"}
MINIMUM_SECRET_LENGTH = 32


class SettingsError(Exception):
    """A setting is missing or unusable; the message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything the application takes from outside. Built by `from_environment`, or by hand in tests."""

    env: str
    database_url: str
    secret_key: str
    base_url: str
    mail_url: str
    mail_from: str
    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_api_base: str
    instance: Path
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65536

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def stripe_enabled(self) -> bool:
        """Card payment is offered only where both secrets are known."""
        return bool(self.stripe_secret_key and self.stripe_webhook_secret)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check the environment. Raises SettingsError with a sentence to act on."""
        env = os.environ if environ is None else environ
        kind = env.get("COURSES_ENV", "development")
        if kind not in {"development", "production"}:
            raise SettingsError(f"COURSES_ENV is '{kind}': set it to 'development' or 'production'.")
        instance = Path(env.get("COURSES_INSTANCE", str(ROOT / "instance")))
        settings = cls(
            env=kind,
            database_url=env.get("DATABASE_URL", f"sqlite:///{instance / 'courses.sqlite3'}"),
            secret_key=env.get("SECRET_KEY", "" if kind == "production" else DEVELOPMENT_SECRET),
            base_url=env.get("BASE_URL", "" if kind == "production" else _local_address(env)).rstrip("/"),
            mail_url=env.get("MAIL_URL", ""),
            mail_from=env.get("MAIL_FROM", "" if kind == "production" else "office@example.jp"),
            stripe_secret_key=env.get("STRIPE_SECRET_KEY", ""),
            stripe_webhook_secret=env.get("STRIPE_WEBHOOK_SECRET", ""),
            stripe_api_base=env.get("STRIPE_API_BASE", ""),
            instance=instance,
            trusted_hosts=_trusted_hosts(env),
            proxy_hops=_whole_number(env, "PROXY_HOPS", 0),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe. Raises SettingsError."""
        if self.stripe_secret_key and not self.stripe_webhook_secret:
            raise SettingsError("STRIPE_SECRET_KEY is set but STRIPE_WEBHOOK_SECRET is not: set both, or neither.")
        if not urlsplit(self.base_url).netloc:
            raise SettingsError(
                "BASE_URL is missing: set it to the public address, such as https://courses.example.jp."
            )
        if self.production:
            self._check_production()

    def _check_production(self) -> None:
        if self.secret_key in EXAMPLE_SECRETS or len(self.secret_key) < MINIMUM_SECRET_LENGTH:
            raise SettingsError(
                f"SECRET_KEY is missing or an example: set a random one, for instance {secrets.token_urlsafe(32)}."
            )
        if not self.base_url.startswith("https://"):
            raise SettingsError("BASE_URL must begin with https:// in production.")
        if not self.mail_url or not self.mail_from:
            raise SettingsError("MAIL_URL and MAIL_FROM are missing: set MAIL_URL=smtps://user:password@host:465.")
        if {self.stripe_secret_key, self.stripe_webhook_secret} & EXAMPLE_SECRETS or self.stripe_api_base:
            raise SettingsError("The Stripe settings point at the local demonstration server: use real keys.")


def _local_address(env: Mapping[str, str]) -> str:
    return f"http://{env.get('HOST', '127.0.0.1')}:{env.get('PORT', '8000')}"


def _trusted_hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip())


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{name} is '{text}': set a whole number.")
    return int(text)
