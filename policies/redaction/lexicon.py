"""English words that name nobody and no place, whichever way they are written. Data alone.

What begins with a capital only because a sentence does need not be read by a language model. A word that is a
name as well is not here: Mark, May, Rose, Bill, Grant, Will, Faith, Reading.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT_NAMES: Final = _words(
    """
    a about above across after again against ago all almost along already also although always am among an
    and another any anybody anyone anything anyway are aren't around as aside at away
    back because been before behind being below beside besides best better between beyond both but by
    can can't cannot could couldn't
    did didn't do does doesn't doing don't done down due during
    each either else enough even ever every everybody everyone everything except
    few first five for four from further
    get gets getting give given gives go goes going gone got
    had hadn't half has hasn't have haven't having he hello hence her here hers herself hi him himself his
    how however
    i i'd i'll i'm i've if in indeed inside instead into is isn't it it's its itself
    just
    kept last lately later least less let let's like likely
    made mainly make makes making many maybe me meanwhile might mine more moreover most mostly much must my
    myself
    near nearly need needs neither never next nine no nobody none nor not nothing now nowhere
    of off often ok okay on once one only onto or other others otherwise our ours ourselves out outside over
    own
    per perhaps please plus
    quite rather really
    said same saw say says second see seen seven several shall she should shouldn't since six so some
    somebody someone something sometimes somewhere soon still such
    take taken takes ten than thank thanks that that's the their theirs them themselves then there there's
    therefore these they they're third this those though three through throughout thus till to today together
    tomorrow too toward towards twice two
    under until up upon us used using usually
    very via
    was wasn't we we'd we'll we're we've well went were weren't what what's whatever when whenever where
    whereas wherever whether which while who who's whoever whole whom whose why will with within without
    won't would wouldn't
    yes yesterday yet you you'd you'll you're you've your yours yourself
    monday tuesday wednesday thursday friday saturday sunday
    january february march july september october november december

    accepted account accounts action active added address agreed allow alert alerts amount amounts annual
    answer answered applied approved arrived asked asks attached attempt awaiting
    balance based billing blocked booked booking bought broken build built
    call callback called caller calls cancel cancelled canceled case cases change changed changes charge
    charged check checked checking cleared click closed code comment comments company complained complaint
    complete completed confirm confirmed confirms contact contacted contacts contract copied copy correct
    corrected could created credit currently customer customers
    damaged data date dates day days deadline debit decided declined default delayed delete deleted deliver
    delivered delivery deploy deployed description details different discount discussed dispatched done draft
    dropped due duplicate
    early email emails empty enabled ended error errors escalated exchange exchanged expected expired expires
    failed failure feedback file files filled final finally finished fixed follow followed for form forwarded
    found free freight full
    general good
    handled help helpful high hold hours
    ignore important incident included incoming incomplete incorrect information installed internal invalid
    invoice invoices issue issued issues item items
    joined
    keep
    late left letter letters limit link list log logged login lost low
    mail manual meeting member members message messages missing moved
    name never new note notes noted notice notified number numbers
    old online open opened option order ordered orders original overdue
    package packed page paid parcel parcels part password payment payments pending person personal phone
    picked plan planned postponed prefers previous price private problem problems process processed product
    products promised provided
    quantity question questions queue quote quoted
    raised reached ready reason received recent recently recorded redirected reference refund refunded
    refunds refused regarding regards registered rejected related released reminder remove removed renewal
    renewed replaced replacement replied reply report reported reports request requested requests required
    rescheduled resend resent reset resolved response result results retry return returned returns review
    reviewed
    same sample saved scheduled seat sent server service set settled shared ship shipment shipped shipping
    should short show shows sick signed size sold something sorry speak spoke started status stopped
    subject submitted subscription suggested support switched system
    team temporary test tested text ticket tickets time timeout title told total track tracked tracking
    transferred tried trouble try type
    unable unavailable unclear unknown unpaid unsubscribed update updated updates upgrade upgraded urgent
    user username users
    valid verified verify version vip visited voicemail
    wait waited waiting wanted wants warning warranty website week weeks welcome withdrawn worked working
    wrong wrote
    year yearly years

    admin agenda agreement analytics app apps appendix approval archive audit backend backlog backup beta
    browser bug bugs cache changelog checkout cloud cluster commit commits compliance config configuration
    console container contents copyright conversion cookie cookies coverage crash dashboard database dataset
    debug dependency deployment developer discharge document documentation domain endpoint engineering
    enrollment
    environment evaluation export feature features fee fees field finance function glossary guide handbook
    header headers highlights hiring hotfix import improvements incidents installation instructions
    integration internet introduction inventory kernel launch layout legal library license licence locale
    logistics maintenance management marketing memory menu metric metrics migration milestone mitigation
    model module monitoring network notification observability onboarding operations outage overview
    parameter parameters pipeline platform plugin policy prerequisites preview priority procurement prod
    production profile progress project projects promotion proxy purchase quarter query queries quickstart
    readme recommendation region release releases remediation repository requirements research reservation
    reservations resource resources retention revenue role roles rollout root runbook runtime sandbox
    schedule schema scope script security servers session settings setup shell snapshot software sprint
    staging stakeholder stakeholders storage strategy success summary sync task tasks template templates
    terms testing throughput timeline timestamp token tokens tools traffic training transaction transactions
    troubleshooting upload usage utilization validation vendor vendors versions warehouse webhook wiki
    workflow workspace
    insert into select delete create alter table where join group values begin rollback primary foreign index
    returning offset

    android angular ansible apache aws azure bash bitbucket bluetooth chrome cloudflare confluence datadog
    debian django docker dropbox elasticsearch electron excel facebook fastapi fedora figma firebase firefox
    flask git github gitlab gmail golang google gradle grafana graphql haskell helm hubspot ios istio java
    javascript jenkins jira jquery json jupyter kafka kibana kotlin kubernetes linkedin linux logstash macos
    mariadb markdown maven microsoft mongodb mysql nginx nodejs npm numpy oauth okta openai openssl oracle
    outlook pandas paypal perl php postgres postgresql postman powershell prometheus pytest python pytorch
    rabbitmq react redis redux salesforce selenium sentry shopify slack snowflake splunk sql sqlite stripe
    tensorflow terraform tomcat twilio twitter typescript ubuntu unix vagrant vercel webpack whatsapp windows
    wordpress xcode xml yaml youtube zendesk

    anfrage angebot anlage antrag auftrag bestellung betrag betreff bitte datum ergebnis frage freundlichen
    gruss gruß grüße grüßen herrn konto kosten kunden kundennummer lieferung mahnung rechnung rechnungsnummer
    rückfragen steuer termin unterlagen vertrag vertragsnummer zahlung
    """
)
