"""What is remembered for a moment: asked once, never longer than promised, never without end."""

from __future__ import annotations

from itertools import count

from courses_app.foundation.lately import Lately


def test_it_asks_once_while_the_answer_is_fresh() -> None:
    lately, numbers = Lately[int](seconds=3600), count(1)
    assert [lately.asked("run", lambda: next(numbers)) for _ in range(3)] == [1, 1, 1]
    assert lately.asked("another", lambda: next(numbers)) == 2
    lately.forget()
    assert lately.asked("run", lambda: next(numbers)) == 3


def test_an_answer_that_is_old_is_asked_for_again() -> None:
    lately, numbers = Lately[int](seconds=0), count(1)
    assert [lately.asked("run", lambda: next(numbers)) for _ in range(3)] == [1, 2, 3]


def test_it_keeps_so_many_and_no_more() -> None:
    lately, numbers = Lately[int](seconds=3600, most=2), count(1)
    for name in ("first", "second", "third"):
        lately.asked(name, lambda: next(numbers))
    assert lately.asked("third", lambda: next(numbers)) == 3
    assert lately.asked("first", lambda: next(numbers)) == 4
