-- Signed claims for row-level security. Run once per database, as the role that shall own it:
--
--     psql --single-transaction --set ON_ERROR_STOP=1 --file row_security.sql
--     SELECT remit.set_key('...');    -- the secret that row_security.key of remit.toml refers to
--
-- Then write policies over remit.claim, in a sub-select so that it is asked once a statement:
--
--     ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
--     CREATE POLICY territory ON public.customers FOR SELECT TO remit_shop
--         USING (territory = (SELECT remit.claim('territory')));
--
-- A plain setting is no proof: whoever may run one SELECT may call set_config. So remit signs the claims for
-- one transaction of one backend, and a policy believes the signature alone. A transaction is known by its
-- start (microseconds) within its backend: a transaction id proper would cost a write for every read, and a
-- standby has none to give.

CREATE SCHEMA remit;
REVOKE ALL ON SCHEMA remit FROM PUBLIC;

-- The key stands ready for HMAC (RFC 2104): padded, and xored with the inner and the outer constant.
CREATE TABLE remit.signing_key (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64)
);
REVOKE ALL ON TABLE remit.signing_key FROM PUBLIC;

CREATE FUNCTION remit.set_key(key text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    block bytea := convert_to(key, 'UTF8');
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    IF length(block) < 32 THEN
        RAISE EXCEPTION 'the key needs at least 32 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF length(block) > 64 THEN
        block := sha256(block);
    END IF;
    FOR at IN 0 .. length(block) - 1 LOOP
        inner_pad := set_byte(inner_pad, at, get_byte(inner_pad, at) # get_byte(block, at));
        outer_pad := set_byte(outer_pad, at, get_byte(outer_pad, at) # get_byte(block, at));
    END LOOP;
    DELETE FROM remit.signing_key;
    INSERT INTO remit.signing_key (inner_pad, outer_pad) VALUES (inner_pad, outer_pad);
END
$body$;
REVOKE ALL ON FUNCTION remit.set_key(text) FROM PUBLIC;

-- The claim of that name, or NULL where the user has none. Claims that are missing, altered, expired or of
-- another transaction are an error, so that no policy can mistake them for a user without claims.
CREATE FUNCTION remit.claim(name text) RETURNS text
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
PARALLEL RESTRICTED  -- a worker has another backend's process id
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    payload text := current_setting('remit.claims', true);
    signature text := current_setting('remit.signature', true);
    pads remit.signing_key%ROWTYPE;
    expected bytea;
    body jsonb;
BEGIN
    SELECT * INTO pads FROM remit.signing_key;
    expected := sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(payload, 'UTF8')));
    -- Both sides go once more through a hash with the key: how long the comparison takes then says nothing
    -- about the signature that was expected.
    IF sha256(pads.outer_pad || convert_to(signature, 'UTF8'))
        = sha256(pads.outer_pad || convert_to(encode(expected, 'hex'), 'UTF8'))
    THEN
        body := payload::jsonb;
        IF (body ->> 'backend')::bigint = pg_backend_pid()
            AND (body ->> 'began')::bigint = (extract(epoch FROM transaction_timestamp()) * 1000000)::bigint
            AND (body ->> 'expires')::bigint > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
        THEN
            RETURN body -> 'claims' ->> name;
        END IF;
    END IF;
    RAISE EXCEPTION 'no valid claims' USING ERRCODE = 'insufficient_privilege';
END
$body$;
REVOKE ALL ON FUNCTION remit.claim(text) FROM PUBLIC;
