"""What a file holds."""


def text_of(content: bytes) -> str | None:
    """None for what is no text in UTF-8."""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
