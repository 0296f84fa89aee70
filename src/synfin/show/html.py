"""One self-contained HTML page of a run: works offline, asks no network for anything.

Ladder, control blocks of all hosts with what changed, timers, queues, the
bytes of each packet, and the reasons, in English and Chinese; forwards, back,
play, by mouse, touch, keyboard or screen reader. The page's content security
policy forbids every connection; texts reach it as escaped JSON and are only
ever set as text.
"""

import json
from importlib.resources import files

from markupsafe import Markup

from synfin.show.model import Trace
from synfin.show.page_data import page_data
from synfin.show.svg import describe
from synfin.show.templating import render
from synfin.show.texts import Texts


def html(trace: Trace, lang: str = "en", names: str = "rfc") -> str:
    """The page; ``lang`` is the language it opens with."""
    texts = Texts(lang)
    return render(
        "page.html.j2",
        lang="zh-Hans" if lang == "zh" else "en",
        title=trace.meta.title_in(lang),
        description=describe(trace, texts),
        no_script=texts.ui("page-no-script"),
        style=Markup(_resource("page.css")),
        script=Markup(_resource("page.js")),
        data=Markup(embed({**page_data(trace, names), "lang": lang})),
    )


def embed(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _resource(name: str) -> str:
    """Our own style and script: the only things that are not escaped."""
    return files("synfin.show").joinpath("templates", name).read_text(encoding="utf-8")
