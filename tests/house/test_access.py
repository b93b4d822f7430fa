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


def doors_of(room: str, visitors: set[str], names: str) -> dict[str, set[str]]:
    """The doors of one blueprint that let the same visitors in."""
    return {f"{room}.{name}": visitors for name in names.split()}


# By endpoint. A room's name stands for nothing: a new door is in this list, or the test fails.
ALLOWED: dict[str, set[str]] = {
    **doors_of("foundation", EVERYBODY, "asset components language"),
    **doors_of("health", EVERYBODY, "healthz readyz"),
    **doors_of(
        "accounts", EVERYBODY,
        "choose_password confirm confirm_email create_account enter forgot_password register registered "
        "reset_password reset_sent send_confirmation send_reset sign_in sign_out unconfirmed"),
    **doors_of("accounts", SIGNED_IN, "change_password create_organization join replace_password"),
    **doors_of(
        "accounts", COORDINATORS,
        "add_establishment add_person change_organization edit_organization establishments members "
        "new_establishment new_person organization_details people"),
    **doors_of(
        "accounts", OWN,
        "change_establishment change_person close_establishment edit_person end_membership establishment person"),
    **doors_of(
        "accounts_admin", STAFF,
        "account accounts accounts_file change_organization close_account decide_membership edit_organization "
        "grant_role organization organizations organizations_file people people_file person "
        "reopen_account withdraw_role"),
    **doors_of("catalogue", EVERYBODY, "course courses"),
    **doors_of(
        "catalogue_admin", STAFF,
        "add_venue change_course change_run change_venue changes course courses edit_run fees new_run new_venue "
        "plan_run publish_run remove_draft renew_link run runs runs_file set_changes set_fee venue venues "
        "withdraw_fee"),
    **doors_of(
        "bookings", COORDINATORS,
        "account alerts bookings create create_alert create_estimate estimates new new_alert new_estimate "
        "send_sheet sheet template_csv template_xlsx wait"),
    **doors_of(
        "bookings", OWN,
        "answer attendee attendees book_draft booking cancel cancel_seats cancellation change confirm correct date "
        "draft drop_voucher enter_names estimate estimate_pdf give_up_draft hold_again keep_seats leave mend_draft "
        "move_seat name names names_from_file party question remove_alert substitute take_what_is_left "
        "use_voucher wait_with_list"),
    **doors_of(
        "bookings", STAFF,
        "any_estimate any_estimate_pdf book_by_telephone create_estimate_for new_estimate_for telephone"),
    **doors_of(
        "bookings", OWN | STAFF, "additional_invoice additional_receipt invoice paper_of_booking print_again "
        "receipt receipts split ticket"),
    **doors_of("bookings", OWN | ON_THE_RUN, "seat"),  # and the attendee, who is none of these
    **doors_of("bookings", set(), "own_ticket"),  # the attendee alone
    **doors_of("booking_payments", OWN, "back choose finish pay transfer"),
    **doors_of("stripe_webhook", EVERYBODY, "receive"),
    **doors_of(
        "bookings_admin", STAFF,
        "add_voucher answer approve ask_look attendee block blocks booking bookings bookings_csv cancel "
        "cancel_seats cancellation capacity change_capacity change_way correct correct_invoice correction date "
        "decide_look decline demand demand_csv end_voucher enter_name event_again event_dealt_with "
        "invoice_correction limits look looks membership move_seat name new_voucher offer paper papers papers_csv "
        "party payment payments payments_csv question questions record refund_again refund_by_bank refund_sent "
        "release remove seats set_limit substitute voucher vouchers waiting way ways"),
    **doors_of(
        "bookings_admin", STAFF,
        "account bank_add_fees bank_change_layout bank_choose bank_create_layout bank_file bank_file_content "
        "bank_files bank_layout bank_layouts bank_line bank_lines bank_new_layout bank_post bank_post_line "
        "bank_propose bank_retire_layout bank_set_aside bank_take_back bank_take_up bank_upload forget_payer_name "
        "compare_now comparison pay_credit_back use_credit"),
    **doors_of("dispatches", EVERYBODY, "service services"),
    **doors_of("dispatches", COORDINATORS, "create dispatches new"),
    **doors_of("dispatches", OWN, "accept answer dispatch invoice receipt withdraw"),
    **doors_of(
        "dispatches_admin", STAFF,
        "add_service ask call_off change_service decline dispatch dispatches new_service plan quote send_quote service "
        "services"),
    **doors_of("rosters", TEACHERS, "teaching"),
    **doors_of("rosters", ON_THE_RUN, "close closing roster save sheet"),
    **doors_of("rosters_admin", STAFF, "call_off calling_off"),
    **doors_of("certificates", EVERYBODY, "certificate check holder verify"),
    **doors_of("certificates", COORDINATORS, "certificates certificates_csv"),
    **doors_of("certificates", {"coordinator", "staff"}, "document"),
    **doors_of(
        "certificates_admin", STAFF,
        "certificate certificates certificates_csv notice notices notices_csv reissue reopen reopening revoke"),
    **doors_of("compliance", COORDINATORS, "overview overview_csv"),
    **doors_of("compliance", OWN, "appoint end ending roles"),
    **doors_of("compliance_admin", STAFF, "change change_steps requirement requirements"),
    **doors_of("calendar_feeds", EVERYBODY, "private run_event runs_feed"),
    **doors_of("calendar_feeds", SIGNED_IN, "calendar close_address open_address"),
    **doors_of(
        "portal", EVERYBODY, "accessibility finder home legal_notice privacy robots_txt run runs security_txt"),
    **doors_of("portal", COORDINATORS, "organization"),
    **doors_of("portal", SIGNED_IN, "me"),
    **doors_of(
        "office", STAFF,
        "audit audit_csv front mail outbox outbox_csv reports reports_csv revenue revenue_csv search send_again "
        "settle today"),
    **doors_of(
        "payments_admin", STAFF,
        "account_titles change_dunning_step change_layout close_books closes create_dunning_step create_layout "
        "customer customer_csv dunning_step end_dunning_step journal journal_csv layout name_accounts "
        "new_dunning_step new_layout receivables receivables_csv reminder reminders remove_layout resume_reminders "
        "send_reminders stop_reminders"),
}  # fmt: skip

