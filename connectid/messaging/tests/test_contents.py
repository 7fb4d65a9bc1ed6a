"""A message's JSON in parts is the whole, whatever the sealed texts and the channel's name hold."""

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from connectid.messaging.operations import contents

ID, CHANNEL = UUID(int=1), UUID(int=2)
AT = datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)
MARKS = '"channel_name": "", "body": "You received a new message from ", '

sealed = st.permutations(["ciphertext", "nonce", "tag"]).flatmap(
    lambda names: st.fixed_dictionaries({name: st.text(min_size=1) for name in names})
)


@given(content=sealed, name=st.text())
@example(content=dict.fromkeys(("tag", "nonce", "ciphertext"), MARKS), name=MARKS)
@example(content=dict.fromkeys(("ciphertext", "nonce", "tag"), "\\"), name="\\")
def test_parts_and_the_name_are_the_whole(content: dict[str, str], name: str) -> None:
    def written(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    whole = contents.payload(ID, CHANNEL, name, content)
    for parts, expected in (
        (contents.payload_parts(ID, CHANNEL, content), written(whole)),
        (
            contents.delivery_parts(ID, CHANNEL, content, at=AT),
            contents.delivery(ID, CHANNEL, name, content, at=AT),
        ),
    ):
        together = parts.head, written(name), parts.middle, written(whole["body"]), parts.tail
        assert "".join(together) == expected
