"""Flask-Security, set up the way this house needs it.

We take from it the password hashing, the sign-in plumbing and the account's roles, and leave room for two-factor and
passkeys, which later issues switch on. Its own pages are not registered: they write on GET and commit by themselves.
Ours stand in `accounts.routes`; what Flask-Security writes goes through our one transaction, what it mails through our
outbox. A sign-in is a row of ours (`sign_ins`); the cookie only carries its token.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_security import Security, SQLAlchemyUserDatastore

from courses_app.accounts import guards
from courses_app.accounts.models import AccessRole, Account
from courses_app.accounts.security import browser
from courses_app.accounts.security.mail import OutboxMail
from courses_app.config import Settings
from courses_app.foundation import clock
from courses_app.foundation.db import db

# The cookie outlives the sign-in (12 hours, by the table), so that a form sent too late still says whose it was.
COOKIE_LASTS = timedelta(days=30)


class Datastore(SQLAlchemyUserDatastore):
    """Accounts as Flask-Security sees them; what it calls a commit is a flush, the transaction belongs to the view."""

    def commit(self) -> None:
        self.db.session.flush()


CONFIGURATION = {
    "PERMANENT_SESSION_LIFETIME": COOKIE_LASTS,
    "SESSION_REFRESH_EACH_REQUEST": False,
    "SESSION_PROTECTION": None,  # the table decides; telephones change their address all day
    "SECURITY_BLUEPRINT_NAME": "accounts",
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CONFIRMABLE": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_EMAIL_PLAINTEXT": False,  # OutboxMail writes them
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "accounts/password_changed",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "accounts/password_changed",
    "SECURITY_DATETIME_FACTORY": clock.now,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
    "SECURITY_MSG_UNAUTHENTICATED": (_l("Sign in to go on."), "info"),
}


def prepare(app: Flask) -> None:
    """Attach sign-in to the application."""
    app.config.update(CONFIGURATION, SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=_cost(app.config["SETTINGS"]))
    security = Security(app, Datastore(db, Account, AccessRole), register_blueprint=False, mail_util_cls=OutboxMail)
    security.login_manager.user_loader(browser.account_of_cookie)
    security.login_manager.request_loader(None)  # no tokens in addresses or headers
    security.login_manager.unauthorized_handler(guards.sign_in_first)
    security.principal.identity_loaders.clear()  # it would ask the database at every request, assets included


def _cost(settings: Settings) -> dict[str, object]:
    """How dear a password hash is (ASVS 11.4.2)."""
    return {
        "argon2__type": "ID",
        "argon2__time_cost": settings.argon2_time_cost,
        "argon2__memory_cost": settings.argon2_memory_kib,
        "argon2__parallelism": 1,
    }
