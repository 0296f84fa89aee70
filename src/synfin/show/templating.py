"""Jinja templates of the pictures: everything put into them is escaped."""

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

FONTS: Final = (
    "'Noto Sans','Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC','Source Han Sans SC',sans-serif"
)
"""Latin first, then what has Chinese on each system."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("synfin.show", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, **values: object) -> str:
    """``templates/<template>`` with ``values``; a missing one raises."""
    return _environment().get_template(template).render(fonts=FONTS, **values)
