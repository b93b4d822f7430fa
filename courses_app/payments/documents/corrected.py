"""What a corrected invoice says differently, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from courses_app.payments.models import Paper

Wording = Mapping[str, Any]


def wording_of(paper: Paper) -> dict[str, Any]:
    """Addressee, subject and lines as an invoice or its latest correction says them."""
    assert paper.invoice is not None
    if paper.request is not None:
        lines = paper.request.content["lines"]
    else:
        lines = [{"description": line.description, "details": list(line.details)} for line in paper.invoice.lines]
    return {"addressee": paper.counterparty, "subject": paper.subject, "lines": lines}


def what_changed(before: Wording, after: Wording) -> list[str]:
    """One sentence for each thing that differs; papers are Japanese."""
    pairs = [("宛名", before["addressee"], after["addressee"]), ("件名", before["subject"], after["subject"])]
    for number, (old, new) in enumerate(zip(before["lines"], after["lines"], strict=True), start=1):
        pairs.append((f"明細{number}の品目", old["description"], new["description"]))
        pairs.append((f"明細{number}の内訳", "、".join(old["details"]), "、".join(new["details"])))
    return [f"{name}：「{old}」を「{new}」に修正" for name, old, new in pairs if old != new]
