"""The API document as a whole."""

import openapi_spec_validator
import pytest

from connectid.web import openapi


def test_it_is_valid() -> None:
    """OpenAPI 3.1, with every schema and default."""
    openapi_spec_validator.validate(openapi.document())


@pytest.mark.parametrize("part", ["summary", "tags", "responses"])
def test_every_operation_says_what_it_is(part: str) -> None:
    operations = [operation for item in openapi.document()["paths"].values() for operation in item.values()]
    assert len(operations) > 50
    assert [operation for operation in operations if not operation.get(part)] == []
