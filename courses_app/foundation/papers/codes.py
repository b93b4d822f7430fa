"""QR codes."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str, *, quiet_zone: int = 0) -> str:
    """A QR code as one `<svg>` element: error correction M or better, no fixed size.

    On papers the templates keep the surroundings clear; on a web page ask for the `quiet_zone` of 4 modules.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=quiet_zone, xmldecl=False, nl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()
