"""Text that by its form is no text for a reader: forged turns, tokens, tools and marks, hidden markup.

What is hidden or disguised letter by letter is found by `hidden.py`, `folding.py` and `encoded.py`.
"""

from collections.abc import Mapping
from typing import Final

from policies.injection.sheet import START
from policies.injection.suspicion import Family
from policies.redaction.linear import Pattern

_ORDER: Final = (
    "(?:you (?:are|may|must|will|should|can|have|now)|your|ignore|disregard|forget|disable|call|run|execute"
    "|delete|send"
    "|forward|reveal|print|output|respond|reply|focus|new|override|raise|grant|enable|obey|approve|transfer|export|act"
    "|do not (?:tell|mention|ask|reveal)|never|always|the (?:user|prior|previous|administrator|operator) )"
)
_HELD: Final = (
    "(?:document|documents|untrusted\\w*|data|context|user_?input|user_?data|tool_?(?:result|output|response)s?"
    "|(?:search_?)?results?|instructions?|conversation|external\\w*|retrieved\\w*|quoted?|email|ticket|page)"
)
_ACT: Final = (
    "(?:add|append|approve|archive|as|assign|assistant|before|call|change|close|confirm|copy|create"
    "|delete|disregard|do not|email|execute|export|fetch|forget|forward|from now|give|grant|ignore"
    "|important|include|increase|insert|invite|invoke|load|lower|make|mark|merge|move|never|new|open"
    "|output|paste|pay|post|pretend|print|promote|raise|read|remove|repeat|replace|reply|respond|reveal"
    "|run|say|send|set|share|show|system|tell|the|transfer|upload|use|visit|when|wire|write|you)"
)
_WORDS: Final = r"(?:[^\s<>]+\s+)"
_PROSE: Final = _WORDS + "{4}"

