"""The threats, each with the sentence that must hold and where it comes from.

An answered one is held by at least one test marked with its id; tests/test_threats.py checks both directions.
An open one is not promised yet.
"""

from typing import NamedTuple


class Threat(NamedTuple):
    id: str
    holds: str
    source: str


ANSWERED = (
    Threat(
        "T01",
        "A connection is made only after our consent page named the client, with a state that works once.",
        "MCP 2026-07-28, Security Best Practices; MCP 2026-07-28, authorization, security considerations",
    ),
    Threat(
        "T02",
        "Who opens a connect link must be who asked for it.",
        "MCP 2026-07-28, elicitation; MCP 2026-07-28, Security Best Practices",
    ),
    Threat(
        "T03",
        "An inbound token never leaves the process.",
        "MCP 2026-07-28, Security Best Practices; MCP 2026-07-28, authorization, security considerations",
    ),
    Threat(
        "T04",
        "A token counts only with the right signature, issuer, audience and time.",
        "MCP 2026-07-28, authorization, security considerations; MCP 2026-07-28, authorization",
    ),
    Threat(
        "T05",
        "Two users of one client are two users.",
        "mcp 2.3.0, read; principals that collapse to a client id",
    ),
    Threat(
        "T06",
        "A handle can't be guessed, and a foreign one looks like one that does not exist.",
        "MCP 2026-07-28, Security Best Practices; MCP 2025-11-25, Security Best Practices",
    ),
    Threat(
        "T07",
        "A response reaches the caller who asked, whatever ids clients choose.",
        "CVE-2026-25536; the Asana cross-tenant leak",
    ),
    Threat(
        "T08",
        "Permission is checked on the object that was resolved, in the tenant of who asks.",
        "the Asana cross-tenant leak; OWASP MCP Top 10",
    ),
    Threat(
        "T09",
        "A credential that can do more than its purpose needs is refused.",
        "the GitHub MCP toxic agent flow; the Supabase MCP leak",
    ),
    Threat(
        "T10",
        "A caller sees and calls exactly the tools that policy opens to them.",
        "MCP 2026-07-28, Security Best Practices; OWASP MCP Top 10",
    ),
    Threat(
        "T11",
        "What a client says of itself decides nothing.",
        "MCP 2026-07-28, base protocol; MCP 2026-07-28, elicitation",
    ),
    Threat(
        "T12",
        "No URL from outside makes the server connect to an inner address.",
        "MCP 2026-07-28, Security Best Practices",
    ),
    Threat(
        "T13",
        "A request with a foreign Host or Origin is refused.",
        "MCP 2026-07-28, Streamable HTTP; CVE-2025-66416",
    ),
    Threat("T14", "Headers and body that disagree are refused.", "MCP 2026-07-28, Streamable HTTP"),
    Threat(
        "T15",
        "No text from outside reaches a shell, and no endpoint is a script.",
        "CVE-2025-6514; MCP 2026-07-28, Security Best Practices",
    ),
    Threat(
        "T22",
        "What a source returns reaches the model as data, inside a boundary that it can't forge.",
        "OWASP MCP Top 10; OWASP Top 10 for Agentic Applications 2026",
    ),
    Threat(
        "T32",
        "A path or key stays within what is shared, segment by segment.",
        "CVE-2025-53110, CVE-2025-53109; MCP 2026-07-28, resources",
    ),
    Threat("T33", "An exported cell is never a formula.", "OWASP CSV injection, CVE-2021-41270"),
    Threat(
        "T26",
        "Tool definitions hold no text of an upstream system, and don't change unseen.",
        "OWASP MCP Top 10; the postmark-mcp rug pull",
    ),
    Threat(
        "T27",
        "Sensitive columns and values stay out of results and logs.",
        "the product brief; OWASP MCP Top 10",
    ),
    Threat(
        "T28",
        "One user's result never answers another's call.",
        "MCP 2026-07-28, caching; the Asana cross-tenant leak",
    ),
    Threat(
        "T29",
        "A tool that reads can't be made to write, or to read past its rules.",
        "stacked statements in server-postgres; writable CTEs past SELECT checks",
    ),
    Threat(
        "T30",
        "An argument has one meaning for policy, plan and execution.",
        "MCP 2026-07-28, tools; MCP 2026-07-28, base protocol",
    ),
    Threat(
        "T31",
        "An oversized or deeply nested request is refused at once.",
        "MCP 2026-07-28, base protocol; mcp 2.3.0, read",
    ),
    Threat(
        "T34", "One event is one log line, whatever it holds.", "MCP 2026-07-28, logging; OWASP MCP Top 10"
    ),
    Threat(
        "T35",
        "No secret appears in an error, a log, the audit log or a result.",
        "OWASP MCP Top 10; MCP 2026-07-28, logging",
    ),
    Threat(
        "T36",
        "What exists and is closed looks like what does not exist.",
        "our own analysis; MCP 2026-07-28, Security Best Practices",
    ),
    Threat(
        "T37", "A stolen store gives no credential.", "the product brief; the Salesloft Drift token theft"
    ),
    Threat(
        "T38",
        "A limit holds under parallel calls, restarts and clock steps.",
        "the product brief; OWASP MCP Top 10",
    ),
    Threat(
        "T40",
        "A huge result, a slow upstream or a hostile text harms the one call at most.",
        "our own analysis; MCP 2026-07-28, base protocol",
    ),
    Threat("T41", "After a halt nothing starts.", "the product brief; our own analysis"),
    Threat("T42", "A switch that can't be read is a halt for writes.", "the product brief; our own analysis"),
    Threat("T43", "What was revoked stops at once, on every replica.", "our own analysis"),
    Threat(
        "T44",
        "A log that was changed, cut or reordered is found out.",
        "AWS CloudTrail, log file validation; OWASP MCP Top 10",
    ),
    Threat(
        "T45", "What can't be put on record is not done.", "HashiCorp Vault, audit devices; OWASP MCP Top 10"
    ),
    Threat("T46", "The audit log holds no clear value.", "HashiCorp Vault, audit devices; OWASP MCP Top 10"),
    Threat("T52", "A clock that steps extends nothing.", "our own analysis; mcp 2.3.0, read"),
    Threat("T53", "An SQLite with the WAL corruption bug is refused.", "our own analysis"),
    Threat("T54", "Every dependency is pinned by its hash.", "OWASP MCP Top 10; the postmark-mcp rug pull"),
    Threat("T16", "A confirmation needs what a model can't make.", "Lies in the Loop; arXiv 2606.02668"),
    Threat("T17", "What a person sees is what runs.", "Lies in the Loop; arXiv 2606.02668"),
    Threat(
        "T18",
        "What changed between the yes and the act voids the yes.",
        "MCP 2026-07-28, multi round trip requests; mcp 2.3.0, read",
    ),
    Threat(
        "T19", "A yes works once.", "MCP 2026-07-28, multi round trip requests; Stripe, idempotent requests"
    ),
    Threat(
        "T20",
        "People are asked seldom enough to read what they are asked.",
        "approval fatigue, measured; Lies in the Loop",
    ),
    Threat("T21", "No form asks for a secret, and no link holds one.", "MCP 2026-07-28, elicitation"),
    Threat(
        "T47", "A crash leaves no action without a record.", "Stripe, idempotent requests; our own analysis"
    ),
    Threat(
        "T48",
        "A call that is sent again acts once.",
        "MCP 2026-07-28, changelog; Stripe, idempotent requests",
    ),
    Threat(
        "T49",
        "A disconnect leaves nothing half done.",
        "MCP 2026-07-28, Streamable HTTP; MCP 2026-07-28, cancellation",
    ),
    Threat(
        "T50",
        "Taking back never overwrites what others changed since.",
        "the product brief; our own analysis",
    ),
    Threat(
        "T51",
        "Replicas that race for one yes or one token act once.",
        "our own analysis; MCP 2026-07-28, multi round trip requests",
    ),
    Threat("T25", "Reading across many sources is noticed.", "the product brief; OWASP MCP Top 10"),
    Threat("T39", "An anomaly is noticed at its threshold.", "the product brief"),
    Threat(
        "T23",
        "Private data, untrusted content and a way out never meet unnoticed.",
        "the Supabase MCP leak; the GitHub MCP toxic agent flow",
    ),
    Threat(
        "T24",
        "An allowed write is no way out for data that was read.",
        "CVE-2025-32711; the postmark-mcp rug pull",
    ),
)

OPEN = (
    Threat("T55", "Who asks can't approve.", "the product brief; OWASP Top 10 for Agentic Applications 2026"),
)
