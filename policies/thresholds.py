"""From where on what is measured is an anomaly, and what is done then: the settings under `[anomalies]`."""

from typing import Literal

from pydantic import Field

from policies.values import Frozen

Do = Literal["alert", "demote", "halt"]
"""`alert` tells alone. `demote` also has a person asked before each autonomous action, for a while. `halt`
trips the kill switch for them instead, until somebody resumes.
"""


class OverNormal(Frozen):
    """More than so many times what is normal."""

    times: float = Field(default=3, ge=1, le=1000)
    do: Do = "demote"


class Volume(OverNormal):
    """Calls in a day.

    `unknown` is what a day is taken to have where nobody of the tenant has been seen before, `least` what any
    normal day has at the least: four calls instead of one are nothing to tell.
    """

    unknown: int = Field(default=100, ge=1, le=10_000_000)
    least: int = Field(default=10, ge=1, le=10_000_000)


class Bytes(OverNormal):
    """Bytes of answers in a day. `unknown` and `least` as for calls."""

    unknown: int = Field(default=5_000_000, ge=1, le=10**15)
    least: int = Field(default=1_000_000, ge=1, le=10**15)


class Records(OverNormal):
    """Different rows in a day. `unknown` and `least` as for calls."""

    unknown: int = Field(default=2_000, ge=1, le=10**12)
    least: int = Field(default=200, ge=1, le=10**12)


class TenantVolume(OverNormal):
    """Calls of all users of a tenant in a day. What is normal is its own alone."""

    do: Do = "alert"
    least: int = Field(default=100, ge=1, le=10**9)


class Errors(Frozen):
    """More than `percent` of a user's calls within the hour and the one before, of `calls` at the least."""

    percent: float = Field(default=5, gt=0, lt=100)
    calls: int = Field(default=20, ge=1, le=1_000_000)
    do: Do = "demote"


class ResponseSize(Frozen):
    """An answer of more than `bytes`, with all that is kept of it to be read on."""

    bytes: int = Field(default=1_000_000, ge=1, le=10**12)
    do: Do = "alert"


class OutsideChangeManagement(Frozen):
    """A connection to a source beside the way that sources are enabled. There is nobody to demote."""

    do: Literal["alert"] = "alert"


class AuthenticationFailures(Frozen):
    """More than `most` within `minutes`, of one user or from one address."""

    most: int = Field(default=5, ge=1, le=1_000_000)
    minutes: int = Field(default=10, ge=1, le=1440)
    do: Do = "demote"


class SourcesCombined(Frozen):
    """More than `most` sources within one context (threat T25)."""

    most: int = Field(default=3, ge=1, le=1000)
    do: Do = "demote"


class ActionMix(Frozen):
    """A day of `calls` at the least, more than `percent` of which are other tools' than usual."""

    percent: float = Field(default=50, gt=0, lt=100)
    calls: int = Field(default=30, ge=1, le=1_000_000)
    do: Do = "demote"


class Hours(Frozen):
    """More than `calls` in hours of the day (UTC) in which, or next to which, the user never calls."""

    calls: int = Field(default=20, ge=1, le=1_000_000)
    do: Do = "demote"


class Targets(Frozen):
    """More than `new` tables, projects and the like in a day that the user has not touched before."""

    new: int = Field(default=10, ge=1, le=100_000)
    do: Do = "demote"


class Anomalies(Frozen):
    """`days` are those that a normal day is told from, `active_days` how many of them a user needs to have
    called on for one of their own. A demotion ends by itself after `demoted_hours`.
    """

    days: int = Field(default=28, ge=1, le=90)
    active_days: int = Field(default=5, ge=1, le=90)
    demoted_hours: int = Field(default=24, ge=1, le=720)
    volume: Volume = Volume()
    errors: Errors = Errors()
    response_size: ResponseSize = ResponseSize()
    outside_change_management: OutsideChangeManagement = OutsideChangeManagement()
    authentication_failures: AuthenticationFailures = AuthenticationFailures()
    sources_combined: SourcesCombined = SourcesCombined()
    tenant_volume: TenantVolume = TenantVolume()
    bytes: Bytes = Bytes()
    records: Records = Records()
    action_mix: ActionMix = ActionMix()
    hours: Hours = Hours()
    targets: Targets = Targets()
