"""docs/asyncio.md and its Chinese counterpart say what comes out now."""

from tools.asyncio_tables import LIBRARIES, TRUTHS, pages

from tests.aio.libraries.programs import NAMES
from tests.aio.truths.rows import ROWS


def test_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text() == text, f"{path.name}: run 'make docs'"


def test_every_row_and_every_program_is_in_a_table() -> None:
    assert {name for name, *_ in TRUTHS} == {row.name for row in ROWS}
    assert {name for name, *_ in LIBRARIES} == set(NAMES)
