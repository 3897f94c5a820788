"""Street addresses: a number, and a word that streets end or begin with, as countries order them."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight


def _either(words: str) -> str:
    return "(?:" + "|".join(words.split()) + ")"


# USPS Publication 28, appendix C1, spelt out and as commonly shortened, singular and plural.
_SUFFIX: Final = _either(
    """
    Alleys? Allees? Annex Arcade Ave(?:nue)?s? Bayou Beach Bend Bluffs? Blvd Boulevard Bottom Branch Bridge
    Brooks?
    Burgs? Bypass Camp Canyon Cape Causeway Cent(?:er|re)s? Cir(?:cle)?s? Cliffs? Close Club Common
    Corners? Course
    Courts? Coves? Creek Crescent Crest Cross Crossing Crossroad Ct Curve Dale Dam Divide Dr Drives? Estates?
    Expressway Extensions? Falls? Ferry Fields? Flats? Fords? Forest Forges? Forks? Fort Freeway Gardens? Gate
    Gateway Glens? Greens? Groves? Harbors? Haven Heights Highway Hills? Hollow Hwy Inlet Islands? Isle
    Junctions?
    Keys? Knolls? Lakes? Land Landing Lane Lights? Ln Loaf Locks? Lodge Loop Mall Manors? Meadows? Mews Mills?
    Mission Motorway Mount Mountains? Neck Orchard Oval Overpass Parks? Parkways? Pass Passage Paths?
    Pikes? Pines?
    Pkwy Pl Place Plains? Plaza Points? Ports? Prairie Radial Ramp Ranch Rapids? Rd Rest Ridges? River
    Roads? Route
    Row Rue Run Shoals? Shores? Skyway Springs? Spurs? Sq Squares? St Station Stravenue Stream Streets? Summit
    Terrace Throughway Trace Track Trafficway Trail Trailer Tunnel Turnpike Underpass Unions? Valleys? Via
    Viaduct
    Views? Villages? Ville Vista Walks? Walls? Ways? Wells?
    """
)
_BEFORE: Final = _either(
    r"""
    rue avenue av\. boulevard bd chemin place impasse allée quai cours route passage square sentier
    calle c/ avenida avda\.? paseo plaza glorieta ronda vial pasadizo pasaje acceso camino cuesta callejón
    cañada
    rambla travesía urbanización carrer
    via viale piazza corso vicolo largo strada contrada borgo
    rua praça alameda travessa ulica ul\. al\.
    """
)
_ENDING: Final = _either(
    r"""
    straße strasse str\. gasse weg platz allee ring damm ufer steig stieg chaussee
    straat laan plein steeg hof boulevard dreef kade gracht singel baan
    gade vej gatan vägen veien katu tie
    """
)
_OF: Final = _either("de del la las los le les du des da do dos di della dei delle d' l' y")
_WORD: Final = r"\p{Lu}[\p{L}'\x{2019}.-]*"
_WORDS: Final = rf"{_WORD}(?:[ -](?:{_WORD}|{_OF})){{0,5}}"
_FEW: Final = rf"{_WORD}(?: {_WORD}){{0,3}}"
_NUMBER: Final = r"[0-9]{1,6}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?"
_UNIT: Final = (
    r"(?:,? (?:Apt|Apartment|Appartamento|Suite|Ste|Unit|Floor|Fl|Room|Flat|Piso|Puerta|Stock|Etage|No)\.? ?"
    r"#?[0-9A-Z-]{1,6}| ?#[0-9A-Z-]{1,5}){0,2}"
)
_STATE: Final = r"(?:, ?[A-Z]{2}\.?)?"
_CODE: Final = r"(?:[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[0-9]{4,6}(?:-[0-9]{3,4})?)"
# A town and a postal code behind the street, in the same line.
_TOWN: Final = (
    rf"(?:, [0-9]{{4,6}},? {_WORD}(?:[ -]{_WORD}){{0,4}}(?: \([A-Z]{{2}}\))?"
    rf"|,? ?\b[0-9]{{4,6}}(?:-[0-9]{{3,4}})? {_WORD}(?:[ -]{_WORD}){{0,2}}"
    rf"|, {_WORD}(?:[ -]{_WORD}){{0,3}}{_STATE}(?:[ ,-]{{1,2}}{_CODE})?){{0,2}}"
)
_FORMS: Final = tuple(
    Pattern(rf"(?:^|[^\p{{L}}\p{{N}}.$€£:/-])(?P<street>{street}{_TOWN})")
    for street in (
        rf"{_NUMBER},? (?:[NSEW]\.? )?{_FEW} {_SUFFIX}\b\.?{_UNIT}",
        rf"(?:Flat|Unit|Apt\.?|Apartment|Studio|Suite) [0-9]{{1,4}}[A-Za-z]?,? (?:[0-9]{{1,5}},? )?{_FEW}",
        rf"[0-9]{{1,5}}(?: ?(?:bis|ter))?,? (?i:{_BEFORE})(?: {_OF})*[ ']{_WORDS}",
        rf"(?i:{_BEFORE})(?: {_OF})* ?{_WORDS},? (?:n[º°.]? ?)?[0-9]{{1,5}}[A-Za-z]?{_UNIT}",
        rf"{_WORD}(?:[ -]{_WORD}){{0,3}}?[- ]?(?i:{_ENDING}) {_NUMBER}\b",
        r"(?:P\.? ?O\.? Box|Postfach|Unit|PSC|CMR) [0-9]{1,6},? (?:Box [0-9]{1,5}\b)?",
    )
)
_INDIAN: Final = Pattern(
    r"(?:^|[^\p{L}\p{N}])(?P<street>(?:H\.? ?No\.?|House No\.?|Plot No\.?|Door No\.?) ?[0-9A-Z/-]{1,8},? "
    rf"{_FEW}(?:,? {_WORD}(?:[ -]{_WORD}){{0,2}})?(?:[ -]*[0-9]{{5,6}})?)"
)
_LINE: Final = r"[^\n\"';|<>()]"
# What stands behind such words is an address, whatever streets are called there.
_SAID: Final = Pattern(
    r"(?:^|[^\p{L}])(?i:(?:(?:home|mailing|postal|shipping|billing|new|my) )*address|addr|adresse|anschrift"
    r"|liv(?:es?|ing) (?:at|in)|resid(?:es|ing|ent) (?:at|of)|wohnt in|wohnhaft in|habite(?: au)?|vive en"
    r"|ship(?:ped)? (?:it )?to|deliver(?:ed)? to|send (?:it )?to)[\"']?\s*(?:is|ist|:|=)?\s*[\"']?"
    rf"(?P<street>[0-9]{{1,5}}[A-Za-z]?(?:/[0-9]{{1,5}})?,? {_WORD}{_LINE}{{2,60}}?"
    rf"|{_WORD}{_LINE}{{1,50}}? [0-9]{{1,5}}[A-Za-z]?"
    rf"(?:{_LINE}{{0,40}}?[0-9]{{3,6}}[^\n,\"';|<>().]{{0,24}}?)?)"
    r"(?:[.;\"'|<>()\n]|, (?:and|but|not|is|please)"
    r"| (?:and|und|is|this|next|by|before|on|at|so|please|für|et|y)\b|$)"
)
SCREEN: Final = Screen([*_FORMS, _INDIAN, _SAID])


def find_streets(text: str) -> Iterator[Finding]:
    if not SCREEN.passes(text):
        return
    for form in (*_FORMS, _INDIAN, _SAID):
        for match in form.find(text):
            yield Finding(*match.span("street"), "STREET_ADDRESS", Weight.SHAPE)
