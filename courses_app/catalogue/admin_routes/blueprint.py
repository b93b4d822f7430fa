"""The blueprint all office pages of the catalogue belong to."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

pages = Blueprint("catalogue_admin", __name__)

Answer = str | Response | tuple[str, int]
