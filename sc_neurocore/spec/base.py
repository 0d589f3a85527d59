"""What all description types share: frozen, strict (no bool or float for an integer), no unknown keys, clear errors."""

from collections.abc import Mapping, Set
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .coerce import short
from .errors import SCError, SpecError


def refuse_sets(data: Mapping[str, Any], error: type[SCError] = SpecError) -> None:
    """Refuse sets where pydantic would take them for lists: they have no order.

    Raises:
        SpecError: (or `error`) a value is a set; the message names its key.
    """
    for key, value in data.items():
        if isinstance(value, Set):
            raise error(f"{key} must be a list or tuple, whose order counts, got {short(value)}")


class Description(BaseModel):
    """Base of the description types; construction raises `SpecError` in one line.

    There is no way around validation: a copy, changed or not, and what a pickle holds are constructed anew from their
    fields, so that nothing derived from them (a hash, above all) outlives a change.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    def __init__(self, **data: Any) -> None:
        refuse_sets(data)
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise SpecError(one_line(error)) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a kind that derives from another: wherever that one has a case, it would be taken for it."""
        super().__pydantic_init_subclass__(**kwargs)
        for base in cls.__mro__[1:]:
            if "kind" in getattr(base, "model_fields", {}):
                kind = cls.model_fields["kind"].default
                raise SpecError(f"{cls.__name__}, kind {kind!r}, must not derive from the kind {base.__name__}")

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """A description from a mapping.

        Raises:
            SpecError: a rule is broken.
        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise SpecError(one_line(error)) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """A description from JSON text.

        Raises:
            SpecError: the text is no JSON, or a rule is broken.
        """
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            raise SpecError(one_line(error)) from None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A new description with some fields changed, validated as a whole; `deep` changes nothing, all is immutable.

        Raises:
            SpecError: the changes name an unknown field or break a rule.
        """
        del deep
        return type(self)(**{key: getattr(self, key) for key in type(self).model_fields} | dict(update or {}))

    def copy(self, *, include: Any = None, exclude: Any = None, update: Any = None, deep: bool = False) -> Self:
        """`model_copy` by the name it had in older versions of pydantic; a part of a description is none.

        Args:
            include: must be None.
            exclude: must be None.
            update: fields to change.
            deep: changes nothing.

        Raises:
            SpecError: the changes break a rule, or fields are to be left out.
        """
        if include is not None or exclude is not None:
            raise SpecError(f"a copy of {type(self).__name__} has all its fields; include and exclude must be None")
        return self.model_copy(update=update, deep=deep)

    def __copy__(self) -> Self:
        return self.model_copy()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.model_copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _construct, (type(self), {key: getattr(self, key) for key in type(self).model_fields})

    def __setstate__(self, state: Any) -> None:
        """Refused: what a pickle holds are fields, which `__init__` checks.

        Raises:
            SpecError: always.
        """
        raise SpecError(f"{type(self).__name__} is not made from a state; call {type(self).__name__}(...)")

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Refused: a description is valid by construction.

        Raises:
            SpecError: always.
        """
        raise SpecError(f"{cls.__name__} is not made without validation; call {cls.__name__}(...)")


def _construct(kind: type[Description], fields: dict[str, Any]) -> Description:
    """What unpickling calls."""
    return kind(**fields)


def one_line(error: ValidationError) -> str:
    """The first broken rule of a validation as `path rule, got value`, and how many more there are."""
    detail = error.errors(include_url=False)[0]
    path: str = ""
    before: int | str = ""
    for part in detail["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif before not in _UNION_KEYS and not (isinstance(before, int) and path.startswith(("layers[", "nodes["))):
            name = part if part.isidentifier() and len(part) <= 80 else short(part)  # a file's own key may be anything
            path += f".{name}" if path else name
        before = part
    text = _rule(detail, path)
    more = error.error_count() - 1
    return f"{text} (and {more} more)" if more else text


_UNION_KEYS = frozenset(
    {"generator", "input_generator", "weight_generator", "source", "accumulator", "select", "neuron"}
)
# A tagged union puts the tag into the path, after its key; the reader of a file knows no such key.


def _rule(detail: Any, path: str) -> str:
    kind, value = detail["type"], short(detail["input"])
    if kind == "missing":
        return f"{path} is required"
    if kind == "extra_forbidden":
        return f"{path} is not a known key; remove it"
    if kind == "union_tag_not_found":
        return f"{path}.kind is required"
    if kind in ("model_type", "model_attributes_type"):
        return f"{path} must be an object, got {value}"
    if kind == "union_tag_invalid":
        return f"{path}.kind must be one of {detail['ctx']['expected_tags']}; got {short(detail['ctx']['tag'])}"
    inner = detail.get("ctx", {}).get("error")
    if isinstance(inner, ValueError):  # raised by a rule of ours, or by a nested description: it names its own value
        text = str(inner)
        joint = "" if text.startswith("[") else " " if text.startswith("must ") else "."
        return f"{path}{joint}{text}" if path else text
    rule = detail["msg"].replace("Input should be a valid", "must be a valid").replace("Input should be", "must be")
    return f"{path} {rule}, got {value}".strip()


def bounded(low: int, high: int) -> Any:
    """An integer type with inclusive bounds."""
    return Annotated[int, Field(ge=low, le=high)]


Resolution = bounded(2, 16)
PositiveFloat = Annotated[float, Field(gt=0)]
