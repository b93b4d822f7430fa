"""What stands on an invoice must be printable."""

from __future__ import annotations

from wtforms import Field, Form
from wtforms.validators import ValidationError

from courses_app.foundation.papers import GlyphMissing, check_name


def printable(_form: Form, field: Field) -> None:
    """Refuse words that the invoice could not print, while they can still be mended."""
    try:
        check_name(field.data or "")
    except GlyphMissing as missing:
        raise ValidationError(str(missing)) from missing
