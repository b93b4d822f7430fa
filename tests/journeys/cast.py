"""Who plays in the journeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.journeys.walkers import Walker

PASSWORD = "demo-course-2026"
CHOSEN = "おおきな木の下で 2026"
STAFF, INSTRUCTOR = "office@example.jp", "instructor@example.jp"


@dataclass(frozen=True)
class Person:
    """Somebody who is sent to a course, as their coordinator types them."""

    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    born_on: date
    email: str

    @property
    def name(self) -> str:
        return f"{self.family_name} {self.given_name}"

    def fields(self, prefix: str = "") -> dict[str, str]:
        return {f"{prefix}{name}": str(value) for name, value in vars(self).items()}


KNOWN = Person("𠮷野", "真理子", "ヨシノ", "マリコ", date(1979, 2, 28), "yoshino@example.jp")
FIRST = Person("髙﨑", "健一", "たかさき", "けんいち", date(1985, 4, 9), "takasaki@example.jp")
SECOND = Person("渡邉󠄁", "葉月", "ﾜﾀﾅﾍﾞ", "ﾊﾂﾞｷ", date(1991, 12, 24), "watanabe@example.jp")


def signs_in(walker: Walker, email: str, password: str = PASSWORD) -> Walker:
    """Sign in on the page that asks for it."""
    if walker.path != "/sign-in":
        walker.open("/sign-in")
    return walker.fill(email=email, password=password).press(walker.words("Sign in"))


def signs_out(walker: Walker) -> Walker:
    return walker.press(walker.words("Sign out"))
