"""Every fixture, in the order in which the test build lists them."""

from tests.conformance import tools_asking, tools_content, tools_probing, tools_resuming, tools_telling

FIXTURES = (
    *tools_content.FIXTURES,  # first: the suite calls the first tool of the list with no arguments
    *tools_telling.FIXTURES,
    *tools_asking.FIXTURES,
    *tools_resuming.FIXTURES,
    *tools_probing.FIXTURES,
)
