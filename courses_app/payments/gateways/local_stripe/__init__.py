"""A server on this machine that looks like Stripe from outside: for tests and the demonstration, never for money.

It stands on the other side of the wire and therefore imports nothing of ours and nothing of Stripe's. Its words are
Stripe's: *session*, *payment intent*, *charge*, *refund*, *event*; its own are *mood* (how it misbehaves on purpose)
and *delivery* (one copy of an event on its way to the webhook). A *promise* is a payment that is made elsewhere and
later: at a till, by transfer.
"""

from .server import serve

__all__ = ["serve"]
