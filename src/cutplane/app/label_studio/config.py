"""The labelling configuration of a project: what is asked, and which fields people are shown."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from cutplane._types import Metadata
from cutplane.active.events import Label
from cutplane.errors import InvalidInputError

CHOICES, NUMBER = "choices", "number"
#: Object tags whose field is embedded, and as what.
EMBEDDED = {"text": "text", "image": "image"}
#: A configuration is written by hand.
_LONGEST = 1_000_000


@dataclass(frozen=True)
class Control:
    """A question of the configuration that one label answers.

    Attributes
    ----------
    name, to_name : str
        Of the control tag, and of the object tag that it is about.
    kind : {"choices", "number"}
    choices : tuple of str
        Labels there are; none where each task brings its own.
    low, high, step : float or None
        Of a number.
    """

    name: str
    to_name: str
    kind: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float | None = None

    @property
    def is_regression(self) -> bool:
        """Whether labels are values to predict."""
        return self.kind == NUMBER

    def read(self, value: object) -> Label:
        """The label in the ``value`` of a result.

        Raises
        ------
        InvalidInputError
            It is none of this control.
        """
        found = value.get(self.kind) if isinstance(value, dict) else None
        return self._number(found) if self.is_regression else self._choice(found)

    def check(self, label: Label) -> None:
        """Refuse a label that this control, as it is now, does not have."""
        self.read({self.kind: label if self.is_regression else [label]})

    def result(self, label: Label, score: float) -> Metadata:
        """A result as Label Studio has it; numbers in range and in steps."""
        value = self._possible(float(label)) if self.is_regression else [label]
        return {
            "from_name": self.name,
            "to_name": self.to_name,
            "type": self.kind,
            "value": {self.kind: value},
            "score": score,
        }

    def _choice(self, found: object) -> str:
        if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str):
            raise InvalidInputError(f"{self.name!r} says {found!r}; one choice was expected")
        if self.choices and found[0] not in self.choices:
            known = ", ".join(map(repr, self.choices[:20]))
            raise InvalidInputError(f"{self.name!r} says {found[0]!r}; the choices are {known}")
        return found[0]

    def _number(self, found: object) -> float:
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not math.isfinite(found):  # type: ignore[arg-type]
            raise InvalidInputError(f"{self.name!r} says {found!r}; a number was expected")
        value = float(found)  # type: ignore[arg-type]
        if (self.low is not None and value < self.low) or (
            self.high is not None and value > self.high
        ):
            raise InvalidInputError(
                f"{self.name!r} says {value:g}, out of the range {_shown(self.low)} to "
                f"{_shown(self.high)}"
            )
        return value

    def _possible(self, value: float) -> float:
        if self.step is not None:
            start = self.low or 0.0
            value = start + round((value - start) / self.step) * self.step
        value = value if self.low is None else max(value, self.low)
        value = value if self.high is None else min(value, self.high)
        return float(f"{value:.6g}")


@dataclass(frozen=True)
class Config:
    """A configuration as it is read.

    Attributes
    ----------
    controls : tuple of Control
        What is learnt, in the order of the configuration.
    shown : dict of str to {"text", "image"}
        Fields of a task's data that are embedded.
    said : tuple of str
        What is not learnt or not read, a sentence each.
    """

    controls: tuple[Control, ...]
    shown: Mapping[str, str]
    said: tuple[str, ...]


def read_config(xml: str) -> Config:
    """Read a configuration.

    Raises
    ------
    InvalidInputError
        It is no XML, or has no question that can be learnt; says what can be.
    """
    tags = list(_root(xml).iter())
    said: list[str] = []
    controls = [_control(tag, said) for tag in tags if tag.get("name") and tag.get("toName")]
    found = tuple(control for control in controls if control is not None)
    if not found:
        raise InvalidInputError(
            " ".join([*said, "The configuration asks nothing that cutplane learns;"])
            + " it learns Choices with one choice, and Number"
        )
    shown = {}
    for tag in tags:
        if tag.get("name") and not tag.get("toName") and _kind(tag) in EMBEDDED:
            field = _field(tag, said)
            if field is not None:
                shown[field] = EMBEDDED[_kind(tag)]
    return Config(found, shown, tuple(said))


def _root(xml: str) -> ET.Element:
    if len(xml) > _LONGEST or "<!" in xml.replace("<!--", ""):
        raise InvalidInputError(
            f"the configuration has {len(xml)} characters, or declares entities; at most "
            f"{_LONGEST} and plain tags were expected"
        )
    try:
        return ET.fromstring(xml)
    except ET.ParseError as error:
        raise InvalidInputError(f"the configuration is no XML ({error})") from error


def _kind(tag: ET.Element) -> str:
    return tag.tag.lower()


def _control(tag: ET.Element, said: list[str]) -> Control | None:
    """The control of a tag; None, and a sentence, where it is not learnt."""
    name, kind = tag.get("name", ""), _kind(tag)
    if kind not in (CHOICES, NUMBER):
        said.append(f"{tag.tag} {name!r} is not learnt: cutplane learns Choices and Number.")
    elif tag.get("perRegion", "false").lower() == "true":
        said.append(f"{tag.tag} {name!r} is not learnt: it is about regions, not about tasks.")
    elif tag.get("perItem", "false").lower() == "true":
        said.append(f"{tag.tag} {name!r} is not learnt: it is about items, not about tasks.")
    elif kind == NUMBER:
        low, high, step = (_number(tag, key, said) for key in ("min", "max", "step"))
        own = step if step is not None and step > 0 else None
        return Control(name, tag.get("toName", ""), kind, low=low, high=high, step=own)
    elif not tag.get("choice", "single").lower().startswith("single"):
        said.append(f"Choices {name!r} is not learnt: a task may have several; make it single.")
    else:
        choices = tuple(
            each.get("alias") or each.get("value") or ""
            for each in tag.iter()
            if _kind(each) == "choice"
        )
        nested = any(_kind(each) == "choice" for own in tag for each in own)
        if not nested or tag.get("value"):
            return Control(name, tag.get("toName", ""), kind, choices)
        said.append(f"Choices {name!r} is not learnt: its choices are nested; make them one list.")
    return None


def _number(tag: ET.Element, key: str, said: list[str]) -> float | None:
    text = tag.get(key)
    try:
        value = None if text is None else float(text)
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        said.append(f"{key} of {tag.get('name')!r} is {text!r}, no number, and is left out.")
        return None
    return value


def _field(tag: ET.Element, said: list[str]) -> str | None:
    """The field that an object tag shows; None, and a sentence, where it cannot be read."""
    name, value = tag.get("name"), tag.get("value") or ""
    if tag.get("valueList"):
        said.append(f"{tag.tag} {name!r} shows several images at once and is not read.")
    elif tag.get("valueType", "text") == "url":
        said.append(f"{tag.tag} {name!r} loads its text from an address and is not read.")
    elif value.startswith("$"):
        return value[1:]
    return None


def _shown(bound: float | None) -> str:
    return "any number" if bound is None else f"{bound:g}"
