"""The tables of the store of record, as a numbered list of migrations that both engines run."""

from collections.abc import Sequence

from policies.errors import ConfigurationError
from server.transaction import StoreUnavailable, Transaction

READ_VERSION = "SELECT max(version) FROM store_version"

# Append only: a store that has run one of these is never asked to run it again.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Times are in milliseconds of the store's clock, except `tat`: see server/limits.py.
        "CREATE TABLE limits (key TEXT PRIMARY KEY, tat BIGINT NOT NULL)",
        # `body` and `hash` are the entry (docs/audit.md). The columns before them repeat parts of the body,
        # so that one SQL finds them on both engines; `remit audit verify` compares the two.
        """CREATE TABLE audit_entries (
            writer TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            at BIGINT NOT NULL,
            event TEXT NOT NULL,
            call TEXT NOT NULL,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            tool TEXT NOT NULL,
            code TEXT NOT NULL,
            body TEXT NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (writer, sequence)
        )""",
        "CREATE INDEX audit_entries_at ON audit_entries (at)",
        "CREATE INDEX audit_entries_user ON audit_entries (user_id, at)",
        "CREATE INDEX audit_entries_call ON audit_entries (call)",
        # `named`: up to which sequence another writer's first entry has named this one's head.
        "CREATE TABLE audit_writers (writer TEXT PRIMARY KEY, named BIGINT NOT NULL)",
        """CREATE TABLE audit_checkpoints (
            writer TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            body TEXT NOT NULL,
            signature TEXT NOT NULL,
            PRIMARY KEY (writer, sequence)
        )""",
        "CREATE TABLE audit_salts (tenant TEXT PRIMARY KEY, salt TEXT NOT NULL)",
    ),
    ("CREATE TABLE sources_off (source TEXT PRIMARY KEY, at BIGINT NOT NULL, why TEXT NOT NULL)",),
    (
        # server/actions.py says what the states are. `until`: of an open one, when its question expires; of
        # one that was started, when whoever carries it out has ended. `once` is of the caller's own key,
        # `asked` how often the user was.
        """CREATE TABLE actions (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            source TEXT NOT NULL,
            tool TEXT NOT NULL,
            wish TEXT NOT NULL,
            once TEXT NOT NULL,
            binding TEXT NOT NULL,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            asked INTEGER NOT NULL,
            until BIGINT NOT NULL,
            confirmed_by TEXT NOT NULL,
            approved_by TEXT NOT NULL,
            why TEXT NOT NULL,
            ended_at BIGINT NOT NULL,
            undoes TEXT NOT NULL,
            items TEXT NOT NULL,
            content TEXT NOT NULL,
            outcome TEXT NOT NULL
        )""",
        "CREATE INDEX actions_wish ON actions (wish, asked_at)",
        "CREATE INDEX actions_state ON actions (state, until)",
        "CREATE INDEX actions_user ON actions (tenant, user_id, asked_at)",
        "CREATE INDEX actions_undoes ON actions (undoes)",
        "CREATE INDEX actions_once ON actions (once)",
    ),
    (
        # server/pages/tickets.py
        """CREATE TABLE tickets (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            until BIGINT NOT NULL,
            content TEXT NOT NULL
        )""",
        "CREATE INDEX tickets_until ON tickets (until)",
    ),
    (
        # server/connections.py
        """CREATE TABLE connections (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            source TEXT NOT NULL,
            login TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            due_at BIGINT NOT NULL,
            used_at BIGINT NOT NULL,
            sealed TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX connections_user ON connections (tenant, user_id, source)",
    ),
    (
        # server/keys/rows.py: keys, wrapped by the master of this name.
        """CREATE TABLE root_key (
            one INTEGER PRIMARY KEY,
            wrapped TEXT NOT NULL,
            master TEXT NOT NULL,
            made_at BIGINT NOT NULL
        )""",
        """CREATE TABLE tenant_keys (
            tenant TEXT NOT NULL,
            version INTEGER NOT NULL,
            wrapped TEXT NOT NULL,
            master TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            destroyed_at BIGINT NOT NULL,
            PRIMARY KEY (tenant, version)
        )""",
    ),
    (
        "CREATE INDEX connections_due ON connections (due_at)",
        # What its user holds one to: bound into what is sealed.
        "ALTER TABLE connections ADD COLUMN networks TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE connections ADD COLUMN per_minute BIGINT NOT NULL DEFAULT 0",
    ),
    (
        # server/endings.py
        """CREATE TABLE endings (
            user_id TEXT NOT NULL,
            tenant TEXT NOT NULL,
            session TEXT NOT NULL,
            not_before BIGINT NOT NULL,
            ended_at BIGINT NOT NULL,
            by_whom TEXT NOT NULL,
            why TEXT NOT NULL,
            version BIGINT NOT NULL,
            PRIMARY KEY (user_id, tenant, session)
        )""",
        "CREATE UNIQUE INDEX endings_version ON endings (version)",
        # Logout tokens that have counted, as digests of their `jti`.
        "CREATE TABLE logouts (id TEXT PRIMARY KEY, until BIGINT NOT NULL)",
    ),
    (
        # server/oauth: `scopes` are those of tokens, "" for what is no token. Who has the lease renews them.
        "ALTER TABLE connections ADD COLUMN scopes TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE connections ADD COLUMN lease TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE connections ADD COLUMN leased_until BIGINT NOT NULL DEFAULT 0",
        # Tokens of connections that have ended, until the system has taken them back.
        """CREATE TABLE revocations (
            id TEXT PRIMARY KEY,
            connection TEXT NOT NULL,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            source TEXT NOT NULL,
            networks TEXT NOT NULL,
            per_minute BIGINT NOT NULL,
            scopes TEXT NOT NULL,
            tries INTEGER NOT NULL,
            due_at BIGINT NOT NULL,
            sealed TEXT NOT NULL
        )""",
    ),
    # server/enforcing.py
    ("CREATE TABLE policy_in_force (one INTEGER PRIMARY KEY, version TEXT NOT NULL, at BIGINT NOT NULL)",),
    (
        # server/inventory.py
        """CREATE TABLE source_records (
            source TEXT PRIMARY KEY,
            digest TEXT NOT NULL,
            tested_at BIGINT NOT NULL,
            tested_by TEXT NOT NULL,
            enabled_at BIGINT NOT NULL,
            enabled_by TEXT NOT NULL,
            why TEXT NOT NULL,
            review_at BIGINT NOT NULL,
            used_at BIGINT NOT NULL
        )""",
    ),
    (
        # server/context: what each holds is sealed, in pages, by the tenant's key. `sources` with spaces.
        """CREATE TABLE contexts (
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            client TEXT NOT NULL,
            id TEXT NOT NULL,
            session TEXT NOT NULL,
            begun_at BIGINT NOT NULL,
            used_at BIGINT NOT NULL,
            turns BIGINT NOT NULL,
            sources TEXT NOT NULL,
            PRIMARY KEY (tenant, user_id, client)
        )""",
        "CREATE UNIQUE INDEX contexts_id ON contexts (id)",
        """CREATE TABLE context_pages (
            context TEXT NOT NULL,
            page BIGINT NOT NULL,
            sealed TEXT NOT NULL,
            PRIMARY KEY (context, page)
        )""",
    ),
    (
        # policies/injection: how plainly text that its calls returned addressed a model.
        "ALTER TABLE contexts ADD COLUMN suspicion BIGINT NOT NULL DEFAULT 0",
    ),
    (
        # server/context/results.py
        """CREATE TABLE context_results (
            id TEXT PRIMARY KEY,
            context TEXT NOT NULL,
            source TEXT NOT NULL,
            tool TEXT NOT NULL,
            kept_at BIGINT NOT NULL,
            turn BIGINT NOT NULL,
            sealed TEXT NOT NULL
        )""",
        "CREATE INDEX context_results_context ON context_results (context, kept_at)",
    ),
    (
        # server/alerts/outbox.py
        """CREATE TABLE alerts (
            sequence BIGINT PRIMARY KEY,
            id TEXT NOT NULL,
            identity TEXT NOT NULL,
            severity TEXT NOT NULL,
            raised_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            times BIGINT NOT NULL,
            held_until BIGINT NOT NULL,
            window_end BIGINT NOT NULL,
            content TEXT NOT NULL
        )""",
        "CREATE INDEX alerts_identity ON alerts (identity, sequence)",
    ),
    (
        # server/anomalies/rows.py: hours and days are since 1970. `tool` is "" where there is none so.
        """CREATE TABLE activity (
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            hour BIGINT NOT NULL,
            tool TEXT NOT NULL,
            source TEXT NOT NULL,
            calls BIGINT NOT NULL,
            errors BIGINT NOT NULL,
            returned BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            largest BIGINT NOT NULL,
            PRIMARY KEY (tenant, user_id, hour, tool)
        )""",
        "CREATE INDEX activity_hour ON activity (hour)",
        """CREATE TABLE activity_days (
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            day BIGINT NOT NULL,
            records TEXT NOT NULL,
            different BIGINT NOT NULL,
            targets TEXT NOT NULL,
            PRIMARY KEY (tenant, user_id, day)
        )""",
        "CREATE INDEX activity_days_day ON activity_days (day)",
        # server/anomalies/findings.py
        """CREATE TABLE anomalies (
            id TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            kind TEXT NOT NULL,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            span TEXT NOT NULL,
            content TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX anomalies_once ON anomalies (kind, tenant, user_id, subject, span)",
        "CREATE INDEX anomalies_at ON anomalies (at)",
        # server/anomalies/demotions.py: by the anomaly's id. A row without a user is for its whole tenant.
        """CREATE TABLE demotions (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            user_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            at BIGINT NOT NULL,
            until BIGINT NOT NULL,
            why TEXT NOT NULL,
            lifted_at BIGINT NOT NULL,
            lifted_by TEXT NOT NULL
        )""",
        "CREATE INDEX demotions_user ON demotions (tenant, user_id, until)",
        # server/anomalies/failures.py
        """CREATE TABLE authentication_failures (
            subject TEXT NOT NULL,
            at BIGINT NOT NULL,
            failures BIGINT NOT NULL,
            PRIMARY KEY (subject, at)
        )""",
        "CREATE INDEX authentication_failures_at ON authentication_failures (at)",
    ),
    (
        # server/halting/rows.py: `kept` is all of it, as policies/halt.py reads it; `epoch` repeats its own.
        """CREATE TABLE kill_switch (
            one INTEGER PRIMARY KEY,
            epoch BIGINT NOT NULL,
            kept TEXT NOT NULL
        )""",
        """INSERT INTO kill_switch (one, epoch, kept) VALUES (1, 0,
            'eb3cfbf04496075e14c3be45722e50ff41318f664f2d328d83ebe1602c79371b' || ' ' ||
            '{"epoch":0,"events":[],"halts":[],"lifting":null,"version":1}'
        )""",
        # The last epoch that is in the log. In a row of its own: nobody who waits for a turn holds the other.
        "CREATE TABLE kill_switch_recorded (one INTEGER PRIMARY KEY, epoch BIGINT NOT NULL)",
        "INSERT INTO kill_switch_recorded (one, epoch) VALUES (1, 0)",
        "ALTER TABLE actions ADD COLUMN tier TEXT NOT NULL DEFAULT 'act'",
        # The switch's when the action ended.
        "ALTER TABLE actions ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX actions_epoch ON actions (epoch)",
    ),
    (
        # policies/taint.py: what was read. `people` with spaces; `trail` is what the rest is kept under.
        "ALTER TABLE contexts ADD COLUMN level BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE contexts ADD COLUMN untrusted BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE contexts ADD COLUMN people TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE contexts ADD COLUMN trail TEXT NOT NULL DEFAULT ''",
        "UPDATE contexts SET trail = id",
        "CREATE INDEX contexts_trail ON contexts (trail)",
        # server/context/memories.py: prints of what was read, "" where they could not be kept.
        """CREATE TABLE context_prints (
            trail TEXT NOT NULL,
            number BIGINT NOT NULL,
            source TEXT NOT NULL,
            sealed TEXT NOT NULL,
            PRIMARY KEY (trail, number)
        )""",
        # What went outside the directory.
        """CREATE TABLE context_sent (
            trail TEXT NOT NULL,
            number BIGINT NOT NULL,
            sealed TEXT NOT NULL,
            PRIMARY KEY (trail, number)
        )""",
    ),
    (
        # server/autonomous: scopes that are switched on, and what was used of them. `minute` is of the clock
        # in server/steady_clock.py, in minutes since 1970.
        """CREATE TABLE delegations (
            scope TEXT PRIMARY KEY,
            tool TEXT NOT NULL,
            digest TEXT NOT NULL,
            granted_at BIGINT NOT NULL,
            granted_by TEXT NOT NULL,
            why TEXT NOT NULL,
            until_at BIGINT NOT NULL
        )""",
        """CREATE TABLE scope_uses (
            scope TEXT NOT NULL,
            minute BIGINT NOT NULL,
            calls BIGINT NOT NULL,
            records BIGINT NOT NULL,
            PRIMARY KEY (scope, minute)
        )""",
    ),
    (
        # server/alerts/progress.py
        "CREATE INDEX alerts_held ON alerts (held_until)",
        """CREATE TABLE alert_destinations (
            name TEXT PRIMARY KEY,
            position BIGINT NOT NULL,
            tries INTEGER NOT NULL,
            due_at BIGINT NOT NULL,
            failing_since BIGINT NOT NULL,
            why TEXT NOT NULL,
            lease TEXT NOT NULL,
            leased_until BIGINT NOT NULL
        )""",
        """CREATE TABLE alert_outcomes (
            alert TEXT NOT NULL,
            destination TEXT NOT NULL,
            state TEXT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (alert, destination)
        )""",
        "CREATE INDEX alert_outcomes_at ON alert_outcomes (at)",
    ),
    (
        "ALTER TABLE activity DROP COLUMN returned",
        "ALTER TABLE alert_destinations ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0",
    ),
)


