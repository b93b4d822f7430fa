"""A page as a browser without scripts reads it: elements, their texts, and what their forms would send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}
BUTTONS = {"submit", "button", "reset", "image"}
Test = Callable[["Element"], bool]


@dataclass(eq=False)
class Element:
    """One element; `children` holds elements and texts in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        """What it says, white space folded."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in SILENT:
                yield from child._texts()
        if self.tag in {"p", "li", "td", "th", "dt", "dd", "div", "h1", "h2", "h3", "option", "br"}:
            yield " "

    def all(self, *tags: str, where: Test = lambda _: True) -> list[Element]:
        """Every element inside with one of these tags (or any), in the order of the page."""
        return [one for one in self._inside() if (not tags or one.tag in tags) and where(one)]

    def _inside(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._inside()

    def up(self, *tags: str) -> Element | None:
        """The nearest element around it (or itself) with one of these tags."""
        here: Element | None = self
        while here is not None and here.tag not in tags:
            here = here.parent
        return here


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("#page")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_endtag(self, tag: str) -> None:
        found = self.here.up(tag)
        if found is not None and found.parent is not None:
            self.here = found.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(html: str) -> Element:
    """The page of this source."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def labels_of(page: Element, control: Element) -> str:
    """Everything that names a control: its label, and the legends around it."""
    found = [one.text for one in page.all("label", where=lambda one: one["for"] == control["id"] != "")]
    wrapping = control.up("label")
    found += [wrapping.text] if wrapping is not None else []
    around = control.up("fieldset")
    while around is not None:
        found += [one.text for one in around.all("legend")[:1]]
        around = around.parent.up("fieldset") if around.parent else None
    return " | ".join([*found, control["aria-label"]])


def sent_by(page: Element, form: Element, button: Element | None) -> list[tuple[str, str]]:
    """What a browser sends when this button of the form is pressed."""
    own = [one for one in page.all("input", "select", "textarea") if belongs(one, form)]
    pairs = [pair for one in own for pair in _values(one)]
    if button is not None and button["name"]:
        pairs.append((button["name"], button["value"]))
    return pairs


def belongs(control: Element, form: Element) -> bool:
    """Whether a control is part of a form, by standing in it or by naming it."""
    if control["form"]:
        return control["form"] == form["id"]
    return control.up("form") is form


def _values(control: Element) -> Iterator[tuple[str, str]]:
    name, kind = control["name"], control["type"] or "text"
    if not name or "disabled" in control.attributes or (control.tag == "input" and kind in {*BUTTONS, "file"}):
        return
    if control.tag == "textarea":
        yield name, "".join(one for one in control.children if isinstance(one, str)).removeprefix("\n")
    elif control.tag == "select":
        yield from ((name, value) for value in _selected(control))
    elif kind in {"checkbox", "radio"}:
        if "checked" in control.attributes:
            yield name, control.attributes.get("value", "on")
    else:
        yield name, control["value"]


def _selected(select: Element) -> list[str]:
    options = select.all("option")
    chosen = [one for one in options if "selected" in one.attributes]
    if not chosen and "multiple" not in select.attributes:
        chosen = [one for one in options if "disabled" not in one.attributes][:1]
    return [one.attributes.get("value", one.text) for one in chosen]
