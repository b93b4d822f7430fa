"""One set of realistic facts for each paper; tests change single facts with `{**certificate(), "name": …}`."""

from __future__ import annotations

from courses_app.foundation.papers import qr_svg
from courses_app.foundation.papers.facts import (
    AdmissionTicketFacts,
    BankAccountFacts,
    CertificateFacts,
    FailureNoticeFacts,
    InstitutionFacts,
    InvoiceFacts,
    InvoiceLineFacts,
    MeetingFacts,
    QuoteFacts,
    RateFacts,
    ReceiptFacts,
    ReturnInvoiceFacts,
)

COURSE = "監理責任者等講習"
COURSE_EN = "Course for Supervision Managers and Persons with Supervisory Duties"
VERIFY_URL = "https://courses.example.jp/certificates/9f3kQz7RtYbN2mXcVwLsDg"
TICKET_URL = "https://courses.example.jp/tickets/Hc2Vq8LwZk4TnB6yRjXsPd"

INSTITUTION: InstitutionFacts = {
    "name": "公益財団法人 国際研修推進センター",
    "name_en": "Centre for International Training",
    "postal_code": "108-0023",
    "address": "東京都港区芝浦9丁目9番9号 みなとビルディング",
    "phone": "03-0000-0000",
    "email": "seminar@example.jp",
    "registration_number": "T5835678256246",
    "representative_title": "理事長",
    "representative": "葛󠄀城 一郎",
}

RATE: RateFacts = {"percent": 10, "total": 34500, "tax": 3136}

LINE: InvoiceLineFacts = {
    "description": COURSE,
    "details": ["東京会場（R-7K4MQ9XHA）", "受講者：髙﨑 𠮷郎、渡邉󠄁 花子、葛󠄀城 一"],
    "supplied_on": "2026-12-01",
    "quantity": 3,
    "unit": "名",
    "unit_price": 11500,
    "tax": "taxable_10",
    "amount": 34500,
}

BANK: BankAccountFacts = {
    "bank": "みなと銀行",
    "branch": "芝浦支店（054）",
    "kind": "普通",
    "number": "1234567",
    "holder": "公益財団法人 国際研修推進センター",
    "holder_kana": "ザイ）コクサイケンシュウスイシンセンター",
    "transfer_reference": "B7K4MQ9XHA",
}


def invoice() -> InvoiceFacts:
    return {
        "institution": INSTITUTION,
        "number": "2026-000123",
        "issued_on": "2026-11-22",
        "booking": "B-7K4MQ9XHA",
        "recipient": {
            "name": "東都国際事業協同組合",
            "person": "経理部 山田 太郎",
            "honorific": "様",
            "postal_code": "160-0023",
            "address": "東京都新宿区西新宿9丁目8番1号 中央ビル10階",
        },
        "subject": f"{COURSE}（2026年12月1日 東京会場）受講料",
        "lines": [LINE],
        "rates": [RATE],
        "untaxed": [],
        "total": 34500,
        "due_on": "2026-12-03",
        "bank": BANK,
        "notes": ["ご入金の確認後、受講票をお送りします。"],
        "replaces": "",
        "changes": [],
    }


def quote() -> QuoteFacts:
    return {
        "institution": INSTITUTION,
        "number": "M-2026-000021",
        "issued_on": "2026-11-02",
        "recipient": {**invoice()["recipient"], "person": "", "honorific": "御中"},
        "subject": f"{COURSE} 受講料（3名分）",
        "lines": [LINE],
        "rates": [RATE],
        "untaxed": [],
        "total": 34500,
        "valid_until_on": "2026-12-02",
        "notes": [],
    }


def return_invoice() -> ReturnInvoiceFacts:
    return {
        "institution": INSTITUTION,
        "number": "H-2026-000007",
        "issued_on": "2026-12-05",
        "addressee": "東都国際事業協同組合",
        "honorific": "御中",
        "refunded_on": "2026-12-04",
        "supplied_on": ["2026-12-01"],
        "invoice": "2026-000123",
        "booking": "B-7K4MQ9XHA",
        "subject": f"{COURSE} 受講料（3名分）",
        "rates": [{"percent": 10, "total": 11500, "tax": 1045}],
        "untaxed": [],
        "kept": [{"words": "取消料（受講日の14日前から8日前まで 30％）", "tax": "out_of_scope", "amount": 3450}],
        "total": 8050,
        "method": "銀行振込",
    }


