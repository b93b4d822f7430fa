"""`make bench`: under gunicorn as shipped, each figure beside the ceiling of the same run (`ARGS=sale` for one part).

The two are measured in turn, `ROUNDS` times; medians are printed, because the machine may be shared.
"""

from __future__ import annotations

import sys

from bench import bank, everyday, growth, sale

PARTS = {"everyday": everyday.measure, "sale": sale.measure, "growth": growth.measure, "bank": bank.measure}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - PARTS.keys():
        sys.exit(f"Not a part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    for part in wanted:
        PARTS[part]()


if __name__ == "__main__":
    main()
