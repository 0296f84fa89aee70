"""Folded stacks to a flame graph and a top ten."""

from xml.etree import ElementTree

from bench.flame import COMPILED, NATIVE, PYTHON, colour, function, hottest, parse, svg, tree

MEASURED = "main (bench/cell.py:9);measure (bench/cell.py:5)"
NATIVE_F = "CPyDef_f (0af3__mypyc.cpython-311.so)"
FOLDED = f"""\
start (bench/cell.py:3);load (x.py:1) 50
{MEASURED};run (a.py:1);{NATIVE_F} 30
{MEASURED};run (a.py:2);{NATIVE_F};read <&> (libc.so) 15
{MEASURED};run (a.py:2) 5
{MEASURED} 7
"""


def test_only_what_lies_within_the_job_counts() -> None:
    stacks = parse(FOLDED, "measure (bench/cell.py")
    assert sum(count for _, count in stacks) == 50
    assert all(frames[0].startswith("run") for frames, _ in stacks)
    assert sum(count for _, count in parse(FOLDED)) == 107


def test_the_hottest() -> None:
    stacks = parse(FOLDED, "measure (bench/cell.py")
    assert hottest(stacks, 2) == [
        ("CPyDef_f (engine)", 30, 45),
        ("read <&> (libc.so)", 15, 15),
    ]
    assert hottest(stacks)[2] == ("run (a.py)", 5, 50)


def test_a_function_has_no_line() -> None:
    assert function("run (a/b.py:12)") == "run (a/b.py)"
    assert function("0x7f") == "0x7f"


def test_colours_tell_the_kinds_apart() -> None:
    assert colour("f (engine)") == COMPILED
    assert colour("f (x.py:3)") == PYTHON
    assert colour("read (libc.so)") == NATIVE


def test_the_picture_is_xml_with_each_frame() -> None:
    top = tree(parse(FOLDED, "measure (bench/cell.py"))
    assert top.samples == 50
    picture = ElementTree.fromstring(svg(top, "a < b"))
    titles = [element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 6  # all, run at two lines, what each of them called
    assert any(title.startswith("read <&> (libc.so): 15 samples, 30.0 %") for title in titles)