def receipt() -> ReceiptFacts:
    return {
        "institution": INSTITUTION,
        "number": "R-2026-000088",
        "issued_on": "2026-12-01",
        "addressee": "東都国際事業協同組合",
        "honorific": "御中",
        "total": 34500,
        "for_what": f"{COURSE} 受講料（3名分）として",
        "supplied_on": ["2026-12-01"],
        "received_on": "2026-11-30",
        "method": "銀行振込",
        "invoice": "2026-000123",
        "booking": "B-7K4MQ9XHA",
        "rates": [RATE],
        "untaxed": [],
        "notes": [],
        "copy": 0,
        "first_issued_on": None,
    }


def admission_ticket() -> AdmissionTicketFacts:
    return {
        "institution": INSTITUTION,
        "issued_on": "2026-11-24",
        "course": COURSE,
        "course_en": COURSE_EN,
        "run": "R-7K4MQ9XHA",
        "booking": "B-7K4MQ9XHA",
        "seat": "B-7K4MQ9XHA-2",
        "attendee": "渡邉󠄁 花子",
        "attendee_kana": "ワタナベ ハナコ",
        "organization": "東都国際事業協同組合",
        "doors_open": "09:00",
        "meetings": [
            meeting("09:30", "11:30", "技能実習法"),
            meeting("11:40", "12:10", "入管法"),
            meeting("13:00", "15:00", "労働関係法令"),
            meeting("15:10", "16:40", "監理団体の職務遂行上の留意点"),
            meeting("16:50", "17:00", "理解度テスト"),
        ],
        "venue": {
            "name": "みなとカンファレンスセンター ホール2A",
            "address": "東京都港区芝9丁目29番14号 田町ビル2階",
            "access": "JR田町駅 三田口から徒歩2分",
        },
        "online_note": "",
        "joining_address": "",
        "joining_note": [],
        "bring": [],
        "notes": ["昼食は各自でご用意ください。"],
        "qr_svg": qr_svg(TICKET_URL),
    }


def meeting(starts: str, ends: str, subject: str, on: str = "2026-12-01") -> MeetingFacts:
    return {"on": on, "starts": starts, "ends": ends, "subject": subject}


def certificate() -> CertificateFacts:
    return {
        "institution": INSTITUTION,
        "number": "SUP-2026-000045",
        "name": "髙﨑 𠮷郎",
        "born_on": "1980-04-01",
        "course": COURSE,
        "course_en": COURSE_EN,
        "basis": "外国人の技能実習の適正な実施及び技能実習生の保護に関する法律施行規則"
        "（平成28年法務省・厚生労働省令第3号）第53条",
        "basis_en": "Article 53 of the Ordinance for Enforcement of the Technical Intern Training Act",
        "days": ["2026-12-01"],
        "place": "東京（みなとカンファレンスセンター）",
        "net_minutes": 360,
        "completed_on": "2026-12-01",
        "valid_through": "2029-12-01",
        "issued_on": "2026-12-04",
        "verify_url": VERIFY_URL,
        "qr_svg": qr_svg(VERIFY_URL),
        "revision": 1,
    }


def notice_of_failure() -> FailureNoticeFacts:
    return {
        "institution": INSTITUTION,
        "number": "SUP-F-2026-000003",
        "issued_on": "2026-12-04",
        "name": "葛󠄀城 一",
        "organization": "東都国際事業協同組合",
        "course": COURSE,
        "course_en": COURSE_EN,
        "run": "R-7K4MQ9XHA",
        "days": ["2026-12-01"],
        "place": "東京（みなとカンファレンスセンター）",
        "identity_met": True,
        "minutes_met": False,
        "net_minutes": 360,
        "missed_minutes": 45,
        "made_up_minutes": 20,
        "test_met": False,
        "score": 72,
        "pass_mark": 80,
        "next_steps": ["修了には、改めて全課程の受講が必要です。"],
    }
