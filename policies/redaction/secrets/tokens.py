"""Credentials that say themselves what they are: a provider's prefix and alphabet.

A rule has no right edge beyond its alphabet. A token ends where its characters end, whatever stands there:
`&` in a URL, `|` in a table, `<` in markup.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.secrets.looks import is_basic, is_mixed

# What may stand before a token whose prefix is too plain to be sought within words: the ends of a string's
# escape (\n) and of a URL's (%3D) are letters too.
_LEFT: Final = r"(?:^|[^A-Za-z0-9]|\\[nrt]|%[0-9A-Fa-f]{2}|\[[0-9;]{1,8}m)"


@dataclass(frozen=True, slots=True)
class Token:
    """Group 1 of `pattern` is the credential. `hints` are lower-case: without one nothing can match."""

    label: str
    hints: tuple[str, ...]
    pattern: Pattern
    check: Callable[[str], bool] | None = None


def _token(
    label: str,
    hints: str,
    expression: str,
    check: Callable[[str], bool] | None = None,
    *,
    fold_case: bool = False,
) -> Token:
    return Token(label, tuple(hints.split()), Pattern(expression, fold_case=fold_case), check)


def _anchored(label: str, hints: str, expression: str, check: Callable[[str], bool] | None = None) -> Token:
    return _token(label, hints, f"{_LEFT}({expression})", check)


TOKENS: Final = (
    # Clouds
    _anchored("aws_access_key_id", "akia asia abia acca a3t", r"A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])[A-Z0-9]{16}"),
    _anchored("aws_mws", "amzn.mws.", r"amzn\.mws\.[0-9a-z-]{36}"),
    _anchored("azure_key", "jqqj9", r"[A-Za-z0-9]{30,90}JQQJ9[A-Za-z0-9]{20,}={0,2}"),
    _anchored("akamai", "akab-", r"akab-[a-z0-9]{16}-[a-z0-9]{16}"),
    _anchored(
        "aws_session_token", "fwogzxivyxdz iqojb3jpz2lu", r"(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9/+=]{80,}"
    ),
    _anchored("aws_bedrock_key", "absk", r"ABSK[A-Za-z0-9+/]{80,}={0,2}"),
    _anchored("azure_ad_secret", "q~", r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{30,}"),
    _token(
        "azure_storage",
        "accountkey=",
        r"(DefaultEndpointsProtocol=[^\s\"'<>|"
        r",]*?AccountKey=[A-Za-z0-9+/]{20,}={0,2}(?:;[A-Za-z]+=[^\s;\"'<>|,]+)*)",
        fold_case=True,
    ),
    _token(
        "azure_service_bus",
        "sharedaccesskey=",
        r"(Endpoint=sb://[^\s\"'<>|,]*SharedAccessKey=[A-Za-z0-9+/]{20,}={0,2}(?:;[A-Za-z]+=[^\s;\"'<>|"
        r",]+)*)",
        fold_case=True,
    ),
    _anchored("google_api", "aiza", r"AIza[A-Za-z0-9_-]{30,}"),
    _anchored("google_oauth_secret", "gocspx-", r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    _anchored("google_oauth_token", "ya29.", r"ya29\.[A-Za-z0-9_.-]{20,}"),
    _anchored("google_refresh", "1//0", r"1//0[A-Za-z0-9_-]{30,}"),
    _anchored("alibaba_key", "ltai", r"LTAI[A-Za-z0-9]{12,}", is_mixed),
    _anchored("tencent_key", "akid", r"AKID[A-Za-z0-9]{28,}", is_mixed),
    _anchored(
        "yandex_key",
        "aqvn yc t1.",
        r"(?:AQVN[A-Za-z0-9_-]{35,38}|YC[A-Za-z0-9_-]{38}|t1\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_-]{86}={0,2})",
        is_mixed,
    ),
    _anchored("cloudflare_origin", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"),
    _anchored("openshift", "sha256~", r"sha256~[A-Za-z0-9_-]{43}"),
    _anchored("clickhouse", "4b1d", r"4b1d[A-Za-z0-9]{38}", is_mixed),
    _anchored("netlify", "nfp_", r"nfp_[A-Za-z0-9_-]{36,}"),
    _anchored("render", "rnd_", r"rnd_[A-Za-z0-9]{28,}"),
    _anchored("neon", "napi_", r"napi_[a-z0-9]{40,}"),
    _anchored("digitalocean", "_v1_", r"do[opr]_v1_[0-9a-f]{40,}"),
    _anchored(
        "hetzner_fly",
        "fm1 fm2 fo1_",
        r"(?:(?:FlyV1 )?fm[0-9]+[ar]?_[A-Za-z0-9+/=_-]{40,}(?:,fm[0-9]+[ar]?_[A-Za-z0-9+/=_-]+)*"
        r"|fo1_[A-Za-z0-9_-]{40,})",
    ),
    _anchored("aiven", "avns_ avnu_", r"AVN(?:S_[A-Za-z0-9_-]{16,}|U_[A-Za-z0-9+/]{60,}={0,2})"),
    _anchored("heroku", "hrku-", r"HRKU-[A-Za-z0-9_-]{30,}"),
    # Code, packages, delivery
    _token("github_pat", "ghp_", r"(ghp_[A-Za-z0-9]{20,})"),
    _token("github_oauth", "gho_ ghu_ ghs_ ghr_", r"(gh[ousr]_[A-Za-z0-9]{20,})"),
    _token("github_fine", "github_pat_", r"(github_pat_[A-Za-z0-9_]{22,})"),
    _token("gitlab_pat", "gl", r"(gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{20,})"),
    _anchored("gitlab_runner", "gr1348941", r"GR1348941[A-Za-z0-9_-]{20}"),
    _anchored("bitbucket", "atbb bbdc-", r"(?:ATBB[A-Za-z0-9]{24,}|BBDC-[A-Za-z0-9+/@_-]{40,})"),
    _token("atlassian", "atatt3 atctt3", r"(AT[AC]TT3[A-Za-z0-9_=.-]{40,})"),
    _anchored("npm", "npm_", r"npm_[A-Za-z0-9]{30,}"),
    _token("pypi", "pypi-", r"(pypi-[A-Za-z0-9_-]{40,})"),
    _anchored("rubygems", "rubygems_", r"rubygems_[0-9a-f]{40,}"),
    _anchored("docker", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    _anchored("databricks", "dapi", r"dapi[0-9a-f]{32}(?:-[0-9])?"),
    _anchored("terraform", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    _anchored("pulumi", "pul-", r"pul-[0-9a-f]{40}"),
    _anchored("buildkite", "bkua_", r"bkua_[0-9a-f]{40}"),
    _anchored("circleci", "ccipat_ cciprj_", r"CCIP(?:AT|RJ)_[A-Za-z0-9_]{30,}"),
    _anchored("sonar", "sq", r"sq[uap]_[0-9a-f]{40}"),
    _anchored("jfrog", "akcp cmvmd", r"(?:AKCp[A-Za-z0-9]{60,}|cmVmd[A-Za-z0-9]{59})"),
    _anchored("nuget", "oy2", r"oy2[a-z0-9]{43}"),
    _anchored("crates", "cio", r"cio[A-Za-z0-9]{32}", is_mixed),
    _token("clojars", "clojars_", r"(CLOJARS_[a-z0-9]{60})", fold_case=True),
    _anchored("harness", "pat. sat.", r"[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"),
    _anchored("docker_swarm", "swmtkn- swmkey-", r"SWM(?:TKN|KEY)-1-[A-Za-z0-9+/_-]{40,}"),
    _anchored("nkey_seed", "s", r"S[UAOCNX][A-Z2-7]{56}"),
    _anchored("defined_networking", "dnkey-", r"dnkey-[A-Z0-9]{26}-[A-Z0-9]{52}"),
    _anchored("octopus", "api-", r"API-[A-Z0-9]{25,26}"),
    _anchored("trello", "atta", r"ATTA[0-9a-f]{64}"),
    _anchored("sourcegraph", "sgp_", r"sgp_(?:[A-Za-z0-9]+_)?[0-9A-Fa-f]{40}"),
    # Secret stores and networks
    _anchored("vault", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    _anchored("vault_legacy", "s.", r"[sb]\.[A-Za-z0-9]{24}", is_mixed),
    _anchored(
        "onepassword_key",
        "a3-",
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
    ),
    _anchored("ory", "ory_", r"ory_[a-z]{2,3}_[A-Za-z0-9_.-]{20,}"),
    _anchored(
        "authress",
        ".acc",
        r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
    ),
    _anchored("stytch", "secret-", r"secret-(?:live|test)-[A-Za-z0-9_=-]{36}"),
    _anchored("doppler", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{36,}"),
    _anchored("onepassword", "ops_eyj", r"ops_eyJ[A-Za-z0-9_-]{80,}={0,2}"),
    _anchored("tailscale", "tskey-", r"tskey-[a-z]+-[A-Za-z0-9_-]{16,}"),
    _token("age_key", "age-secret-key-1", r"(AGE-SECRET-KEY-1[A-Z0-9]{50,})"),
    # Chat and mail
    _token("slack_app", "xapp-", r"(xapp-[0-9]-[A-Z0-9]+-[0-9]+-[A-Za-z0-9]+)"),
    _token("slack_bot", "xoxb-", r"(xoxb-[A-Za-z0-9-]{10,})"),
    _token("slack_user", "xox", r"(xox[acdeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,})"),
    _token(
        "slack_webhook",
        "hooks.slack.com",
        r"(https?://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9_/-]{20,})",
    ),
    _token(
        "discord_webhook",
        "/api/webhooks/",
        r"(https?://[a-z.]*discord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,})",
    ),
    _anchored("discord_bot", ".", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}"),
    _token(
        "teams_webhook",
        "webhook.office.com",
        r"(https?://[a-z0-9.-]+\.webhook\.office\.com/[^\s\"'<>|]{20,})",
    ),
    _anchored("telegram", ":aa", r"[0-9]{5,16}:AA[A-Za-z0-9_-]{30,}"),
    _anchored("telnyx", "key0", r"KEY0[0-9A-F]{31}_[A-Za-z0-9]{22}"),
    _anchored("twilio", "sk", r"SK[0-9a-fA-F]{32}"),
    _anchored("mailersend", "mlsn.", r"mlsn\.[0-9a-f]{64}"),
    _anchored("resend", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    _anchored("sendgrid", "sg.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _anchored("mailgun", "key-", r"key-[0-9a-f]{32}"),
    _anchored("mailgun_key", "-", r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"),
    _anchored("mailchimp", "-us", r"[0-9a-f]{32}-us[0-9]{1,2}"),
    _anchored("brevo", "xkeysib- xsmtpsib-", r"x(?:key|smtp)sib-[0-9a-f]{60,}-[A-Za-z0-9]{10,}"),
    # Money and customers
    _token("stripe_live", "k_live_", r"([sr]k_live_[A-Za-z0-9]{16,})"),
    _token("stripe_test", "k_test_", r"([sr]k_test_[A-Za-z0-9]{16,})"),
    _token(
        "braintree", "access_token$", r"(access_token\$(?:production|sandbox)\$[0-9a-z]{16,}\$[0-9a-f]{32})"
    ),
    _anchored("stripe_client", "_secret_", r"(?:pi|seti|cs|src)_[A-Za-z0-9]{14,}_secret_[A-Za-z0-9]{14,}"),
    _anchored("flutterwave", "flwseck", r"FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?"),
    _anchored("easypost", "ezak eztk", r"EZ[AT]K[A-Za-z0-9]{54}"),
    _anchored("duffel", "duffel_", r"duffel_(?:test|live)_[A-Za-z0-9_=-]{43}"),
    _anchored("shippo", "shippo_", r"shippo_(?:live|test)_[0-9a-fA-F]{40}"),
    _anchored("lob", "live_ test_", r"(?:live|test)_[0-9a-f]{35}"),
    _anchored("paddle", "pdl_", r"pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"),
    _anchored(
        "onfido",
        "api_live api_sandbox",
        r"api_(?:live|sandbox)(?:_[a-z]{2})?\.[A-Za-z0-9_-]{11}\.[A-Za-z0-9_-]{32}",
    ),
    _anchored("settlemint", "sm_", r"sm_[aps]at_[A-Za-z0-9]{16}"),
    _anchored("stripe_webhook", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    _anchored("square", "eaaa sq0", r"(?:EAAA[A-Za-z0-9_-]{36,}|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,})"),
    _anchored("plaid", "access-", r"access-(?:sandbox|development|production)-[0-9a-f-]{36}"),
    _anchored("shopify", "shp", r"shp(?:at|ca|pa|ss|tka|ua)_[0-9a-fA-F]{32,}"),
    _anchored(
        "hubspot_pat",
        "pat-",
        r"pat-[a-z]{2}[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    _anchored("salesforce_session", "00d", r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{40,}"),
    _anchored("airtable", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{60,}"),
    _anchored("asana", "/", r"[0-9]/[0-9]{16}(?:/[0-9]{16})?:[0-9a-f]{32}"),
    _anchored("notion", "secret_ ntn_", r"(?:secret|ntn)_[A-Za-z0-9]{40,}"),
    _anchored("linear", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    _anchored("figma", "fig", r"fig[dor]_[A-Za-z0-9_-]{36,}"),
    _anchored("facebook", "eaa", r"EAA[A-Za-z0-9]{60,}"),
    _anchored("facebook_app", "| %", r"[0-9]{15,16}(?:\||%7[Cc]|%)[A-Za-z0-9_-]{27,40}"),
    _anchored("twitter_bearer", "aaaaaaaaaaaaaaaaaaaaaa", r"A{21,}[A-Za-z0-9%]{60,}"),
    _anchored("instagram", "igqv", r"IGQV[A-Za-z0-9_-]{40,}"),
    _anchored("salesforce_consumer", "3mvg", r"3MVG[A-Za-z0-9._]{70,}"),
    _anchored("adobe", "p8e-", r"p8e-[A-Za-z0-9]{32}"),
    _anchored("frameio", "fio-u-", r"fio-u-[A-Za-z0-9_=-]{64}"),
    _anchored("readme", "rdme_", r"rdme_[a-z0-9]{60,}"),
    _anchored("typeform", "tfp_", r"tfp_[A-Za-z0-9_.=-]{40,}"),
    _anchored("clickup", "pk_", r"pk_[0-9]{6,9}_[A-Z0-9]{32}"),
    _anchored("maxmind", "_mmk", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    _anchored("intra42", "s-s4t2", r"s-s4t2(?:ud|af)-[0-9a-f]{64}"),
    _anchored("dropbox", "sl.", r"sl\.(?:u\.)?[A-Za-z0-9_-]{100,}"),
    # Models and measurements
    _anchored("anthropic", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,}"),
    _anchored("openai_proj", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}"),
    _anchored("openrouter", "sk-or-", r"sk-or-v[0-9]-[0-9a-f]{40,}"),
    _anchored("openai_legacy", "sk-", r"sk-[A-Za-z0-9]{32,}"),
    _anchored("huggingface", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    _anchored("groq", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    _anchored("replicate", "r8_", r"r8_[A-Za-z0-9]{30,}"),
    _anchored("xai", "xai-", r"xai-[A-Za-z0-9]{60,}"),
    _anchored("perplexity", "pplx-", r"pplx-[A-Za-z0-9]{30,}"),
    _anchored("nvidia", "nvapi-", r"nvapi-[A-Za-z0-9_-]{40,}"),
    _anchored("llama", "llx-", r"llx-[A-Za-z0-9_-]{40,}"),
    _anchored("together", "tgp_", r"tgp_v[0-9]_[A-Za-z0-9_-]{40,}"),
    _anchored("wundergraph", "cosmo_", r"cosmo_[0-9a-f]{32}"),
    _anchored("langsmith", "lsv2_", r"lsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}"),
    _anchored("pinecone", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    _anchored("tavily", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}"),
    _anchored("jina", "jina_", r"jina_[A-Za-z0-9_-]{50,}"),
    _anchored("elevenlabs", "sk_", r"sk_[0-9a-f]{40,}"),
    _anchored("langfuse", "sk-lf-", r"sk-lf-[0-9a-f-]{36}"),
    _anchored("grafana", "gls glc_", r"gl(?:s[ac]|c)_[A-Za-z0-9+/]{32,}(?:_[0-9a-f]{8})?={0,3}"),
    _anchored("grafana_legacy", "eyjrijoi", r"eyJrIjoi[A-Za-z0-9]{60,}={0,3}"),
    _anchored("dynatrace", "dt0", r"dt0[a-z][0-9]{2}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}"),
    _anchored("ubidots", "bbff- bbus-", r"BB(?:FF|US)-[A-Za-z0-9]{30}"),
    _anchored("wakatime", "waka_", r"waka_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _anchored("posthog", "phx_", r"phx_[A-Za-z0-9]{40,}"),
    _anchored("newrelic", "nr", r"(?:NR(?:AK|JS|RA|II|BR)-[A-Za-z0-9_-]{19,}|(?:eu01x)?[0-9a-f]{31,36}NRAL)"),
    _anchored("sentry", "sntry", r"sntry[su]_[A-Za-z0-9_=+/-]{40,}"),
    _anchored("postman", "pmak- pmat-", r"PM(?:AK-[0-9a-f]{24}-[0-9a-f]{34}|AT-[0-9A-Z]{26})"),
    _anchored("supabase", "sbp_ sb_secret_", r"(?:sbp_(?:v0_)?[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,})"),
    _anchored("planetscale", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{30,}"),
    _anchored("contentful", "cfpat-", r"CFPAT-[A-Za-z0-9_-]{40,}"),
    _anchored(
        "launchdarkly",
        "sdk- api- mob-",
        r"(?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    _anchored("mapbox", "sk.eyj", r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    # Standards
    _token(
        "jwt",
        "eyj",
        r"(eyJ[A-Za-z0-9_-]{8,}\.(?:eyJ[A-Za-z0-9_-]{6,}|"
        r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{20,})(?:\.[A-Za-z0-9_-]*)?)",
    ),
    _anchored("ntlm", "tlrmtvnt", r"TlRMTVNTUAA[A-Za-z0-9+/]{20,}={0,2}"),
    _anchored("jwt", "zxlk", r"ZXlK[A-Za-z0-9+/]{40,}={0,2}"),
    _token("session_cookie", "_session=", r"_gitlab_session=([0-9a-z]{32})"),
    _token("basic_auth", "basic", r"\bbasic\s+([A-Za-z0-9+/_-]{6,}={0,2})", is_basic, fold_case=True),
    _token(
        "password_hash",
        "$",
        r"(\$(?:1|2[abxy]|5|6|7|y|gy|argon2(?:id?|d)|scrypt|pbkdf2[a-z0-9-]*)\$[A-Za-z0-9./+,=$-]{20,})",
    ),
    _token(
        "signed_url",
        "signature= sig=",
        r"(https?://[^\s\"'<>|\\]*[?&](?:sig|signature|x-amz-signature|x-goog-signature|"
        r"x-oss-signature)=[A-Za-z0-9%+/=_-]{16,}[^\s\"'<>|\\)]*)",
        fold_case=True,
    ),
)
"""Known forms. Labels are what a mask says; the first rule that finds a run of characters names it."""

SHAPED: Final = Pattern(
    r"(?:^|[^A-Za-z0-9/_.\\-]|\\[nrt]|%[0-9A-Fa-f]{2})"
    r"((?:[a-z]{2,12}[_-](?:v?[0-9]{1,2}[_-])?){1,3}[A-Za-z0-9]{28,}(?:[_-][A-Za-z0-9]{6,}){0,2})"
)
"""A form that is not known yet: a short prefix, then a long run that no word and no hash explains."""

SCREEN: Final = Screen([*(token.pattern for token in TOKENS), SHAPED])