def migrate(prelude: Sequence[str], where: str) -> Transaction[None]:
    """Brings the store to this program's version. `prelude` is what one engine alone needs, run first.

    Raises `ConfigurationError` for a store that is newer than the program.
    """
    yield "SAVEPOINT looking", ()
    try:
        rows = yield READ_VERSION, ()
        version: int = rows[0][0] or 0
    except StoreUnavailable:
        # A store that is new has no such table; for one that is out of order the next statement fails too.
        yield "ROLLBACK TO SAVEPOINT looking", ()
        yield "CREATE TABLE store_version (version INTEGER NOT NULL)", ()
        version = 0
    yield "RELEASE SAVEPOINT looking", ()
    refuse_newer(version, where)
    if version == 0:
        for statement in prelude:
            yield statement, ()
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        for statement in migration:
            yield statement, ()
        yield "INSERT INTO store_version (version) VALUES ($1)", (number,)


def is_current(where: str) -> Transaction[bool]:
    """Whether nothing is to be done to it. Raises `ConfigurationError` for one that is newer."""
    return (yield from _version(where)) == len(MIGRATIONS)


def check(where: str) -> Transaction[None]:
    """Raises `ConfigurationError` unless the store is of this program's version."""
    version = yield from _version(where)
    if version < len(MIGRATIONS):
        raise ConfigurationError(
            f"the store has version {version}, older than this program's {len(MIGRATIONS)}",
            where=where,
            remedy="Start `remit serve` once: it brings the store up to date.",
        )


def _version(where: str) -> Transaction[int]:
    rows = yield READ_VERSION, ()
    version: int = rows[0][0] or 0
    refuse_newer(version, where)
    return version


def refuse_newer(version: int, where: str) -> None:
    if version > len(MIGRATIONS):
        raise ConfigurationError(
            f"the store has version {version}, newer than this program's {len(MIGRATIONS)}",
            where=where,
            remedy="Run the newer remit, or give this one a store of its own.",
        )
