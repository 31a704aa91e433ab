"""Progress is plain lines with times where nobody watches a terminal."""

from io import StringIO
from itertools import count

from sim.progress import Lines


def test_a_line_has_the_seconds_since_the_start() -> None:
    stream = StringIO()
    ticks = count(100, 2)

    Lines(stream, clock=lambda: float(next(ticks))).say("hv01: started")

    assert stream.getvalue() == "[   2.0 s] hv01: started\n"


def test_what_takes_long_is_announced_when_it_begins() -> None:
    stream = StringIO()

    with Lines(stream, clock=lambda: 0.0).shown() as progress:
        progress.during("hv01: booting")

    assert stream.getvalue() == "[   0.0 s] hv01: booting …\n"


def test_brackets_are_text_and_not_markup() -> None:
    stream = StringIO()

    Lines(stream, clock=lambda: 0.0).say("[bold] is a word")

    assert stream.getvalue().endswith("[bold] is a word\n")
