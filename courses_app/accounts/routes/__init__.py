"""The doors of this room for everybody outside the office."""

from courses_app.accounts.routes import passwords, registration, sign_in
from courses_app.accounts.routes.blueprint import pages

__all__ = ["pages", "passwords", "registration", "sign_in"]
