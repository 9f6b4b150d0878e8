"""Pages of HTML and Markdown that need no other file and no network."""

import base64
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

DPI = 130


def render(template: str, **content: Any) -> str:
    """Fill in a template.

    Args:
        template (str): A file of ``semi_pose/analysis/templates``.
        **content (Any): What it shows; text is escaped in pages of HTML.

    Returns:
        str: The page.
    """
    environment = Environment(
        loader=PackageLoader('semi_pose.analysis'),
        autoescape=template.endswith('.html'),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters['markdown_table'] = table
    return environment.get_template(template).render(content)


def table(rows: pd.DataFrame | Iterable[dict]) -> str:
    """Lay out a table in Markdown; rows may lack columns."""
    text = pd.DataFrame(rows).fillna('')
    return text.to_markdown(index=False, disable_numparse=True)


def as_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG file."""
    file = BytesIO()
    figure.savefig(file, dpi=DPI, format='png')
    return file.getvalue()


def data_uri(content: bytes, kind: str) -> str:
    """Write a picture as an address that holds it.

    Args:
        content (bytes): The file.
        kind (str): ``png`` or ``jpeg``.

    Returns:
        str: For the ``src`` of an ``img``.
    """
    return f'data:image/{kind};base64,{base64.b64encode(content).decode()}'
