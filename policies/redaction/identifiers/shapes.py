"""What several finders ask of the characters around a match."""


def stands_alone(text: str, start: int, end: int, *, joints: str = "") -> bool:
    """No letter or digit touches the match, nor one of `joints` with a letter or digit behind it."""
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return False
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return False
    if start > 1 and text[start - 1] in joints and text[start - 2].isalnum():
        return False
    return not (end + 1 < len(text) and text[end] in joints and text[end + 1].isalnum())


def digits_of(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
