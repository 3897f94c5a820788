"""Words that order a model about: in English, and the plainest of them in other languages.

Patterns are for folded text: without accents, in any case. Each asks for an order and its object together:
"ignore" alone, "system" alone or "you are now" alone are what people write to people.
"""

from collections.abc import Mapping
from typing import Final

from policies.injection.sheet import END, START
from policies.injection.suspicion import Family
from policies.redaction.linear import Pattern

_IGNORE: Final = (
    r"\b(?:ignore|disregard|forget|override|neglect|discard|bypass"
    r"|abandon|(?:do not|don't|stop|never) (?:follow|obey|comply with|listen to)(?:ing)?|pay no attention to"
    r"|set aside)\b"
)
_WHOSE: Final = (
    r"(?:all|any|every|each|prev|previous|prior|above|earlier|preceding|foregoing|former|past|your|these"
    r"|those|system|developer"
    r"|initial|original|safety|security|content|existing|current|pre-?existing|old)"
)
_ORDERS: Final = (
    r"(?:instructions?|prompts?|directives?|directions|guidelines?|rules?|commands?|programming|training"
    r"|constraints?"
    r"|restrictions?|polic(?:y|ies)|protocols?|safeguards?|guardrails?|system messages?|context|limits"
    r"|limitations)"
)
# What may follow: not "I sent you yesterday".
_STOPS: Final = (
    r"(?:\W*{END}|\s*[^\w\s]|\s+(?:and|or|then|now|instead|in|of|from|given|you|to|for|with|as|but|so|by"
    r"|below|above|regarding"
    r"|completely|entirely|immediately|that (?:you|were|was|have|came)|which (?:you|were)|except|unless|until"
    r"|because|first|here)\b)"
)
_MODEL: Final = (
    r"(?:ai|a\.i\.|llms?|(?:large )?language models?|(?:ai|chat) ?bots?"
    r"|ai (?:assistants?|agents?|models?|systems?))"
)
_DO: Final = (
    r"(?:ignore|disregard|forget|forward|send|e?mail|delete|drop|call|run|execute|fetch|read|reveal|print"
    r"|output|respond|reply"
    r"|answer|post|export|transfer|approve|grant|add|remove|change|open|visit|include|append|stop|do not"
    r"|don't|never|use"
    r"|create|write|share|upload|download|list|show|tell|repeat|translate|mark|set|update|invite|treat|obey"
    r"|begin|start"
    r"|insert|copy|confirm|invoke|give|make sure|look up|search|find)"
)
_WHAT: Final = (
    r"(?:the|this|all|every|your|my|an?|it|me|any|that|to|its|no|these|each|our|her|his|in|on|with|us|https?"
    r"|what|user|up|as)"
)
_SAY: Final = (
    r"(?:reveal|show|print|repeat|output|display|disclose|leak|share|send|tell|give|dump|translate|encode"
    r"|expose|write|recite"
    r"|return|quote|summari[sz]e|append|reproduce|spell.?check|echo|copy|extract|paste|read out)"
    r"(?:ing)?"
)
_GUARDED: Final = (
    r"(?:environment variables?|api[ _-]?keys?|credentials?|secrets?|passwords?"
    r"|bearer tokens?|access tokens?|private keys?)"
)
_UNBOUND: Final = r"(?:unrestricted|uncensored|unfiltered|jailbroken|unshackled|amoral)"

