"""From text to the values of a dataclass's fields."""

from dataclasses import Field
from typing import Any, get_args

from distill.errors import BadConfig


def _kind(kind: Any) -> str:
    """`int | None` → "int | NoneType", whatever a Python version names the union."""
    return " | ".join(part.__name__ for part in get_args(kind) or (kind,))


def converted(entry: Field, value: Any) -> Any:
    """Convert what came as text (from a command line or JSON) to the field's type.

    Raises:
        BadConfig: It cannot be.
    """
    key, kind = entry.name, _kind(entry.type)
    if value is None or (value == "" and "None" in kind):
        return None
    try:
        if kind.startswith("bool"):
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        if isinstance(value, bool):
            raise ValueError
        if kind.startswith("int"):
            if float(value) != int(float(value)):
                raise ValueError
            return int(float(value))
        if kind.startswith("float"):
            return float(value)
        if not isinstance(value, str):
            raise ValueError
    except (KeyError, TypeError, ValueError, OverflowError):
        wanted = {"b": "true or false", "i": "a whole number", "f": "a number", "s": "text"}[kind[0]]
        raise BadConfig(f"{key} is {value!r}; it must be {wanted}.", key) from None
    return value


def texts(key: str, value: Any) -> list[str]:
    """Several texts, which a settings file has as a list; one alone may stand for itself.

    Raises:
        BadConfig: It is neither.
    """
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        raise BadConfig(f"{key} is {value!r}; it must be text, or a list of texts.", key)
    return list(found)
