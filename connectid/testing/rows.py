"""Rows of any model, filled with whatever its columns take: for pages that list rows, whatever these say."""

import itertools
import uuid
from typing import Any

from django.db import models

from connectid.core import clock

_numbers = itertools.count(1)


def new_rows(model: type[models.Model], count: int) -> list[Any]:
    """So many rows, each with rows of its own for what it refers to."""
    return [new_row(model) for _ in range(count)]


def new_row(model: type[models.Model]) -> Any:
    """One row."""
    fields = [field for field in model._meta.concrete_fields if _is_to_be_filled(field)]
    return model._default_manager.create(**{field.name: _value(field) for field in fields})


def _is_to_be_filled(field: Any) -> bool:
    if isinstance(field, models.AutoField | models.BigAutoField):
        return False
    if field.is_relation or isinstance(field, models.TextField):
        return True
    return not (field.has_default() or field.null or (field.blank and not field.unique))


def _value(field: Any) -> Any:
    number = next(_numbers)
    if field.is_relation:
        return new_row(field.related_model)
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.DateTimeField():
            return clock.now()
        case models.BooleanField():
            return False
        case models.JSONField():
            return {}
        case models.UUIDField():
            return uuid.uuid4()
        case models.BinaryField():
            return b"x"
        case models.FloatField() | models.IntegerField():
            return number
    text = f"{number}-{uuid.uuid4().hex}"
    return text[: field.max_length] if field.max_length else text
