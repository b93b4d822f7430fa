"""Somebody with a browser without scripts: opens pages, follows links, fills in forms, presses buttons.

What they do is what the page offers: a field that is not there can't be filled in, hidden fields travel by themselves.
Each page on the way must be whole: no server error, one language, one title, one h1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from flask.testing import FlaskClient

from tests.journeys import dom
from tests.journeys.dom import Element
from tests.journeys.words import Words
from tests.payments.wire import send

MOST_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Answer:
    """What came back from an address."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def html(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html")


@dataclass
class Visitor:
    """One person at one browser. `typed` keeps every value they typed, for the search through the log."""

    client: FlaskClient
    base_url: str
    words: Words
    typed: list[str] = field(default_factory=list)
    answer: Answer = Answer("", 0, {}, b"")
    page: Element = field(default_factory=lambda: Element("#page"))

    # ---- Going somewhere ------------------------------------------------------------------------------------------

    def open(self, path: str, status: int = 200) -> Visitor:
        """Go to an address."""
        return self._go("GET", urljoin(self.base_url, path), [], status)

    def follow(self, label: str, nth: int = 0, status: int = 200) -> Visitor:
        """Click on a link, by what it says."""
        return self._go("GET", urljoin(self.answer.url, self.address_of(label, nth)), [], status)

    def address_of(self, label: str, nth: int = 0) -> str:
        """Where a link of this name leads."""
        found = _named(label, [one for one in self.page.all("a") if one["href"]])
        assert len(found) > nth, f"no link {label!r} on {self.path}: {[one.text for one in self.page.all('a')]}"
        return found[nth]["href"]

    def addresses(self, beginning: str) -> list[str]:
        """Where the links of the page lead, as far as it begins like this."""
        return [one["href"] for one in self.main.all("a") if one["href"].startswith(beginning)]

    def download(self, path: str) -> bytes:
        """A file, without leaving the page."""
        got = self.fetch(path)
        assert got.status == 200, f"{got.status} at {got.url}"
        return got.body

    def fetch(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Whatever answers at an address, without leaving the page."""
        return self._request("GET", urljoin(self.answer.url or self.base_url, path), [], headers or {})

    # ---- Filling in -----------------------------------------------------------------------------------------------

    def fill(self, **values: str) -> Visitor:
        """Type into fields by name; `__` stands for a hyphen. Choices are made by the value they send."""
        return self.fill_in({name.replace("__", "-"): value for name, value in values.items()})

    def fill_in(self, values: dict[str, str]) -> Visitor:
        """The same, from a table."""
        for name, value in values.items():
            controls = [one for one in self._controls() if one["name"] == name]
            assert controls, f"no field {name!r}; there are: {sorted({one['name'] for one in self._controls()})}"
            self._set(controls, value)
        return self

    def control(self, around: str, ending: str) -> str:
        """The name of the field that stands in the group of these words and ends like this."""
        found = [one["name"] for one in self._controls() if around in dom.labels_of(self.page, one)]
        matching = [name for name in found if name.endswith(ending)]
        assert matching, f"no field …{ending} for {around!r}; there are: {found}"
        return matching[0]

    def controls(self, ending: str) -> list[str]:
        """The names of all fields that end like this."""
        return [one["name"] for one in self._controls() if one["name"].endswith(ending)]

    def copied(self, part: str) -> str:
        """The address on the page that is meant to be copied."""
        found = [one["data-copy"] for one in self.page.all("button") if part in one["data-copy"]]
        assert found, f"nothing to copy with {part!r} on {self.path}"
        return found[0]

    def unfold(self, around: str = "") -> Visitor:
        """Without a screen nothing is folded."""
        return self

    def tick(self, label: str, nth: int = 0) -> Visitor:
        """Tick a box or choose an option, by what it says."""
        found = [one for one in self._controls() if label in dom.labels_of(self.page, one)]
        boxes = [one for one in found if one["type"] in {"checkbox", "radio"}]
        assert len(boxes) > nth, f"no box {label!r}"
        self._set([one for one in self._controls() if one["name"] == boxes[nth]["name"]], boxes[nth]["value"])
        return self

    def press(self, label: str, nth: int = 0, status: int = 200) -> Visitor:
        """Press a button, by what it says."""
        button = self.button(label, nth)
        form = self._form_of(button)
        pairs = dom.sent_by(self.page, form, button)
        method = (button["formmethod"] or form["method"] or "get").upper()
        target = urljoin(self.answer.url, button["formaction"] or form["action"] or self.answer.url)
        return self._go(method, target, pairs, status)

    def arrives(self, label: str, path: str) -> Visitor:
        """A page that sends itself where scripts run: here its button is pressed."""
        self.press(label)
        assert self.path == path, f"{self.path} instead of {path}: {self.text}"
        return self

    def button(self, label: str, nth: int = 0) -> Element:
        """A button of the page, by what it says."""
        found = _named(label, self.buttons())
        assert len(found) > nth, f"no button {label!r} on {self.path}: {[one.text for one in self.buttons()]}"
        return found[nth]

    def buttons(self) -> list[Element]:
        """Every button that sends a form."""
        return [one for one in self.page.all("button") if (one["type"] or "submit") == "submit"]

    # ---- Looking --------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        return urlsplit(self.answer.url).path

    @property
    def main(self) -> Element:
        """The page without its header and footer."""
        return (self.page.all("main") or [self.page])[0]

    @property
    def text(self) -> str:
        return self.main.text

    @property
    def heading(self) -> str:
        return self.page.all("h1")[0].text

    def sees(self, *texts: str) -> Visitor:
        """These texts stand on the page."""
        shown = self.main.text
        missing = [text for text in texts if text not in shown]
        assert not missing, f"{missing} not on {self.path}: {shown}"
        return self

    def misses(self, *texts: str) -> Visitor:
        """These do not."""
        shown = self.main.text
        found = [text for text in texts if text in shown]
        assert not found, f"{found} on {self.path}: {shown}"
        return self

    def row(self, *texts: str) -> str:
        """The row of a table, or the entry of a list, in which all these texts stand."""
        rows = [one.text for one in self.main.all("tr", "li", "article")]
        found = [row for row in rows if all(text in row for text in texts)]
        assert found, f"no row with {texts}: {rows}"
        return min(found, key=len)

    def shoot(self, step: str) -> Visitor:
        """Nothing to photograph here."""
        return self

    # ---- Below ----------------------------------------------------------------------------------------------------

    def _controls(self) -> list[Element]:
        return [one for one in self.page.all("input", "select", "textarea") if one["type"] != "hidden"]

    def _set(self, controls: list[Element], value: str) -> None:
        first = controls[0]
        if first["type"] in {"checkbox", "radio"}:
            _choose(controls, value, "checked")
        elif first.tag == "select":
            _choose(first.all("option"), value, "selected")
        elif first.tag == "textarea":
            first.children = [value]
        else:
            first.attributes["value"] = value
        if first["type"] not in {"checkbox", "radio", "number"} and first.tag != "select":
            self.typed.append(value)

    def _form_of(self, button: Element) -> Element:
        forms = self.page.all("form")
        found = [one for one in forms if dom.belongs(button, one)]
        assert found, f"the button {button.text!r} stands in no form"
        return found[0]

    def _go(self, method: str, url: str, pairs: list[tuple[str, str]], status: int) -> Visitor:
        self.answer = self._request(method, url, pairs)
        for _ in range(MOST_REDIRECTS):
            if self.answer.status not in REDIRECTS:
                break
            self.answer = self._request("GET", urljoin(self.answer.url, self.answer.headers["location"]), [])
        self.page = dom.read(self.answer.body.decode()) if self.answer.html else Element("#page")
        assert self.answer.status == status, f"{self.answer.status} at {self.answer.url}: {self.main.text[:2000]}"
        if self.answer.html:
            self._check_whole()
        return self

    def _check_whole(self) -> None:
        assert self.page.all("html")[0]["lang"] in {"ja", "en"}, self.answer.url
        assert len(self.page.all("title")) == len(self.page.all("h1")) == 1, self.answer.url
        repeated = [one["id"] for one in self.page.all(where=lambda one: bool(one["id"]))]
        assert len(repeated) == len(set(repeated)), f"ids used twice on {self.answer.url}: {sorted(repeated)}"

    def _request(
        self, method: str, url: str, pairs: list[tuple[str, str]], more: dict[str, str] | None = None
    ) -> Answer:
        url = url.partition("#")[0]
        if not url.startswith(self.base_url):
            return self._request_elsewhere(method, url, pairs)
        target, headers = (
            url.removeprefix(self.base_url) or "/",
            {"Accept-Language": self.words.language, **(more or {})},
        )
        if self.answer.url.startswith(self.base_url):
            headers["Referer"] = self.answer.url
        if method == "GET" and pairs:
            target = f"{target.partition('?')[0]}?{urlencode(pairs)}"
        options = {"data": urlencode(pairs), "content_type": "application/x-www-form-urlencoded"}
        got = self.client.open(
            target, method=method, base_url=self.base_url, headers=headers, **(options if method != "GET" else {})
        )
        assert got.status_code < 500, f"{got.status_code} at {target}: {dom.read(got.get_data(as_text=True)).text}"
        kept = {name.lower(): value for name, value in got.headers.items()}
        return Answer(urljoin(self.base_url, target), got.status_code, kept, got.get_data())

    def _request_elsewhere(self, method: str, url: str, pairs: list[tuple[str, str]]) -> Answer:
        """The payment page stands on another server."""
        got = send(method, url, form=dict(pairs)) if method != "GET" else send(method, url)
        kept = {name.lower(): value for name, value in got.headers.items()}
        return Answer(url, got.status, kept, got.text.encode())


def _named(label: str, elements: list[Element]) -> list[Element]:
    """Those that say exactly this; if there are none, those that say it among other things."""
    exact = [one for one in elements if one.text == label]
    return exact or [one for one in elements if label in one.text]


def _choose(options: list[Element], value: str, mark: str) -> None:
    chosen = [one for one in options if one.attributes.get("value", one.text) == value]
    chosen = chosen or [one for one in options if value and value in one.text]
    assert chosen, f"no choice {value!r}; there are: {[one.attributes.get('value', one.text) for one in options]}"
    for one in options:
        if one["type"] != "checkbox":
            one.attributes.pop(mark, None)
    chosen[0].attributes[mark] = mark
