"""Where the office's pages of this room are hung up."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

Answer = Response | str | tuple[str, int]

pages = Blueprint("accounts_admin", __name__)
