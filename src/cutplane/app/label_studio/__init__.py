"""A backend for Label Studio: it learns from what people answer there, and fills its queue."""

from cutplane.app.label_studio.application import application
from cutplane.app.label_studio.backend import Backend
from cutplane.app.label_studio.guard import Access
from cutplane.app.label_studio.host import Host
from cutplane.app.label_studio.images import Images
from cutplane.app.label_studio.reading import Reader
from cutplane.app.label_studio.texts import Texts

__all__ = ["Access", "Backend", "Host", "Images", "Reader", "Texts", "application"]
