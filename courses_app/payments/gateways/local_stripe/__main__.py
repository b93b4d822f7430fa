"""`python -m courses_app.payments.gateways.local_stripe --port 12111 --webhook-url http://127.0.0.1:8000/webhooks/stripe`

The key and the webhook's secret come from STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: never from the command line,
which everybody on the machine can read.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .server import serve


def main() -> int:
    """Run until Ctrl-C; 0 then, 1 with one sentence if it cannot start."""
    options = _options()
    try:
        serve(
            options.host,
            options.port,
            webhook_url=options.webhook_url,
            webhook_secret=os.environ.get("STRIPE_WEBHOOK_SECRET", ""),
            api_key=os.environ.get("STRIPE_SECRET_KEY", ""),
            state_path=options.state,
        )
    except (ValueError, OSError) as error:
        sys.stderr.write(f"The local payment server cannot start: {error}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="local_stripe", description="A Stripe-shaped server for tests and demonstration"
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook-url", required=True, help="where events go, on this machine")
    parser.add_argument("--state", type=Path, help="a JSON file that outlives restarts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
