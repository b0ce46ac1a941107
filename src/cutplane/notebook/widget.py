"""The widget: messages from the page's script to a talk, and its replies back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cutplane.errors import CutplaneError
from cutplane.extras import require
from cutplane.notebook.talk import Talk

if TYPE_CHECKING:
    from anywidget import AnyWidget

#: After the page's sheet: a cell is narrower than a window, and figures still fit beside.
_SHEET = """
.cutplane { container-type: inline-size; padding: 1rem; border-radius: var(--round); }
@container (min-width: 44rem) and (max-width: 62rem) {
  .cutplane .labeller { grid-template-columns: minmax(0, 1fr) 14rem; gap: 1.5rem; }
  .cutplane .figures { grid-template-columns: 1fr; border: 0; padding: 0; }
}
"""


def widget_of(talk: Talk) -> AnyWidget:
    """A widget in which one person answers."""
    anywidget = require("anywidget", "notebook", "labelling in a notebook")
    made: AnyWidget = anywidget.AnyWidget(_esm=script())

    def heard(_: object, content: Any, __: object) -> None:
        if isinstance(content, Mapping) and isinstance(content.get("id"), str):
            made.send({"id": content["id"], **answer(talk, content)})

    made.on_msg(heard)
    return made


def answer(talk: Talk, content: Mapping[str, Any]) -> dict[str, str]:
    """The reply to a message ``{act, fields}``: its "html", or an "error" in a sentence.

    Nothing is raised, for nobody would see it: also what is no error of cutplane, such as an
    interrupt of the kernel, is said in the widget.
    """
    act, fields = content.get("act"), content.get("fields")
    given = fields.items() if isinstance(fields, Mapping) else ()
    try:
        return {"html": talk.reply(str(act), {str(name): str(text) for name, text in given})}
    except CutplaneError as error:
        return {"error": str(error)}
    except KeyboardInterrupt:
        return {"error": "The kernel was interrupted; try again."}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}. What you typed is kept; try again."}


@cache
def script() -> str:
    """One ES module: the page's, its sheet, and the notebook's side."""
    static = files("cutplane.app.page") / "static"
    page = (static / "label.js").read_text(encoding="utf-8")
    own = (files("cutplane.notebook") / "widget.js").read_text(encoding="utf-8")
    return f"{page}\nconst STYLE = {json.dumps(sheet())};\n{own}"


def sheet() -> str:
    """The page's sheet for a cell: by the width of that, whatever the window's."""
    page = (files("cutplane.app.page") / "static" / "style.css").read_text(encoding="utf-8")
    return page.replace("@media (max-width:", "@container (max-width:") + _SHEET
