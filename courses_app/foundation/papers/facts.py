"""What stands on each paper. Rooms fill these; the templates do the formatting.

Days are ISO strings ("2026-12-01"), times "HH:MM" in Japan, money whole yen as `int`. An empty string leaves its line
out; `None` is said where it has a meaning of its own. Texts are printed as they are, never read as markup.
"""

from __future__ import annotations

from typing import Literal, TypedDict

TaxCategory = Literal["taxable_10", "taxable_8", "exempt", "out_of_scope"]


class InstitutionFacts(TypedDict):
    """Who issues the paper."""

    name: str
    name_en: str
    postal_code: str  # "108-0023"
    address: str
    phone: str
    email: str
    registration_number: str  # of a qualified invoice issuer: "T" and 13 digits
    representative_title: str  # "理事長"
    representative: str


class MeetingFacts(TypedDict):
    """One line of the timetable."""

    on: str
    starts: str
    ends: str
    subject: str


class VenueFacts(TypedDict):
    """Where to go."""

    name: str
    address: str
    access: str


class OnlineFacts(TypedDict):
    """How to take part online; printed only where there is no venue, each part where it is there."""

    online_note: str
    joining_address: str
    joining_note: list[str]  # its lines


class AdmissionTicketFacts(OnlineFacts):
    """受講票. Photo ID and the ticket itself are always named among the things to bring; `bring` adds to them."""

    institution: InstitutionFacts
    issued_on: str
    course: str
    course_en: str
    run: str  # reference of the course run
    booking: str  # reference of the booking
    seat: str  # reference of this attendee's seat
    attendee: str  # full name, exactly
    attendee_kana: str
    organization: str
    doors_open: str  # "HH:MM" on the first day, or ""
    meetings: list[MeetingFacts]  # at least one, in order
    venue: VenueFacts | None  # None: online
    bring: list[str]
    notes: list[str]
    qr_svg: str  # of an opaque URL, from `qr_svg`


class RecipientFacts(TypedDict):
    """Whom an invoice addresses."""

    name: str  # the organization
    person: str  # department and person, or ""
    honorific: Literal["御中", "様"]
    postal_code: str
    address: str


class InvoiceLineFacts(TypedDict):
    """One line; prices include tax."""

    description: str
    details: list[str]  # small print under it: venue, attendees
    supplied_on: str | None  # the course day; None for lines without one
    quantity: int
    unit: str  # "名"
    unit_price: int
    tax: TaxCategory
    amount: int


class RateFacts(TypedDict):
    """The sum of one tax rate, rounded once per paper by the room that adds up."""

    percent: int
    total: int  # tax included
    tax: int


class UntaxedFacts(TypedDict):
    """The sum of one category without tax."""

    tax: Literal["exempt", "out_of_scope"]
    total: int


class BankAccountFacts(TypedDict):
    """Where to transfer to."""

    bank: str
    branch: str  # with its number, if it shall be printed: "芝支店（054）"
    kind: str  # "普通"
    number: str
    holder: str
    holder_kana: str
    transfer_reference: str  # what the payer puts before the name


class InvoiceFacts(TypedDict):
    """請求書, a qualified invoice (消費税法57条の4)."""

    institution: InstitutionFacts
    number: str
    issued_on: str
    booking: str
    recipient: RecipientFacts
    subject: str
    lines: list[InvoiceLineFacts]
    rates: list[RateFacts]
    untaxed: list[UntaxedFacts]
    total: int
    due_on: str | None  # None: already paid, or payable at once
    bank: BankAccountFacts | None  # None: no transfer, the whole block is left out
    notes: list[str]
    replaces: str  # the number of the invoice that this one corrects, or ""
    changes: list[str]  # what was put right


class QuoteFacts(TypedDict):
    """見積書."""

    institution: InstitutionFacts
    number: str
    issued_on: str
    recipient: RecipientFacts
    subject: str
    lines: list[InvoiceLineFacts]
    rates: list[RateFacts]
    untaxed: list[UntaxedFacts]
    total: int
    valid_until_on: str
    notes: list[str]


class ReceiptContent(TypedDict):
    """What all receipts for one invoice say."""

    for_what: str  # after 但し: "監理責任者等講習 受講料（3名分）として"
    supplied_on: list[str]  # the course days
    received_on: str
    method: str  # "銀行振込", "クレジットカード"
    invoice: str
    notes: list[str]


class ReceiptFacts(ReceiptContent):
    """領収書."""

    institution: InstitutionFacts
    number: str
    issued_on: str
    addressee: str
    honorific: Literal["御中", "様"]
    total: int
    booking: str
    rates: list[RateFacts]
    untaxed: list[UntaxedFacts]
    copy: int  # 0 is the first print; from 1 on 再発行 is printed, with the count
    first_issued_on: str | None


class KeptFacts(TypedDict):
    """Something that was kept of what goes back: a fee of cancellation."""

    words: str
    tax: TaxCategory
    amount: int


class ReturnInvoiceFacts(TypedDict):
    """適格返還請求書 (template `return_invoice`, 消費税法57条の4第3項)."""

    institution: InstitutionFacts
    number: str
    issued_on: str
    addressee: str
    honorific: Literal["御中", "様"]
    refunded_on: str
    supplied_on: list[str]
    invoice: str
    booking: str
    subject: str
    rates: list[RateFacts]  # of what is given back
    untaxed: list[UntaxedFacts]
    kept: list[KeptFacts]  # taken off it
    total: int  # the money that goes back
    method: str


class CertificateFacts(TypedDict):
    """受講証明書."""

    institution: InstitutionFacts
    number: str
    name: str  # full name, exactly as on the residence record
    born_on: str
    course: str
    course_en: str
    basis: str  # the law, as a noun: "…施行規則（平成28年法務省・厚生労働省令第3号）第53条"; "" for courses without one
    basis_en: str  # "Article 53 of the Ordinance for Enforcement of …"
    days: list[str]
    place: str | None  # None: online
    net_minutes: int
    completed_on: str
    valid_through: str | None  # None: does not expire
    issued_on: str
    verify_url: str
    qr_svg: str  # of `verify_url`
    revision: int  # 1 is the original; from 2 on 再発行 is printed


class FailureNoticeFacts(TypedDict):
    """不合格通知書 (template `notice_of_failure`). What was met is decided elsewhere and printed here."""

    institution: InstitutionFacts
    number: str
    issued_on: str
    name: str
    organization: str
    course: str
    course_en: str
    run: str
    days: list[str]
    place: str | None  # None: online
    identity_met: bool
    minutes_met: bool
    net_minutes: int
    missed_minutes: int
    made_up_minutes: int
    test_met: bool
    score: int | None  # None: not taken
    pass_mark: int
    next_steps: list[str]
