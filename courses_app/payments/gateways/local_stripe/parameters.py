"""What stands in a request: the form's brackets rebuilt into a tree, then read strictly, as Stripe does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .faults import Fault

Reader = Callable[[Any, str], Any]

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


def nested(form: str) -> dict[str, Any]:
    """`a[b][0]=x` as {"a": {"b": ["x"]}}; every leaf is text. Raises Fault where the brackets contradict each other."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = _steps(name)
        place = tree
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Fault(f"Invalid parameter: {name}", param=name)
        if isinstance(place.get(last), dict):
            raise Fault(f"Invalid parameter: {name}", param=name)
        place[last or str(len(place))] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def table(required: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None) -> Reader:
    """A reader of named values that knows every name it accepts."""
    known = {**required, **(optional or {})}

    def read(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Fault(f"Invalid object: {name}", param=name)
        for key in value:
            if key not in known:
                at = _inside(name, key)
                raise Fault(f"Received unknown parameter: {at}", code="parameter_unknown", param=at)
        for key in required:
            if key not in value:
                at = _inside(name, key)
                raise Fault(f"Missing required param: {at}.", code="parameter_missing", param=at)
        return {key: known[key](found, _inside(name, key)) for key, found in value.items()}

    return read


def rows(reader: Reader, at_most: int) -> Reader:
    """A reader of a list with at least one element."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise Fault(f"Invalid array: {name}", param=name)
        if len(value) > at_most:
            raise Fault(f"Array {name} exceeded maximum {at_most} allowed elements.", param=name)
        return [reader(one, f"{name}[{index}]") for index, one in enumerate(value)]

    return read


def text(at_most: int = 5000) -> Reader:
    def read(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise Fault(f"Invalid string: {name}", param=name)
        if value == "":
            raise Fault(f"You passed an empty string for '{name}'.", code="parameter_invalid_empty", param=name)
        if len(value) > at_most:
            raise Fault(f"Invalid string: {name} must be at most {at_most} characters", param=name)
        return value

    return read


def whole(at_least: int = 0, at_most: int = 99_999_999) -> Reader:
    def read(value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise Fault(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        if not at_least <= int(value) <= at_most:
            limits = f"between {at_least} and {at_most}"
            raise Fault(f"Invalid integer: must be {limits}", code="parameter_invalid_integer", param=name)
        return int(value)

    return read


def choice(*allowed: str) -> Reader:
    def read(value: Any, name: str) -> str:
        if value not in allowed:
            raise Fault(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return str(value)

    return read


def address(value: Any, name: str) -> str:
    """A web address; anything a browser could run instead of opening is refused."""
    found = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if found.scheme not in {"http", "https"} or not found.netloc:
        raise Fault("Not a valid URL", code="url_invalid", param=name)
    return str(value)


def email(value: Any, name: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        raise Fault(f"Invalid email address: {value}", code="email_invalid", param=name)
    return value


def metadata(value: Any, name: str) -> dict[str, str]:
    """Up to 50 names of 40 characters, values of 500."""
    if not isinstance(value, dict) or len(value) > 50:  # Stripe's limits
        raise Fault("Metadata must be a table of at most 50 keys.", param=name)
    for key in value:
        if len(key) > 40:  # Stripe's limits
            raise Fault("Metadata keys can have at most 40 characters.", param=name)
    return {key: text(500)(found, _inside(name, key)) for key, found in value.items()}


def _steps(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise Fault(f"Invalid parameter: {name}", param=name)
    steps = [found[1], *_STEP.findall(found[2])]
    if "" in steps[:-1]:
        raise Fault(f"Invalid parameter: {name}", param=name)
    return steps


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(found) for key, found in value.items()}
    if inner and list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
