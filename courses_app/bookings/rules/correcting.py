"""What still counts as the same person when a name is corrected after the order, judged from the names alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

import jaconv
from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.text import search_key

# Forms of one character that occur in names and that Unicode keeps apart: as on the register, and as mostly typed.
VARIANTS = str.maketrans(
    "髙﨑嵜碕邊邉齋齊斉濵濱澤廣國櫻德惠眞愼龍瀧嶋嶌條藪檜槙曾彌壽榮學實澁淺當將鐵圓峯萬與來冨凛遙靜穗螢增巖樂戶𠮷"
    "豐緖黑塚桒舘釼舩靏鷗禮關縣藏浩祥靑淸",
    "高崎崎崎辺辺斎斎斎浜浜沢広国桜徳恵真慎竜滝島島条薮桧槇曽弥寿栄学実渋浅当将鉄円峰万与来富凜遥静穂蛍増巌楽戸吉"
    "豊緒黒塚桑館剣船鶴鴎礼関県蔵浩祥青清",
)
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
LONG = re.compile(r"(?<=o)[uoh](?![aeiou])|(?<=u)u")
ALIKE = 0.6  # of the letters of two Latin spellings
KANJI = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


class AnotherPerson(Refusal):
    """A correction keeps the person; somebody born on another day, or with both names new, is somebody else."""

    def __init__(self, *, by_birth: bool = True) -> None:
        if by_birth:
            message = _l(
                "After the order only the spelling can be corrected. For another date of birth contact our office."
            )
        else:
            message = _l(
                "This looks like another person: a correction keeps the family name or the given name of the order. "
                "Use “Name somebody else” if another person comes, or contact our office."
            )
        super().__init__(message, field="born_on" if by_birth else "family_name")


@dataclass(frozen=True)
class FullName:
    """A name in writing and in reading; `given` is empty for people with a single name."""

    family: str
    given: str
    family_kana: str
    given_kana: str


def is_correction(ordered: FullName, now: FullName) -> bool:
    """Whether a name is the one that was ordered, spelled otherwise: the day of birth is compared besides.

    One of family and given name stays, in whatever script, width or form of a character: so a marriage is a correction,
    and so is any mistake in one of them. Both may change where they are read as before and look alike, or where they
    were only joined, parted or exchanged.
    """
    if _whole(ordered) == _whole(now) or _whole(ordered) == _key(now.given + now.family):
        return True
    family = (ordered.family, ordered.family_kana), (now.family, now.family_kana)
    given = (ordered.given, ordered.given_kana), (now.given, now.given_kana)
    if _stays(*family) or _stays(*given):
        return True
    return all(_read_alike(*part) for part in (family, given))


Part = tuple[str, str]


def _stays(before: Part, after: Part) -> bool:
    """Whether a part of the name is the same in writing, or is written now in the letters it was read by."""
    if not before[0] or not after[0]:
        return False
    return _key(before[0]) == _key(after[0]) or bool({_sound(one) for one in before} & {_latin(after[0])} - {""})


def _read_alike(before: Part, after: Part) -> bool:
    """Whether a part has its reading still, and looks alike: one character of kanji, most of the letters of others."""
    if _sound(before[1]) != _sound(after[1]):
        return False
    if KANJI.search(before[0]) and KANJI.search(after[0]):
        return bool(set(_key(before[0])) & set(_key(after[0])))
    letters = _latin(before[0]), _latin(after[0])
    return not all(letters) or SequenceMatcher(None, *letters).ratio() >= ALIKE


def _whole(name: FullName) -> str:
    return _key(name.family + name.given)


def _key(text: str) -> str:
    """For comparing: width, case, kana, white space and the forms of a character do not count."""
    plain = unicodedata.normalize("NFC", SELECTORS.sub("", text)).translate(VARIANTS)
    return search_key(plain).translate(VARIANTS)


def _latin(text: str) -> str:
    """The sound of what is written in Latin letters or kana; empty for anything else."""
    return "" if KANJI.search(text) else _sound(text)


def _sound(text: str) -> str:
    """In Latin letters, long vowels as short ones: Ōta, Oota, Ohta, オオタ."""
    letters = jaconv.kata2alphabet(jaconv.hira2kata(unicodedata.normalize("NFKC", text)))
    plain = "".join(one for one in unicodedata.normalize("NFD", letters.casefold()) if one.isalnum() and one.isascii())
    return LONG.sub("", plain)
