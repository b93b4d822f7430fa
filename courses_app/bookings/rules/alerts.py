"""News of new runs: where they may be."""

from __future__ import annotations

ANY_PLACE, ONLINE = "any", "online"  # instead of the code of a region or a prefecture
