"""The words of templates, looked up fast: a page asks for hundreds, and the library's look-up costs more than the word.

Same meaning as Flask-Babel's functions; the catalogues are the same. Texts come back safe for HTML, their variables
escaped; in templates without autoescape (mails) they come back plain.
"""

from __future__ import annotations

from typing import Any

from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

Key = tuple[str, str | None, str]


class Wording:
    """The callables installed as `_`, `gettext`, `ngettext`, `pgettext` and `npgettext`."""

    def __init__(self) -> None:
        self._safe: dict[Key, Markup] = {}

    def prepare(self, app: Flask) -> None:
        app.jinja_env.globals.update(
            _=self.gettext,
            gettext=self.gettext,
            pgettext=self.pgettext,
            ngettext=self.ngettext,
        )

    @pass_eval_context
    def gettext(self, context: EvalContext, message: str, **variables: Any) -> str:
        return self._said(context, None, message, variables)

    @pass_eval_context
    def pgettext(self, context: EvalContext, meaning: str, message: str, **variables: Any) -> str:
        return self._said(context, meaning, message, variables)

    @pass_eval_context
    def ngettext(self, context: EvalContext, one: str, many: str, num: int, **variables: Any) -> str:
        text: str = get_translations().ungettext(one, many, num)
        return _filled(context, Markup(text), {"num": num, **variables})

    def _said(self, context: EvalContext, meaning: str | None, message: str, variables: dict[str, Any]) -> str:
        key = (reader_language(), meaning, message)
        text = self._safe.get(key)
        if text is None:
            text = self._safe[key] = Markup(_translated(meaning, message))
        return _filled(context, text, variables)


def _filled(context: EvalContext, text: Markup, variables: dict[str, Any]) -> str:
    words = text if context.autoescape else str(text)
    return words % variables if variables or "%" in text else words


def reader_language() -> str:
    """The reader's language, from where Flask-Babel keeps it (also under `force_locale`)."""
    try:
        return str(g._flask_babel.babel_locale.language)
    except (AttributeError, RuntimeError):  # not asked yet; or outside a request and a command
        return str(get_locale() or "ja")


def _translated(meaning: str | None, message: str) -> str:
    translations: NullTranslations = get_translations()
    text = translations.ugettext(message) if meaning is None else translations.upgettext(meaning, message)
    return str(text)
