"""What S3 answers, as XML that can't do more than be read."""

import pytest

from tools.s3.xml import root_of

pytestmark = pytest.mark.threat("T40")

LONGEST = 4_000_000


def test_an_answer_is_read_by_its_elements() -> None:
    root = root_of(b'<A xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><B>x</B></A>')
    assert root.findtext("{*}B") == "x"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<half",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<x>" + b" " * LONGEST + b"</x>",
    ],
)
def test_what_is_none_is_too_much_or_defines_something_is_not_read(content: bytes) -> None:
    assert root_of(content) is None
