"""The specimens of the component page (development only): every kind of field, filled, empty and wrong; hard names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from courses_app.foundation.forms import options

LONG_COMPANY = "一般社団法人全国外国人技能実習生受入れ支援事業協同組合連合会西日本統括本部第一事務所"


@dataclass(frozen=True)
class DemoPerson:
    """A name that is hard to print."""

    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str


@dataclass(frozen=True)
class DemoPage:
    """A page of a long list, with what `pagination` reads of foundation.paging.Page."""

    number: int
    pages: int
    first: int
    last: int
    total: int


class DemoAttendee(Form):
    """One row of a repeated form."""

    family_name = StringField("姓", [InputRequired("姓を入力してください。")])
    given_name = StringField("名")
    born_on = DateField("生年月日", [InputRequired("生年月日を選んでください。")])


class DemoForm(Form):
    """One field of every kind."""

    organization = StringField(
        "団体・企業名", [InputRequired()], description="登記のとおり、法人格（株式会社など）も入力してください。"
    )
    email = EmailField("メールアドレス", [InputRequired("メールアドレスを name@example.jp の形で入力してください。")])
    phone = TelField("電話番号", description="全角・半角、ハイフンの有無は問いません。")
    seats = IntegerField("申込人数", [NumberRange(1, 40, "1から40までの数を入力してください。")])
    starts_on = DateField("開催日")
    password = PasswordField("パスワード", [InputRequired("パスワードを12文字以上で入力してください。")])
    region = SelectField("地域", choices=options([("", "—"), ("13", "東京都"), ("27", "大阪府")]))
    payment = RadioField(
        "支払方法", [InputRequired("支払方法を選んでください。")],
        choices=options([("bank_transfer", "銀行振込（請求書払い）"), ("stripe", "クレジットカード")]),
    )  # fmt: skip
    languages = SelectMultipleField(
        "対応言語", choices=options([("ja", "日本語"), ("en", "English"), ("vi", "Tiếng Việt")]),
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    remarks = TextAreaField("備考", description="当日までに知らせておきたいことがあれば入力してください。")
    document = FileField("添付書類")
    consent = BooleanField("個人情報の取扱いに同意する", [InputRequired("内容を確認し、同意のうえお進みください。")])
    attendees = FieldList(FormField(DemoAttendee), label="受講者", min_entries=2)


WRONG = {
    "organization": LONG_COMPANY,
    "email": "",
    "phone": "０３（１２３４）５６７８",
    "seats": "99",
    "region": "13",
    "password": "",
    "attendees-0-family_name": "",
    "attendees-0-given_name": "花子",
    "attendees-1-family_name": "𠮷野",
}


def demo(*, now: datetime) -> dict[str, Any]:
    """What the component page shows: an untouched form, a wrong one, hard names, a long list, instants around `now`."""
    wrong = DemoForm(MultiDict(WRONG))
    wrong.validate()
    wrong.form_errors.append("残席は3席です。人数を減らすか、別の日程を選んでください。")
    return {
        "demo_form": wrong,
        "fresh_form": DemoForm(prefix="fresh"),
        "demo_page": DemoPage(number=6, pages=24, first=101, last=120, total=471),
        "names": [
            DemoPerson("髙﨑", "花子", "タカサキ", "ハナコ"),
            DemoPerson("𠮷野", "渡", "ヨシノ", "ワタル"),
            DemoPerson("渡邉󠄁", "一", "ワタナベ", "ハジメ"),
            DemoPerson("グエン・ティ・タイン・フオン", "", "グエンティタインフオン", ""),
        ],
        "long_company": LONG_COMPANY,
        "days": [date(2026, 12, 1), date(2026, 12, 5), date(2027, 1, 31)],
        "starts_at": datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 1, 7, 30, tzinfo=UTC),
        "now": now,
        "soon": now + timedelta(minutes=12, seconds=30),
    }
