"""The blueprint of the room."""

from flask import Blueprint

pages = Blueprint("calendar_feeds", __name__)