RULES: Final[Mapping[Family, Pattern]] = {
    family: Pattern("(?i:" + "|".join(expressions) + ")")
    for family, expressions in {
        Family.MARKUP: (
            r"<\|[a-z_]{2,32}(?: [a-z_]{1,32}){0,3}\|>",  # ChatML, Llama 3, DeepSeek, ...
            r"\[/?INST\]",
            r"<</?SYS>>",
            r"</?(?:start|end)_of_(?:turn|image|text)>",
            r"</?(?:\|?(?:begin|end)_of_(?:text|sentence|document)\|?)>",
            r"###\s*instructions?:[^\x00]*###\s*response:",
            r"<end of (?:session|conversation|context|prompt|document|input)>",
        ),
        Family.TURN: (
            (
                rf"(?:{START}|[\n>\])}}*#\"-])\s*[\[(<*#]{{0,3}}(?:system|developer|sysadmin)"
                rf"(?: (?:message|prompt|note))?[\])>*#]{{0,3}}\s*:\s*\**\s*(?:[a-z]+ [a-z]+[.:] )?{_ORDER}"
            ),
            rf"\[\[?/?system(?: message| prompt)?\]\]?\W*(?:[a-z]+ [a-z]+[.:] )?{_ORDER}",
            r"\(\s*system[_ ]message\s*\)",
            r"#+\s*\(?system[_ ](?:message|prompt)\)?",
            (
                rf"(?:{START}|[\"'}}\]]\s*\]\s*\}}\s*,?|\n\n)\s*\{{\s*[\"']role[\"']\s*:\s*[\"'](?:system"
                rf"|developer|assistant|tool|user)"
            ),
            r"\n\s*Human:[^\x00]*\n\s*Assistant:",
            rf"{START}Human:[^\x00]*\n\s*Assistant:",
            r"\[(?:system|assistant|developer)\]\(#",
            rf"<(?:system|assistant|developer)>\s*{_WORDS}{{2}}",
            r"</?(?:system|assistant|developer)[_ -](?:message|prompt|reminder|turn|instructions?)>",
            (
                r"\b(?:reasoning|chain of thought|thoughts?)(?: trace| result)?\s*\((?:assistant|ai|model"
                r"|system)\)\s*:"
            ),
        ),
        Family.TOOL: (
            (
                r"</?(?:tool_?(?:call|use|result|response|output)s?|function_?(?:call|result|response"
                r"|output)s?)\b[^>\n]*>"
            ),
            r"</?(?:antml:)?(?:invoke|parameter) name=",
            r"\[/?(?:TOOL_CALLS?|TOOL_RESULTS?|AVAILABLE_TOOLS)\]",
            r"[\"']type[\"']\s*:\s*[\"']tool_(?:use|result)[\"']",
            r"[\"']jsonrpc[\"']\s*:\s*[\"']2\.0[\"'][^\n]{0,200}tools/call",
            (
                r"(?:call|run|invoke|use|execute)(?: the)?(?: tool)? [a-z]+(?:_[a-z]+)+ (?:with|on"
                r"|and set) [a-z_]+ ?="
            ),
            (
                r"\b(?:action|tool|function)\s*:\s*[a-z_]+\s*\n+\s*(?:action )?(?:input|arguments?"
                r"|parameters?)\s*:"
            ),
        ),
        Family.BOUNDARY: (
            r"<<\s*/?\s*(?:end\s+(?:of\s+)?|begin\s+)?(?:data|untrusted\w*|result)\b[ 0-9a-f]*>>",
            r"what stands between the two marks",
            r"(?:begin|end|start)(?: of)? (?:un)?trusted\b",
            (
                r"[-=#*_<\[]{3,}\s*(?:end|begin|start)(?: of)?(?: the)? (?:data|context|system|user|tool"
                r"|result|document|untrusted|instructions?)[^\n]{0,40}\n[^\x00]{0,200}"
                r"(?:system|assistant|instructions?|ignore|new task|you (?:are|must))"
            ),
            r"```\s*\n\s*end of (?:result|data|output|context|document)s?",
            (
                rf"</{_HELD}>\s*(?:</[a-z_]+>\s*)*(?:system|assistant|user|human|new |ignore|you |<(?:system"
                rf"|user|instr))"
            ),
        ),
        Family.ENCODED: (
            (
                r"\b(?:decode|decrypt|deobfuscate|unscramble)\b(?:\W+[\w-]+){0,10}?\W+(?:and"
                r"|then)\W+(?:(?:then|just|simply|exactly|immediately) )?(?:follow|do|obey|execute|comply|act"
                r"|run|carry)\b"
            ),
            r"\bdo exactly (?:what|as) (?:it|the text|this) says\b",
        ),
        Family.HIDDEN: (
            rf"<!--\s*(?:{_ACT})\b[^<>]{{20}}",
            r"<!--[^>]*(?:assistant|\bAI\b|\bLLM\b)",
            (
                r"<[a-z][^<>]*style\s*=\s*[\"']?[^\"'<>]*(?:font-size\s*:\s*0*[01]?(?:px|pt|em)?\s*[;\"'!]"
                r"|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?\.?0*\s*[;\"'!]"
                r"|color\s*:\s*transparent|(?:left|top|text-indent)\s*:\s*-\d{3,}"
                rf"|(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*[;\"'!])[^<>]*>\s*{_PROSE}"
            ),
            rf"<[a-z][^<>]*\s(?:hidden|aria-hidden=.?true.?)(?:\s[^<>]*)?>\s*{_PROSE}",
            rf"\]\([^()\s]+\s+[\"'(]{_PROSE}",
            rf"(?:{START}|\n)\s*\[[^\]\n]+\]:\s*\S+\s+[\"'(]{_PROSE}",
            r"!\[[^\]\n]*\]\([^)\n]*[=/][\[{(<][A-Za-z_ ]+",
            r"!\[[^\]\n]*\]\([^)\n]*(?:summary|conversation|history|secret)",
            r"(?-i:<HIDDEN>|<SECRET>)",
            rf"\b(?:alt|title|content|aria-label)\s*=\s*[\"']\s*{_ORDER}\b,?\s[^\"'<>]{{30}}",
        ),
    }.items()
}
