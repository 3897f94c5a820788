"""A bounded memory that keeps no value."""

from policies.memory import Memory, digest


def test_the_memory_is_bounded_and_keeps_what_is_asked_for() -> None:
    memory: Memory[int] = Memory(10)
    for number in range(100):
        memory.put(digest(str(number)), number)
        assert memory.get(digest("0")) == 0
    held = [number for number in range(100) if memory.get(digest(str(number))) is not None]
    assert len(held) <= 20
    assert 99 in held


def test_texts_that_join_alike_are_told_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a\x00b") != digest("a", "b")