# These name what they are about in the form, which the matrix sends empty: not there, even for those who may come in.
NAMED_IN_THE_FORM = {
    "catalogue_admin.plan_run", "bookings_admin.event_again", "bookings_admin.event_dealt_with",
    "bookings_admin.refund_again", "bookings_admin.refund_by_bank", "bookings_admin.refund_sent",
    "bookings_admin.ask_look", "bookings_admin.bank_choose", "bookings_admin.forget_payer_name",
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
    assert endpoint in ALLOWED, f"{endpoint} is not in the access matrix: say who may come in"
    return ALLOWED[endpoint]


def doors(house: House) -> Iterator[tuple[Rule, str, str]]:
    with house.stage.app.test_request_context(base_url="http://127.0.0.1:8000"):
        urls = house.stage.app.create_url_adapter(None) or house.stage.app.url_map.bind("127.0.0.1:8000")
        for rule in house.stage.app.url_map.iter_rules():
            parts = house.world.parts_of(rule.endpoint)
            path = urls.build(rule.endpoint, {name: parts[name] for name in rule.arguments})
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method, path.removeprefix("http://127.0.0.1:8000")


def test_s20_the_matrix_names_every_door_and_no_other(house: House) -> None:
    endpoints = {rule.endpoint for rule in house.stage.app.url_map.iter_rules()}
    assert endpoints - set(ALLOWED) == set(), "say who may come in"
    assert set(ALLOWED) - endpoints == set(), "there is no such door"


def test_s20_a_door_that_says_nothing_is_refused(house: House) -> None:
    with pytest.raises(AssertionError, match="not in the access matrix"):
        allowed("portal.new_door")
    with pytest.raises(AssertionError, match="not in the access matrix"):
        allowed("portal")


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
