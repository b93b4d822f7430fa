"""What changes services and requests. Every verb of a request locks its row: two people come one after the other."""

from courses_app.dispatches.operations.agreeing import accept, call_off, close, follow_run, plan
from courses_app.dispatches.operations.asking import answer, ask_for, withdraw
from courses_app.dispatches.operations.quoting import ask_back, decline, expire, make_quote
from courses_app.dispatches.operations.services import add_missing_services, add_service, change_service

__all__ = [
    "accept", "add_missing_services", "add_service", "answer", "ask_back", "ask_for", "call_off", "change_service",
    "close", "decline", "expire", "follow_run", "make_quote", "plan", "withdraw",
]  # fmt: skip
