"""Chapters: an account, an organization, its people."""

from __future__ import annotations

from courses_app.accounts.rules.numbers import corporate_check_digit
from tests.journeys.cast import CHOSEN, Person, signs_in
from tests.journeys.walkers import Around, Walker

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def registers(me: Walker, around: Around, email: str) -> None:
    """An account, confirmed by the link in the mail; the address may be typed in any way."""
    say = me.words
    me.open("/register").shoot("register")
    me.fill(email=email.upper(), password=CHOSEN).press(say("Register and receive the mail")).shoot("registered")
    me.open(around.letter(email).link("/confirm/")).sees(email).shoot("confirm")
    me.press(say("Yes, confirm this address")).sees(say("Your e-mail address is confirmed. Please sign in."))
    signs_in(me.shoot("sign-in"), email, CHOSEN)


def joins(me: Walker, organization: str, base: str = "010405000026") -> None:
    """An organization, its numbers typed in any width."""
    number = f"{corporate_check_digit(base)}{base}".translate(FULL_WIDTH)
    me.open("/organization/new").shoot("join")
    me.fill(
        family_name="田中", given_name="みなみ", family_name_kana="たなか", given_name_kana="ミナミ",
        name=organization, name_kana="みなとこくさいこうりゅうじぎょうきょうどうくみあい", kind="supervising",
        corporate_number=f"{number[:5]}ー{number[5:7]}ー{number[7:]}", licence_number="許１３０１ー００００ー０１",
        licence_class="general", postal_code="〒１０５ー０００３", prefecture="13",
        address="東京都港区西新橋９９丁目９番９号", phone="０３（００００）０１０１",
    )  # fmt: skip
    me.press(me.words("Register the organization")).shoot("organization")


def keeps(me: Walker, person: Person) -> None:
    """Somebody of the organization is kept, to be picked at a booking."""
    say = me.words
    me.open("/organization/people").follow(say("Add a person")).shoot("person-new")
    me.fill_in(person.fields()).press(say("Add the person"))
    me.sees(person.name).shoot("people")
