"""Tables with and without borders."""

from __future__ import annotations

from fakes.commands.tables import Style, table

SPECS = {"name": {"type": "string"}, "size": {"type": "integer", "renderer": "bytes", "title": "Size"}}
ROWS = [{"name": "b", "size": 2048}, {"name": "a"}]


def test_a_table_is_sorted_by_its_first_column_with_numbers_to_the_right() -> None:
    assert table(ROWS, SPECS, ("name", "size"), Style()) == (
        "┌──────┬──────────┐\n"
        "│ name │     Size │\n"
        "╞══════╪══════════╡\n"
        "│ a    │          │\n"
        "├──────┼──────────┤\n"
        "│ b    │ 2.00 KiB │\n"
        "└──────┴──────────┘\n"
    )


def test_without_utf8_borders_are_drawn_with_plain_signs() -> None:
    drawn = table(ROWS[:1], SPECS, ("name", "size"), Style(utf8=False))

    assert drawn.splitlines()[:3] == ["+------+----------+", "| name |     Size |", "+======+==========+"]


def test_without_borders_the_last_column_is_neither_aligned_nor_filled() -> None:
    assert table(ROWS, SPECS, ("name", "size"), Style(border=False)) == "name Size\na    \nb    2.00 KiB\n"


def test_the_header_can_be_left_out() -> None:
    assert table(ROWS[:1], SPECS, ("name",), Style(border=False, header=False)) == "b\n"


def test_numbers_stay_raw_where_nobody_reads_them() -> None:
    assert "2048" in table(ROWS, SPECS, ("name", "size"), Style(human_readable=False))


def test_a_cell_may_have_several_lines() -> None:
    drawn = table([{"name": "x\ny"}], SPECS, ("name",), Style())

    assert drawn.splitlines()[3:5] == ["│ x    │", "│ y    │"]


def test_a_table_without_rows_is_its_header_alone() -> None:
    assert table([], SPECS, ("name",), Style()) == "┌──────┐\n│ name │\n└──────┘\n"
