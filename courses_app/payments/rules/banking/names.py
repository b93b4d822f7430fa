"""How a payer's name on a statement is compared: half-width kana, no small ones, no legal form, often cut short."""

from __future__ import annotations

import re
import unicodedata

import jaconv

from courses_app.foundation.references import ALPHABET, REFERENCE_LENGTH

NAME_BYTES = 48  # 振込依頼人名 of a statement; a longer name is cut there
SHORTEST_CUT = 10  # folded letters that a cut name must still have to mean anybody

SMALL = str.maketrans("ァィゥェォッャュョヮヵヶヲヰヱ", "アイウエオツヤユヨワカケオイエ")
DAKUTEN = str.maketrans({"゛": "\u3099", "゜": "\u309a", "ﾞ": "\u3099", "ﾟ": "\u309a"})
LONG = re.compile("[ー\u2010-\u2015\u2212\u2500\u30fc\ufe63_~〜=-]")
NO_LETTER = re.compile(r"[\s・.,。、'’\"「」『』/&＆+:;*]+")

# Abbreviations banks prescribe (全銀協), and the same in full: as a payer or an organization may write them. Folded.
SHORT_FORMS = """
    カ ユ メ シ ド イ イシヤ イザイ ザイ シヤ シユウ ガク フク ホゴ ソウ ノウ カンリ トクヒ ドク チドク ベン ギヨ
    シホウ ゼイ ロウム コクダイ コウダイ キヨウ キヨウクミ レン
"""
LONG_FORMS = """
    カブシキガイシヤ ユウゲンガイシヤ ゴウドウガイシヤ ゴウメイガイシヤ ゴウシガイシヤ
    イツパンシヤダンホウジン イツパンザイダンホウジン コウエキシヤダンホウジン コウエキザイダンホウジン
    シヤダンホウジン ザイダンホウジン
    イリヨウホウジンシヤダン イリヨウホウジン ガツコウホウジン シヤカイフクシホウジン シユウキヨウホウジン
    トクテイヒエイリカツドウホウジン ギヨウセイシヨシホウジン シヤカイホケンロウムシホウジン
    ジギヨウキヨウドウクミアイ キヨウドウクミアイレンゴウカイ キヨウドウクミアイ キヨウクミ キヨウギヨウクミアイ
    ノウギヨウキヨウドウクミアイ シヨウコウカイギシヨ シヨウコウカイ
    株式会社 有限会社 合同会社 合資会社 合名会社 一般社団法人 一般財団法人 公益社団法人 公益財団法人
    事業協同組合 協同組合連合会 協同組合 (株) (有) (同)
"""
_SHORT = "|".join(SHORT_FORMS.split())
_LONG = "|".join(re.escape(form) for form in LONG_FORMS.split())
SHORT_AT = re.compile(rf"^\(?(?:{_SHORT})\)|\((?:{_SHORT})\)?$")
SHORT_WITHIN = re.compile(rf"\((?:{_SHORT})\)")
LONG_IN_FRONT = re.compile(f"^(?:{_LONG})")
LONG_BEHIND = re.compile(f"(?:{_LONG})$")

DEAL_IN_FRONT = re.compile(
    r"^(?:振込入金|振込|フリコミ|入金)[\s\d:*-]*(?=\D)"
)  # some banks write the kind of deal first
_NUMBER = rf"[{ALPHABET}]{{{REFERENCE_LENGTH}}}"
# A reference with a digit in it, or one without (every ninth) where it ends; or a number of digits alone.
NUMBER_IN_FRONT = re.compile(
    rf"^(?:[A-Z]?[-\s]?(?=[A-Z]*\d){_NUMBER}|[A-Z]?[-\s]?{_NUMBER}(?![A-Z0-9])|\d{{4,}})[-\s/:.,]*"
)
RUN = re.compile(r"[A-Z0-9]+")


def plain(text: str) -> str:
    """One way of writing: full-width kana with their dakuten, capital Latin letters, half-width everything else."""
    return jaconv.hira2kata(unicodedata.normalize("NFKC", text.translate(DAKUTEN))).upper()


def fold_name(text: str, *, keep_behind: bool = False) -> str:
    """The key by which two writings of one name are equal: ﾔﾏﾀﾞｼﾖｳｼﾞ(ｶ, カブシキガイシャ ヤマダショウジ → ヤマダシヨウジ.

    A legal form goes in front and behind (`keep_behind`: only in front), unless nothing else is there. Never shown.
    """
    name = LONG.sub("", NO_LETTER.sub("", plain(text))).translate(SMALL)
    bare = _without_form_in_front(name)
    if not keep_behind:
        bare = _without_form_behind(bare)
    bare = re.sub(r"[()（）]", "", bare)
    return bare or re.sub(r"[()（）]", "", name)


def without_number(text: str) -> str:
    """A payer's text without the order's number (and the bank's 振込) before the name."""
    whole = _without_deal(text)
    return NUMBER_IN_FRONT.sub("", whole, count=1).strip() or whole


def is_cut(text: str) -> bool:
    """Whether a payer's text fills the field of a statement, so that its end may be missing."""
    return len(jaconv.z2h(_without_deal(text), kana=True, ascii=True, digit=True)) >= NAME_BYTES - 1


def numbers_in(text: str) -> list[str]:
    """What may be an order's number in a payer's text: runs of letters and digits, and pieces of the right length.

    People write it with or without its letter and its hyphen, before the name or glued to it.
    """
    found: dict[str, None] = {}
    joined = re.sub(r"(?<=[A-Z0-9])[-\s](?=[A-Z0-9])", "", LONG.sub("-", plain(text)))
    for run in (*RUN.findall(plain(text)), *RUN.findall(joined)):
        for length in (REFERENCE_LENGTH, REFERENCE_LENGTH + 1):
            for start in range(len(run) - length + 1):
                found[run[start : start + length]] = None
    return list(found)


def _without_deal(text: str) -> str:
    return DEAL_IN_FRONT.sub("", plain(text).strip(), count=1)


def _without_form_in_front(name: str) -> str:
    shorter = SHORT_WITHIN.sub("", name, count=1)
    shorter = SHORT_AT.sub("", shorter, count=1) if SHORT_AT.match(shorter) else shorter
    return LONG_IN_FRONT.sub("", shorter, count=1)


def _without_form_behind(name: str) -> str:
    return LONG_BEHIND.sub("", SHORT_AT.sub("", name))
