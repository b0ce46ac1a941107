"""Label Studio's queue on the newest model: it asks for predictions only when it is told to."""

from __future__ import annotations

from cutplane._types import Metadata
from cutplane.app.label_studio.host import Host
from cutplane.app.label_studio.model import PREFIX, UNTRAINED
from cutplane.errors import InvalidInputError

_SECONDS = 600.0
#: Tasks without an answer, as the Data Manager selects them.
_OPEN: Metadata = {
    "selectedItems": {"all": True, "excluded": []},
    "filters": {
        "conjunction": "and",
        "items": [
            {
                "filter": "filter:tasks:total_annotations",
                "operator": "equal",
                "type": "Number",
                "value": 0,
            }
        ],
    },
}


def follow(host: Host, project: str, version: str) -> None:
    """Have Label Studio fetch predictions of all open tasks, and order its queue by them.

    Predictions of older models of ours are deleted there. Label Studio asks this backend
    meanwhile, so this is not for the thread that answers.

    Parameters
    ----------
    host : Host
        With a token.
    project : str
        Its number, and perhaps when it was created behind a point.
    version : str
        Of the model.

    Raises
    ------
    InvalidInputError
        Label Studio cannot be reached, or refuses.
    """
    if version == UNTRAINED:
        return
    number = project.partition(".")[0]
    action = f"api/dm/actions?id=retrieve_tasks_predictions&project={number}"
    host.call("POST", action, _OPEN, _SECONDS)
    versions = f"api/projects/{number}/model-versions/"
    known = host.call("GET", versions)
    if not isinstance(known, dict):
        raise InvalidInputError(f"{host.url} lists no versions of models, but {known!r:.80}")
    if version in known:
        host.call("PATCH", f"api/projects/{number}/", {"model_version": version})
        for old in known:
            if old.startswith(PREFIX) and old != version:
                host.call("DELETE", versions, {"model_version": old}, _SECONDS)