_FAMILIES: Final[Mapping[Family, tuple[str, ...]]] = {
    Family.OVERRIDE: (
        rf"{_IGNORE}(?:\W+\w+){{0,3}}?\W+{_WHOSE}\b(?:\W+\w+){{0,4}}?\W+{_ORDERS}\b{_STOPS}",
        rf"{_IGNORE}(?:\W+\w+){{0,2}}?\W+{_ORDERS}\W+(?:\w+\W+)?(?:above|before|so far|until now)\b",
        rf"{_IGNORE}(?:\W+\w+){{0,2}}?\W+{_ORDERS}\W+(?:that )?you (?:were|had|have)\b",
        rf"{_IGNORE}(?:\W+\w+){{0,2}}?\W+{_ORDERS}\W+(?:in|from|of) (?:the|your) (?:system )?prompt\b",
        (
            rf"{_IGNORE}\W+(?:all |everything |anything |whatever )(?:of )?(?:the |that (?:was|came|is"
            rf"|stands) )?(?:above|before|prior|said|you\b)"
        ),
        (
            rf"{_IGNORE}\W+the (?:above|foregoing|summari[sz]ation|user'?s?)\b(?: (?:and|task|request"
            rf"|question|instructions?|input)|\W*[.,;:!]|\W*{END})"
        ),
        r"\bnew (?:system )?(?:instructions?|directives?|system prompts?)\s*:",
        (
            r"\byour (?:new|only) (?:\w+ )?(?:instructions?|directives?|tasks?|goal|objective|identity"
            r"|purpose) (?:is|are|will be|now|supersedes?)\b"
        ),
        (
            r"\bsupersedes? (?:all|any|your|every)\b(?:\W+\w+){0,2}\W+(?:ones|instructions?|rules|orders"
            r"|prompts?|directives?)\b"
        ),
        (
            r"\b(?:prior|previous|original|current) (?:task|request|conversation|session|objective) (?:is"
            r"|has been|was) (?:now )?(?:cancel|complete|over|closed|void|revoked)"
        ),
        r"\bnew task\s*:\s*(?:reply|respond|output|print|ignore|send|reveal|say|you)",
        (
            r"\b(?:adhere to|obey|follow)(?: only)? (?:the following|these|my) (?:new )?(?:instructions?"
            r"|orders|commands?)\s*(?::|instead|only|and nothing)"
        ),
        (
            r"\byour (?:\w+ )?(?:prompts?|rules|guidelines|instructions|restrictions) (?:is|are) "
            r"(?:now )?(?:void|cancel\w*|revoked)"
        ),
        (
            r"\byour (?:rules|guidelines|instructions|restrictions) (?:have|has|are|were) "
            r"(?:been )?(?:changed|updated|lifted|replaced|void|removed|suspended|no longer)"
        ),
        r"\byour (?:real|true|actual) (?:task|goal|purpose|job|instructions?|mission) (?:is|are)\b",
        (
            r"\bfor the (?:rest|remainder) of th(?:is|e) (?:conversation|session|task|chat|dialogue?),? "
            r"(?:you|ignore|respond|reply|answer|end|always|never|do not|act|sign|follow|only|treat|speak)\b"
        ),
        (
            r"\b(?:in|at the end of|end|begin|start) (?:every|each|all)(?: of your)? (?:future )?(?:reply"
            r"|response|answer|message)s?,? (?:with|include|add|append|say|end|begin)\b"
        ),
        (
            r"\bfrom (?:now|here|this point) on(?:wards?)?,? (?:you (?:are|have no|(?:will|must|should"
            r"|shall) (?:\w+ )?(?:act|respond|answer|obey|be|ignore|call|reply|speak|follow))|respond|reply"
            r"|answer|act|obey|ignore)\b"
        ),
        r"\bstop everything\b",
        (
            r"\binstead of (?:summari[sz]ing|answering|responding|replying),? (?:please )?(?:output|print|say"
            r"|reply|respond|write|call|send)\b"
        ),
        (
            r"\b(?:do not|don't) (?:summari[sz]e|evaluate|answer)\b[^.\n]{0,60}\b(?:reply|respond|output"
            r"|say) (?:with )?[\"']"
        ),
        (
            r"\b(?:respond|reply|answer) (?:to )?(?:every|all|each|any) (?:question|request|message)s? "
            r"(?:with|by)\b"
        ),
        r"\byour (?:answer|response|reply|output|summary) (?:must|should|has to) (?:end|begin|start) with\b",
        r"\bnever ?mind\W+(?:ignore|just|instead)",
        (
            r"\b(?:reply|respond|answer|output|print|say|return)\b(?:\W+[\w-]+){0,12}?\W+and "
            r"(?:absolutely )?nothing else\b"
        ),
        (
            rf"\b(?:reply|respond|answer) (?:only|exclusively|solely) with (?:the (?:{_GUARDED}|following"
            rf"|exact|code|phrase|word|string|content)|[\"'A-Z0-9])"
        ),
        (
            r"\b(?:ignorier|vergiss|vergesst|vergessen|missacht|uberschreib|verwirf)\w*\W+(?:sie |bitte |du "
            r"|jetzt )*(?:all|dein|ihr|die\b|jed|samtlich|mein|eur|bisherig|vorherig|obig)\w*"
            r"(?:\W+\w+){0,3}?\W+(?:anweisung|instruktion|regel|richtlinie|vorgabe|befehl|prompt"
            r"|system-?prompt|einschrankung)\w*"
        ),
        (
            r"\b(?:ignor|oubli|neglig|contourn)\w*\W+(?:toute?s?|tous|les|vos|tes|ces|mes|l|nos)\b"
            r"(?:\W+\w+){0,3}?\W*\b(?:instructions?|consignes?|regles?|directives?|ordres|contraintes"
            r"|invites?|prompts?)\b"
        ),
        (
            r"\bne (?:tenez|tiens|tenir) (?:pas|plus|aucun) compte d\w+(?:\W+\w+){0,3}?\W+(?:instructions?"
            r"|consignes?|regles?|directives?)"
        ),
        (
            r"\bfai(?:s|tes) abstraction d\w+(?:\W+\w+){0,3}?\W+(?:instructions?|consignes?|regles?"
            r"|directives?)"
        ),
        (
            r"\b(?:ignor(?:a|e|en|ar|es)|olvid(?:a|e|en|ar)|descart(?:a|e|en)|omit(?:e|a|an)|desconsider(?:e"
            r"|a)|esque[cz]a)\b(?:\W+\w+){0,4}?\W+(?:instrucciones|instrucoes|reglas|regras|indicaciones"
            r"|directrices|directivas|diretrizes|ordenes|prompts?)\b"
        ),
        (
            r"\bha(?:z|ga) caso omiso(?:\W+\w+){0,4}?\W+(?:instrucciones|reglas|indicaciones|directrices"
            r"|ordenes)"
        ),
        (
            r"\b(?:ignor(?:a|ate|i)|dimentic(?:a|ate|hi)|trascur(?:a|ate))\b(?:\W+\w+){0,4}?\W+"
            r"(?:istruzioni|regole|linee guida|direttive|comandi|prompt)\b"
        ),
        r"\b(?:negeer|vergeet)\b(?:\W+\w+){0,4}?\W+(?:instructies|regels|opdrachten|richtlijnen)",
        (
            r"\b(?:vergiss|vergessen sie) alles (?:bisherige|vorherige|obige|davor|andere|was (?:oben|davor"
            r"|bisher))"
        ),
        (
            r"\b(?:oublie[sz]? tout ce qui|olvid[ae] todo lo (?:anterior|de arriba)|dimentica tutto (?:cio"
            r"|quello|quanto))"
        ),
        r"(?:игнорируи|забудь|проигнорируи)\w*(?:\s+\S+){0,3}\s+(?:инструкци|правил|указани|команд)",
        r"(?:忽略|无视|無視|忘记|忘掉).{0,12}(?:指令|指示|说明|規則|规则|提示|命令)",
        r"(?:指示|命令|ルール|プロンフト).{0,8}(?:無視|忘れ)",
    ),
    Family.PERSONA: (
        (
            rf"\byou(?: are|'re) (?:now |no longer |going to be |henceforth )(?:\w+\W+){{0,2}}?(?:dan"
            rf"|{_UNBOUND}|evil|free (?:from|of)|bound by|an? (?:\w+ )?(?:ai|assistant|chatbot|bot"
            rf"|language model|llm|hacker|persona))\b"
        ),
        (
            r"\byou(?: are|'re) (?:now )?in (?:an? )?(?:maintenance|developer|debug|admin|god|root|sudo"
            r"|unrestricted|jailbreak|unsafe|diagnostic|privileged|dan|expert|test)\W+mode\b"
        ),
        (
            rf"\b(?:enter|enable|activate|switch (?:in)?to|engage|simulate)\W+(?:\w+ )?(?:god|dan|jailbreak"
            rf"|{_UNBOUND}|sudo) mode\b"
        ),
        r"\bswitch (?:in)?to developer mode\b|\bdo anything now\b",
        (
            r"\b(?:you|dan|ai|model|assistant|and)\W+(?:now |still )?(?:have|has|having|are under)\W+no "
            r"(?:content |safety |more |ethical |longer any )?(?:restrictions?|filters?|limits|limitations"
            r"|rules|guidelines|instructions)\b"
        ),
        (
            r"\b(?:ai|model|assistant|bot|chatbot)\b(?:\W+\w+){0,4}?\W+(?:no|without(?: any)?|free (?:of"
            r"|from)(?: all)?) (?:\w+ )?(?:restrictions?|filters?|rules|limits|guidelines|ethics"
            r"|censorship)\b"
        ),
        (
            rf"\b(?:act|behave|respond|answer|role-?play|pose|speak|operate) (?:as|like) (?:if you (?:are"
            rf"|were|have|had)\b|an? (?:\w+ )?(?:{_UNBOUND}|evil|{_MODEL})\b)"
        ),
        (
            rf"\bpretend (?:that )?(?:you(?:'re| are)|to be) (?:an? )?(?:\w+ )?(?:{_MODEL}|model|assistant"
            rf"|bot|system|dan|{_UNBOUND})\b"
        ),
        (
            r"\b(?:safety|content|security|ethical|moderation) (?:protocols?|filters?|policies|checks?|rules"
            r"|guidelines|controls|restrictions|guardrails)(?: and \w+)? (?:(?:are|is|have been|has been"
            r"|were) )?(?:now )?(?:disabled|off|lifted|suspended|removed|deactivated|do not apply|don't apply"
            r"|no longer appl)"
        ),
        (
            r"\b(?:disable|bypass|turn off|deactivate|skip|circumvent|evade|switch off|override)\W+(?:the "
            r"|all |any |your |every )*(?:safety|content|confirmation|approval|guard|security|moderation"
            r"|redaction|masking|audit)\w* (?:steps?|checks?|filters?|protocols?|controls?|enforcement|rails?"
            r"|measures?|restrictions?|polic(?:y|ies)|rules?|guidelines)"
        ),
        rf"\b{_UNBOUND} (?:response|answer|mode|ai|model|assistant|output)\b",
        r"\byou now (?:allow|permit|have access to) (?:all|any|every)\b",
        (
            r"\b(?:als|als ein) (?:ki-?)?assistent\b|\ben tant qu'(?:assistante?|ia)\b|\bcomo (?:asistente"
            r"|assistente)\b|\bcome assistente\b"
        ),
        (
            r"\b(?:du bist|sie sind) (?:jetzt|nun|ab sofort) (?:\w+ ){0,2}?(?:uneingeschrankt|frei|ohne"
            r"|im \w*modus|ein (?:ki|hacker)|dan)"
        ),
        (
            r"\b(?:tu es|vous etes) (?:maintenant|desormais) (?:\w+ ){0,2}?(?:libre|sans|en mode|une? (?:ia"
            r"|assistant|robot)|dan)"
        ),
        (
            r"\b(?:ahora eres|eres ahora|ora sei|agora (?:voce e|es)) (?:\w+ ){0,2}?(?:libre|libero|livre|sin"
            r"|senza|sem|en modo|in modalita|un[ao]? (?:ia|asistente|assistente)|dan)"
        ),
        (
            r"\b(?:ohne (?:jede |alle )?(?:einschrankung|einschraenkung|beschrankung|filter)\w*|sans "
            r"(?:aucune )?restrictions?|sin (?:ninguna )?restriccion(?:es)?|senza restrizioni"
            r"|sem restricoes)\b"
        ),
    ),
    Family.SECRECY: (
        (
            rf"\b(?:do not|don't|never)\W+(?:\w+ )?(?:tell|inform|mention|reveal|notify|alert|disclose"
            rf"|warn)\W+(?:this |it |that |anything )?(?:to )?(?:the |your )(?:user|human|operator)\b"
            rf"(?:\W*{END}|\s*[^\w\s']|\s+(?:about|that|of|anything|any|this|what|you|or|and|before|because"
            rf"|until)\b)"
        ),
        r"\bwithout (?:telling|informing|notifying|alerting) (?:the |your |any )?(?:user|human|operator)s?\b",
        r"\b(?:do not|don't|never) let (?:the|your) (?:user|human|operator) (?:know|see|notice)\b",
        r"\bkeep (?:this|it|that)(?: a)? (?:secret|hidden|quiet) from (?:the|your) (?:user|human|operator)\b",
        r"\b(?:do not|don't|never) explicitly mention\b",
        (
            r"(?:,|\b(?:and|but|then))\W+(?:do not|don't|never) (?:\w+ )?(?:mention|reveal|disclose|report) "
            r"(?:it|this|that|these)\b"
        ),
        (
            r"\b(?:fill|proceed|continue|do|execute|run|act|send|delete|approve)\b(?:\W+\w+){0,5}?\W+without "
            r"(?:asking (?:me|again|the user|for)|confirmation|confirming|further|any (?:confirmation"
            r"|question))"
        ),
        r"\bwithout asking me\b",
        r"\bskip (?:all|any|the) (?:\w+ )?(?:checks|confirmations?|approvals?)\b",
        (
            r"\b(?:sag|sage|sagen sie|erzahl|erzahle|verrate)\b(?:\W+\w+){0,3}?\W+(?:dem|der|den) (?:benutzer"
            r"|nutzer|anwender)\w*(?:\W+\w+){0,3}?\W+nicht"
        ),
        r"\b(?:informier\w*|erwahn\w*)\b(?:\W+\w+){0,3}?\W+(?:benutzer|nutzer|anwender)\w*\W+nicht",
        (
            r"\bne (?:dis|dites|mentionne[sz]?|informe[sz]?|revele[sz]?)\b(?:\W+\w+){0,3}?\W+(?:a "
            r"|l')?(?:l'utilisateur|utilisateur)"
        ),
        (
            r"\bno (?:se lo |le )?(?:digas|diga|menciones|informes|reveles)\b(?:\W+\w+){0,3}?\W+(?:al|el"
            r"|a la) usuari[oa]"
        ),
        r"\bnon (?:dire|dirlo|informare|rivelare)\b(?:\W+\w+){0,3}?\W+(?:all'|l')?utente",
    ),
    Family.EXTRACTION: (
        (
            rf"\b{_SAY}\b(?:\W+\w+){{0,6}}?\W+(?:system|initial|original|hidden|starting|developer|secret"
            rf"|internal)[ -]prompts?\b"
        ),
        rf"\b{_SAY}\b(?:\W+\w+){{0,4}}?\W+(?:hidden|secret|system|operating) instructions\b",
        rf"\b{_SAY}\b(?:\W+\w+){{0,4}}?\W+(?:system|hidden|developer) message\b.{{0,40}}\byou\b",
        (
            r"\b(?:need|want|like|let me) (?:to )?(?:see|read|know|have) (?:the|your) (?:system|initial"
            r"|hidden) (?:prompt|message|instructions)\b"
        ),
        (
            r"\byour (?:own |full |entire |complete )?(?:system|initial|original|hidden|starting|developer"
            r"|secret|internal) (?:prompts?|instructions?|messages?|directives)\b"
        ),
        (
            r"\b(?:reveal|show|print|repeat|output|display|disclose|leak|share|dump|recite|reproduce|quote"
            r"|encode|translate|expose|echo|append|give me|tell me)\b(?:\W+\w+){0,5}?\W+your "
            r"(?:\w+ )?(?:prompts?|instructions|guidelines|directives)\b"
        ),
        (
            r"\b(?:reveal|leak|dump|expose|disclose|exfiltrate) your (?:\w+ )?(?:configuration|context"
            r"|memory|settings)\b"
        ),
        r"\bthe system prompt is\b",
        (
            r"\b(?:the )?(?:instructions|prompt|text|rules|message) (?:that )?you (?:were|was|have been) "
            r"(?:given|told|initiali[sz]ed|provided)"
        ),
        (
            r"\bwhat (?:were|are) you (?:not (?:supposed|allowed)|(?:told|instructed|programmed) (?:not to"
            r"|before|initially|to do|in the|when (?:you|th)))"
        ),
        r"\bi was instructed to\b",
        (
            r"\b(?:text|words?|everything|instructions?|content|conversation|messages?) (?:written )?above\b"
            r"(?:\W+\w+){0,3}?\W*(?:in full|verbatim|starting|word for word|this conversation|in a (?:txt"
            r"|code|text))"
        ),
        (
            r"\b(?:repeat|reproduce|output|summari[sz]e|send|print|encode\w*)\b(?:\W+\w+){0,4}?\W+(?:this|our"
            r"|the) (?:entire |whole |full )?(?:conversation|chat|dialogue?)\b(?:\W+(?:history|back|so far"
            r"|above|verbatim|word)|\W*[.?!]|\W*{END})"
        ),
        r"\bsummary of (?:this|our) (?:conversation|chat)\b",
        r"\bwhat were (?:those|these|your|the previous) instructions\b",
        (
            r"\b(?:print|spell.?check|repeat|output|show|reveal|say)\b(?: me)? the previous (?:instructions?"
            r"|prompts?)"
        ),
        (
            rf"\b(?:print|dump|leak|reveal|exfiltrate|output|expose|extract|reply only with|post the|send the"
            rf"|include the)\W+(?:the |out )?(?:every|all|any|contents? of|your|bearer|raw|internal)\b"
            rf"(?:\W+[\w.]+){{0,4}}?\W+(?:{_GUARDED}|secrets\.\w+|\.env|customer database"
            rf"|internal configuration)\b"
        ),
        (
            rf"\b(?:dump|leak|exfiltrate)\b(?:\W+\w+){{0,3}}?\W+(?:configuration|database|{_GUARDED}"
            rf"|customer\w*|data)\b"
        ),
        (
            r"\b(?:reply|respond|reveal|print|output|show|send|include)\b(?:\W+\w+){0,6}?\W+from your "
            r"(?:\w+ )?(?:configuration|memory|context|environment|training|instructions)\b"
        ),
        (
            r"\b(?:zeig|zeige|zeigen|verrat|verrate|verraten|nenn|nenne|wiederhol|wiederhole|gib)\b"
            r"(?:\W+\w+){0,4}?\W+(?:system-?prompts?|systemanweisung\w*|systemnachricht\w*|deine (?:anweisung"
            r"|instruktion|vorgabe|regel)\w*)"
        ),
        (
            r"\b(?:revel|montr|affich|repet|donn|divulgu)\w*\b(?:\W+\w+){0,4}?\W+(?:prompts?(?: du)? systeme"
            r"|invite systeme|instructions (?:du )?systeme|vos instructions|tes instructions)"
        ),
        (
            r"\b(?:muestra|muestrame|revela|repite|imprime|dime)\b(?:\W+\w+){0,4}?\W+(?:(?:prompt"
            r"|instrucciones|mensaje)(?: inicial)? (?:de|del) sistema|tus instrucciones|tu prompt)"
        ),
        (
            r"\b(?:rivela|mostra|mostrami|ripeti|stampa)\b(?:\W+\w+){0,4}?\W+(?:(?:prompt|istruzioni"
            r"|messaggio) (?:di|del) sistema|le tue istruzioni|il tuo prompt)"
        ),
    ),
    Family.ADDRESS: (
        (
            rf"\b(?:note|message|notice|instructions?|attention|warning|memo|reminder|request|important"
            rf"|addressed)\W+(?:to|for)\W+(?:the |any |all |every |you,? (?:the )?)?(?:{_MODEL}|"
            rf"(?:the )?(?:bot|assistant|chatbot)\b(?:\s*[:.,]|{END})|automated (?:analysis|screening"
            rf"|processing)|(?:ai|automated) \w+)"
        ),
        rf"\b(?:attention|dear|hey|hello)[,:]? (?:all |any |every )?{_MODEL}\b",
        r"\battention[,:]? (?:assistant|bot|chatbot|model)\s*[!:,]",
        (
            r"\b(?:hi|hey|hello|dear|ok|okay) (?:gpt|chatgpt|claude|gemini|copilot|assistant|bot"
            r"|model)[,!:]\s*(?:when|if|once|before|as soon as) you\b"
        ),
        (
            rf"\b{_MODEL} (?:must|should|shall|are to|has to|have to) (?:\w+ )?(?:include|add|append|reply"
            rf"|respond|answer|output|say|ignore|call|follow|rate|recommend|rank|praise)\b"
        ),
        (
            r"\b(?:wenn du ein|falls du ein|si tu es une?|si vous etes une?|si eres un|se sei un"
            r"|als du een)\w* (?:ki\b|ia\b|ai\b|sprachmodell|modele de langage|modelo de lenguaje"
            r"|modello linguistico|assistant|asistente|assistente|assistent)"
        ),
        rf"\bto you,? (?:the |dear )?(?:{_MODEL}|assistant)\b",
        (
            rf"(?:{START}|[\n.!?>\-:\"(])\s*(?:dear |hey |hello |hi |attention |ok(?:ay)? )?(?:{_MODEL}"
            rf"|assistant|chatbot|claude|chatgpt|gpt(?:-?\w{{1,3}})?|gemini|copilot|model|bot),\s*(?:please "
            rf"|now |you (?:must|should|will) |kindly |immediately |first )*{_DO}\W+{_WHAT}\b"
        ),
        (
            rf"(?:{START}|[\n.!?>\-:\"(])\s*(?:{_MODEL}|assistant|chatbot|claude|chatgpt|gemini|copilot):\s*"
            rf"(?:please |now |you (?:must|should|will) )?(?:ignore|disregard|forget|forward|delete|call|run"
            rf"|execute|reveal|export|transfer|obey|grant|append|do not|approve)\b"
        ),
        rf"\bif you(?:'re| are) (?:an? |the )?(?:{_MODEL}|automated|assistant\b|bot\b|model\b)",
        rf"\bas an? {_MODEL}\b.{{0,60}}\b(?:you|must|should|first)\b",
        r"\bas an? (?:assistant|chatbot), (?:you|i|it|first|please)\b",
        (
            rf"\b(?:{_MODEL}|assistant|bot|any ai system)(?: \w+){{0,2}} (?:reading|processing|reviewing"
            rf"|parsing|summari[sz]ing|analy[sz]ing) (?:this|the)\b"
        ),
        (
            r"\bbefore (?:you (?:can |could )?)?(?:solv|answer|respond|reply|provid|complet|continu"
            r"|proceed)\w*(?:\W+\w+){0,12}?\W+(?:you must(?: first)?|please do the following|first do"
            r"|do the following)\b"
        ),
        (
            rf"\bbefore (?:answering|responding|replying|you (?:answer|respond|reply)|summari[sz]ing)(?: "
            rf"(?:the|this) (?:user|question|request|query))?,\s*(?:please |first |you must |always )*{_DO}\b"
        ),
        (
            rf"\b(?:when|once|if|after|as soon as) you (?:read|see|process|receive|have read|finish reading"
            rf"|summari[sz]e|encounter)(?: this(?: \w+)?)?,\s*(?:please |then |first |you must "
            rf"|immediately )*{_DO}\b"
        ),
        (
            r"\byou must (?:first|always|never|immediately|include)\b.{0,80}\b(?:user|tool|response|reply"
            r"|answer|prompt|admin|system)"
        ),
        r"\b(?:story|scene|game|dialogue?) by responding\b",
        r"\bstop\W+ignore\b|\bjust (?:print|say|output) [\"']",
    ),
    Family.AUTHORITY: (
        (
            r"\b(?:user|administrator|admin|operator|owner|developer|human)s? (?:has|have) "
            r"(?:already )?(?:pre-?(?:approved|authori[sz]ed)|(?:approved|authori[sz]ed) (?:(?:every|all"
            r"|any) (?:future )?(?:writes?|actions?|calls?|requests?|tools?|steps?|operations?|changes?"
            r"|transfers?)\b|(?:this|these|that)(?: \w+){0,2} in (?:a|an|the|another) (?:\w+ )?(?:session"
            r"|conversation|chat)))"
        ),
        r"\b(?:granted|have|has|given)(?: you)? permission to (?:skip|bypass|ignore|override)\b",
        r"\bi (?:hereby )?authori[sz]e you to\b",
        r"\b(?:has|have) (?:already )?pre-?approved\b",
        (
            r"\balready (?:been )?(?:approved|authori[sz]ed)\b[^.\n]{0,60}[:;,] ?(?:now |so |please )?(?:call"
            r"|run|execute|proceed|send|delete)\b"
        ),
        r"\bnote from (?:the |your )?(?:developers?|system|administrator|openai|anthropic)\b",
        r"\bthis is an? (?:important message from me|authori[sz]ed (?:diagnostic|test|audit|override))",
        r"\b(?:developer|system|admin(?:istrator)?)[ -]override\b",
        (
            r"\b(?:i am|i'm|this is) (?:the |your |an? )?(?:developer|administrator|creator"
            r"|system admin\w*)\b(?:\W+\w+){0,8}?\W+(?:prompt|you (?:must|are|can)|instructions?|debug mode"
            r"|unlock)"
        ),
        (
            r"\b(?:for|as) (?:quality assurance|debugging|troubleshooting|an? security audit"
            r"|audit) purposes?,? (?:please )?(?:output|print|show|reveal|display|repeat)"
        ),
    ),
    Family.PROMPT: (
        r"\bconversation (?:with|between)(?: \w+){0,3} an? ai\b",
        r"\bi am an? (?:\w+ ){0,6}?(?:bot|chatbot|ai|language model)\b",
        r"\bis an? (?:\w+ )?chatbot that\b",
        (
            rf"\b(?:you|human|ai|user|q|friend|topic|input|text|english|question|sentence) ?:[^\x00]*(?:\n"
            rf"|\\n)\s*(?:you|human|ai|user|q|a|friend|assistant|topic|input|output|text|english|sentence"
            rf"|answer|question) ?:\s*[\"']?\s*{END}"
        ),
        (
            rf"{START}\W*(?:correct|summari[sz]e|translate|convert|classify|extract|rewrite|paraphrase|parse"
            rf"|explain|fix|decide|analy[sz]e|provide|describe|continue|complete|estimate|generate|create"
            rf"|write|turn|give|choose|suggest|identify|detect|list)\b[^\n.:]{{0,120}}\b(?:this|these"
            rf"|the following|my|below)\b[^\n.:]{{0,80}}:\s*(?:\n|\\n|[\"']|{END})"
        ),
        (
            rf"{START}\W*(?:create|brainstorm|write|generate|give|list|suggest|outline|compose|draft|make"
            rf"|produce|what are|an? [\w-]+ (?:column )?(?:spreadsheet|table|list|recipe|summary)"
            rf"|the \w+ code)\b[^\n.?!]{{0,100}}\b(?:to|about|of|like|for|when \w+ing|ideas|on|between|with"
            rf"|from|named|titled|and)\s*(?:\\n|\W)*{END}"
        ),
        rf"{START}\W*an? \w+ (?:summari[sz]ing|comparing|listing|describing)\b[^\n]{{0,80}}:",
    ),
}

RULES: Final[Mapping[Family, Pattern]] = {
    family: Pattern("|".join(expressions), fold_case=True) for family, expressions in _FAMILIES.items()
}
