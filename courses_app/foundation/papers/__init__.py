"""Papers: facts in, bytes of a PDF out. The same facts at the same instant are the same bytes, on every machine.

Words it owns: paper (an admission ticket, invoice, receipt, certificate, notice of failure), facts (what stands on
it, see `facts`), glyph (the drawing of a character). How a paper looks is written in `templates/papers/*.typ`.
"""

from courses_app.foundation.papers.codes import qr_svg
from courses_app.foundation.papers.glyphs import GlyphMissing, check_name
from courses_app.foundation.papers.press import PaperFailed, Template, printing_here, render, render_apart

__all__ = ["GlyphMissing", "PaperFailed", "Template", "check_name", "printing_here", "qr_svg", "render", "render_apart"]
