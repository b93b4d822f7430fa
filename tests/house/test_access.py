"""The access matrix, generated from `app.url_map`: every door × everybody who might knock (S-20, S-21).

Who may come in stands in `ALLOWED`, by endpoint; a door that is not there fails. Not allowed is the same as not there:
404, and for somebody not signed in the way to the sign-in.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from courses_app.foundation.db import db
from tests.accounts.signing import sign_in
from tests.conftest import settings_for
from tests.house.world import World, build
from tests.make import Make
from tests.stage import Stage, open_stage

EVERYBODY = {"anonymous", "member", "coordinator", "other_coordinator", "instructor", "other_instructor", "staff"}
SIGNED_IN = EVERYBODY - {"anonymous"}
COORDINATORS = {"coordinator", "other_coordinator"}
OWN = {"coordinator"}  # what belongs to the first organization
TEACHERS = {"instructor", "other_instructor"}
ON_THE_RUN = {"instructor", "staff"}
STAFF = {"staff"}

# By endpoint, or by the room of a blueprint whose doors all have the same visitors.
ALLOWED: dict[str, set[str]] = {
    "foundation": EVERYBODY, "health": EVERYBODY, "portal": EVERYBODY, "catalogue": EVERYBODY,
    "stripe_webhook": EVERYBODY,
    "accounts_admin": STAFF, "catalogue_admin": STAFF, "bookings_admin": STAFF, "rosters_admin": STAFF,
    "certificates_admin": STAFF,
    "compliance_admin": STAFF, "office": STAFF,
    "portal.organization": COORDINATORS, "portal.me": SIGNED_IN,
    "accounts": EVERYBODY,
    "accounts.change_password": SIGNED_IN, "accounts.replace_password": SIGNED_IN,
    "accounts.join": SIGNED_IN, "accounts.create_organization": SIGNED_IN,
    **dict.fromkeys(
        ("accounts.organization_details", "accounts.edit_organization", "accounts.change_organization",
         "accounts.establishments", "accounts.new_establishment", "accounts.add_establishment", "accounts.members",
         "accounts.people", "accounts.new_person", "accounts.add_person"), COORDINATORS),
    **dict.fromkeys(
        ("accounts.establishment", "accounts.change_establishment", "accounts.close_establishment", "accounts.person",
         "accounts.edit_person", "accounts.change_person", "accounts.end_membership"), OWN),
    "bookings": OWN, "bookings.bookings": COORDINATORS, "bookings.new": COORDINATORS, "bookings.create": COORDINATORS,
    "bookings.wait": COORDINATORS, "bookings.alerts": COORDINATORS, "bookings.new_alert": COORDINATORS,
    "bookings.create_alert": COORDINATORS,
    **dict.fromkeys(
        ("bookings.template_xlsx", "bookings.template_csv", "bookings.sheet", "bookings.send_sheet"), COORDINATORS),
    "booking_payments": OWN,
    "rosters": ON_THE_RUN, "rosters.teaching": TEACHERS,
    "certificates": EVERYBODY, "certificates.certificates": COORDINATORS, "certificates.certificates_csv": COORDINATORS,
    "certificates.document": {"coordinator", "staff"},
    "compliance": OWN, "compliance.overview": COORDINATORS, "compliance.overview_csv": COORDINATORS,
    "calendar_feeds": EVERYBODY, "calendar_feeds.calendar": SIGNED_IN, "calendar_feeds.open_address": SIGNED_IN,
    "calendar_feeds.close_address": SIGNED_IN,
}  # fmt: skip

# These name what they are about in the form, which the matrix sends empty: not there, even for those who may come in.
NAMED_IN_THE_FORM = {
    "catalogue_admin.plan_run", "bookings_admin.event_again", "bookings_admin.event_dealt_with",
    "bookings_admin.refund_sent",
}  # fmt: skip
# Without a payment firm, and while the embedded database is put back, these say so.
ANSWERS_503 = {"booking_payments.finish", "booking_payments.pay", "health.readyz"}


class House:
    """The built world on SQLite, put back as it was after every deed; who may come in depends on no database."""

    def __init__(self, stage: Stage, world: World, kept: Path) -> None:
        self.stage, self.world, self.kept = stage, world, kept
        self.cookies = {name: self._cookie(email) for name, email in world.actors.items()}
        self._copy(self.database, self.kept)

    @property
    def database(self) -> Path:
        with self.stage.app.app_context():
            return Path(str(db.engine.url.database))

    def _cookie(self, email: str | None) -> str:
        if email is None:
            return ""
        client = self.stage.app.test_client()
        sign_in(client, email)
        cookie = client.get_cookie("session")
        assert cookie is not None
        return cookie.value

    def _client(self, name: str) -> FlaskClient:
        client = self.stage.app.test_client()
        if self.cookies[name]:
            client.set_cookie("session", self.cookies[name])
        return client

    def knock(self, name: str, method: str, path: str) -> TestResponse:
        self.stage.app.config["WTF_CSRF_ENABLED"] = False
        response = self._client(name).open(path, method=method)
        if method == "POST":
            self._copy(self.kept, self.database)
        return response

    def _copy(self, source: Path, target: Path) -> None:
        with self.stage.app.app_context():
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        shutil.copyfile(source, target)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    settings = settings_for(
        folder, f"sqlite:///{folder / 'house.sqlite3'}", stripe_secret_key="", stripe_webhook_secret=""
    )
    with open_stage(settings) as stage:
        with stage.app.app_context():
            world = build(Make(stage.app))
        yield House(stage, world, folder / "kept.sqlite3")


def allowed(endpoint: str) -> set[str]:
    found = ALLOWED.get(endpoint, ALLOWED.get(endpoint.partition(".")[0]))
    assert found is not None, f"{endpoint} is not in the access matrix: say who may come in"
    return found


def doors(house: House) -> Iterator[tuple[Rule, str, str]]:
    with house.stage.app.test_request_context(base_url="http://127.0.0.1:8000"):
        urls = house.stage.app.create_url_adapter(None) or house.stage.app.url_map.bind("127.0.0.1:8000")
        for rule in house.stage.app.url_map.iter_rules():
            parts = house.world.parts_of(rule.endpoint)
            path = urls.build(rule.endpoint, {name: parts[name] for name in rule.arguments})
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method, path.removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_s20_every_door_for_everybody(house: House, name: str) -> None:
    wrong = []
    for rule, method, path in list(doors(house)):
        response = house.knock(name, method, path)
        if not _as_expected(response, name, rule.endpoint):
            wrong.append(f"{name} {method} {path} ({rule.endpoint}): {response.status_code}")
    assert wrong == [], "\n".join(wrong)


def _as_expected(response: TestResponse, name: str, endpoint: str) -> bool:
    if response.status_code >= 500:
        return endpoint in ANSWERS_503
    visitors = allowed(endpoint)
    if visitors == EVERYBODY:
        return not _sent_to_sign_in(response)
    if name in visitors:
        return response.status_code not in (
            {401, 403} if endpoint in NAMED_IN_THE_FORM else {401, 403, 404}
        ) and not _sent_to_sign_in(response)
    if name == "anonymous":
        return _sent_to_sign_in(response) or response.status_code in {401, 422}
    return response.status_code == 404


def _sent_to_sign_in(response: TestResponse) -> bool:
    return response.status_code in {302, 303} and "/sign-in" in response.headers["Location"]
