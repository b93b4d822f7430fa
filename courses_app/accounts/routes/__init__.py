"""The doors of this room for everybody outside the office."""

from courses_app.accounts.routes import joining, organization, passwords, people, registration, sign_in
from courses_app.accounts.routes.blueprint import pages

__all__ = ["joining", "organization", "pages", "passwords", "people", "registration", "sign_in"]
