-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- The chains of seals behind the events: their canonical form, how they are sealed, and how the seals are verified.

-- The canonical form of an event: a JSON array as PostgreSQL writes jsonb (', ' between elements, ': ' after keys, keys sorted
-- by length and then by bytes), in UTF-8. Nothing else defines it.
create or replace function audit.canonical(
    id bigint, at timestamptz, login name, tenant_id integer, tenant text, cache_id integer, cache text, action text,
    outcome text, reason text, count bigint, token_id text, token_note text, actor text, address inet, request_id text,
    path text, key_name text, detail jsonb) returns text
    language sql
    stable
as
$$
    select jsonb_build_array('narthex-audit-1', id,
                             to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), login, tenant_id, tenant,
                             cache_id, cache, action, outcome, reason, count, token_id, token_note, actor,
                             address::text, request_id, path, key_name, detail)::text
$$;
comment on function audit.canonical is
    'The canonical form of an event. A seal hashes it in UTF-8, after the hash of the seal before';

create or replace function audit_chain_step(state bytea, start bytea, canonical text) returns bytea
    language sql
    immutable
as
$$
    select sha256(coalesce(state, start) || convert_to(canonical, 'UTF8'))
$$;
create or replace aggregate audit_chain_hash(start bytea, canonical text) (sfunc = audit_chain_step, stype = bytea);

-- The last seal of a chain, or the last one that was exported; sequence 0 and 32 zeros where there is none yet.
create or replace function audit_chain_head(chain integer, out sequence bigint, out hash bytea)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select x.sequence, x.hash
    from ((select s.sequence, s.hash from audit_seal s where s.chain = audit_chain_head.chain
            order by s.sequence desc limit 1)
          union all
          (select b.sequence, b.hash from audit_chain_start b where b.chain = audit_chain_head.chain
            order by b.sequence desc limit 1)
          union all
          select 0, decode(repeat('00', 32), 'hex')) x
    order by x.sequence desc
    limit 1
$$;

create or replace function audit_heads_now() returns table (chain integer, name text, sequence bigint, hash bytea)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select c.chain, c.name, h.sequence, h.hash
    from (select 0 as chain, '@server' as name
          union all
          select t.id, case when t.deleted_at is null then t.name else '#' || t.id end from tenant t) c
         cross join lateral audit_chain_head(c.chain) h
    where h.sequence > 0
    order by c.chain
$$;
comment on function audit_heads_now() is 'The last seal of every chain that has one';

-- Seals every event that is visible, even while older transactions are open: one that somebody forgot, in any database of this
-- PostgreSQL, would otherwise keep all later events unsealed. An event that becomes visible later is sealed later. The search
-- for unsealed events begins where audit_progress says, which never moves past a transaction that is still open. Only one
-- caller seals at a time; another finds the lock taken and returns.
create or replace function seal_audit_events(most integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
    -- a plan made while a month has no seals yet would read all of them for each event, until statistics are there
    set enable_seqscan = off
as
$$
declare
    done  audit_progress;
    ended xid8;
    anew  boolean;
    last  record;
begin
    if most is null or most < 1 then
        raise exception 'at least one event is sealed at a time';
    end if;
    if not pg_try_advisory_xact_lock(hashtext('narthex-audit-seal')) then
        return 0;
    end if;
    select * into done from audit_progress p where p.what = 'seal';
    ended := pg_snapshot_xmin(pg_current_snapshot());
    -- transaction numbers are small again: the database was restored from a dump
    anew := done.tx > ended;
    if anew then
        done.tx := '0';
        done.id := 0;
    end if;
    with unsealed as materialized (
        select e.*, coalesce(e.tenant_id, 0) as chain
        from audit_event e
        where (e.tx, e.id) > (done.tx, done.id)
          and not exists (select from audit_seal s where s.event_id = e.id and s.event_at = e.at)
        order by e.tx, e.id
        limit most
    ), head as (
        select c.chain, h.sequence, h.hash
        from (select distinct u.chain from unsealed u) c cross join lateral audit_chain_head(c.chain) h
    ), hashed as (
        select u.chain, u.tx, u.id, u.at, head.sequence, head.hash as start,
               audit_chain_hash(head.hash,
                                audit.canonical(u.id, u.at, u.login, u.tenant_id, u.tenant, u.cache_id, u.cache,
                                                u.action, u.outcome, u.reason, u.count, u.token_id, u.token_note,
                                                u.actor, u.address, u.request_id, u.path, u.key_name, u.detail))
                   over (partition by u.chain order by u.tx, u.id) as hash
        from unsealed u join head on head.chain = u.chain
    ), sealed as (
        insert into audit_seal (chain, sequence, event_id, event_at, previous_hash, hash)
        select h.chain, h.sequence + row_number() over w, h.id, h.at, coalesce(lag(h.hash) over w, h.start), h.hash
        from hashed h
        window w as (partition by h.chain order by h.tx, h.id)
    ), counted as (
        -- here each event comes by once; in the order in which reads are counted too
        insert into cache_day as d (tenant_id, cache_id, day, pushes, refusals)
        select u.tenant_id, coalesce(u.cache_id, 0), (u.at at time zone 'UTC')::date,
               coalesce(sum(u.count) filter (where u.outcome = 'ok'), 0),
               coalesce(sum(u.count) filter (where u.outcome = 'refused'), 0)
        from unsealed u
        where u.tenant_id is not null and (u.outcome = 'refused' or u.action = 'path-published')
        group by 1, 2, 3
        order by 1, 2, 3
        on conflict on constraint cache_day_pk do update
            set pushes = d.pushes + excluded.pushes, refusals = d.refusals + excluded.refusals
    )
    select count(*)::integer as count, (array_agg(u.tx order by u.tx desc, u.id desc))[1] as tx,
           (array_agg(u.id order by u.tx desc, u.id desc))[1] as id
      into last from unsealed u;
    if last.count = most and not anew then
        update audit_progress p
           set tx = case when last.tx < ended then last.tx else ended end, id = case when last.tx < ended then last.id else 0 end
         where p.what = 'seal';
    elsif last.count < most
          and (anew or exists (select from audit_event e where (e.tx, e.id) > (done.tx, done.id) and e.tx < ended)) then
        -- without progress nothing is written: a call each second must not use up transaction numbers
        update audit_progress p set tx = ended, id = 0 where p.what = 'seal';
    end if;
    return last.count;
end
$$;
comment on function seal_audit_events(integer) is
    'Seals committed events, at most so many, counts them in cache_day, and returns how many. It is called once a second';

-- Makes the checks of audit.verify_chain on one part of a chain, for the job that verifies: it says only whether the part is
-- whole. audit.verify_chain says what is broken, and why.
create or replace function verify_seals(of_chain integer, after bigint, most integer, out last bigint, out whole boolean)
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
declare
    begun bigint;
    known bytea;
    upto  bigint;
begin
    select b.sequence, b.hash into begun, known
      from audit_chain_start b where b.chain = of_chain order by b.sequence desc limit 1;
    begun := coalesce(begun, 0);
    known := coalesce(known, decode(repeat('00', 32), 'hex'));
    if after > begun then
        select s.hash into known from audit_seal s where s.chain = of_chain and s.sequence = after;
    end if;
    -- seals with the same number belong to the same part
    select max(q.sequence) into upto
      from (select q.sequence from audit_seal q where q.chain = of_chain and q.sequence > after order by q.sequence limit most) q;
    select max(x.sequence),
           coalesce(bool_and(x.stamped and x.computed = x.hash
                             and (x.sequence <= begun
                                  or x.sequence = x.before + 1 and x.previous_hash = x.before_hash)), true)
           and not exists (select from audit_head h left join audit_seal s on s.chain = of_chain and s.sequence = h.sequence
                            where h.chain = of_chain and h.sequence > begun and h.sequence > after
                              and (h.sequence <= max(x.sequence) or max(x.sequence) is null)
                              and s.hash is distinct from h.hash)
      into last, whole
      from (select s.sequence, s.hash, s.previous_hash,
                   greatest(lag(s.sequence) over w, after, begun) as before,
                   case when lag(s.sequence) over w > begun then lag(s.hash) over w else known end as before_hash,
                   coalesce(e.tx is not null and e.login in (select a.role from audit_writer a)
                            and coalesce(e.tenant_id, 0) = of_chain, false) as stamped,
                   coalesce(e.computed, '') as computed
            from (select * from audit_seal q where q.chain = of_chain and q.sequence > after and q.sequence <= upto) s
                 left join lateral (
                     select q.tx, q.login, q.tenant_id,
                            sha256(s.previous_hash || convert_to(
                                audit.canonical(q.id, q.at, q.login, q.tenant_id, q.tenant, q.cache_id, q.cache, q.action,
                                                q.outcome, q.reason, q.count, q.token_id, q.token_note, q.actor, q.address,
                                                q.request_id, q.path, q.key_name, q.detail), 'UTF8')) as computed
                     from audit_event q where q.id = s.event_id and q.at = s.event_at
                     offset 0) e on true
            window w as (order by s.sequence)) x;
end
$$;
comment on function verify_seals(integer, bigint, integer) is
    'Checks the seals of a chain after a given one, at most so many, and their events. Returns whether they are whole and the'
    ' sequence of the last one; null: there were none';

create or replace function audit_event_is_kept(id bigint, at timestamptz, tx xid8, login name) returns boolean
    language sql
    stable
as
$$
    select tx is not null and login in (select a.role from audit_writer a)
       and (exists (select from audit_seal s where s.event_id = id and s.event_at = at)
            or at between clock_timestamp() - interval '10 s' and clock_timestamp() + interval '10 s')
$$;

create or replace function verify_events_sealed(of_chain integer, after bigint, most integer, out last bigint, out whole boolean)
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
begin
    -- two statements, so that each uses the index
    if of_chain = 0 then
        select max(x.id), coalesce(bool_and(x.good), true) into last, whole
          from (select e.id, audit_event_is_kept(e.id, e.at, e.tx, e.login) as good
                from audit_event e where e.tenant_id is null and e.id > after order by e.id limit most) x;
    else
        select max(x.id), coalesce(bool_and(x.good), true) into last, whole
          from (select e.id, audit_event_is_kept(e.id, e.at, e.tx, e.login) as good
                from audit_event e where e.tenant_id = of_chain and e.id > after order by e.id limit most) x;
    end if;
end
$$;
comment on function verify_events_sealed(integer, bigint, integer) is
    'Checks the events of a chain after a given one, at most so many: each has its seal and was written by the application.'
    ' Returns whether that holds and the id of the last one; null: there were none';

revoke all on function audit_chain_step(bytea, bytea, text), audit_chain_hash(bytea, text), audit_chain_head(integer),
    audit_heads_now(), seal_audit_events(integer), verify_seals(integer, bigint, integer),
    audit_event_is_kept(bigint, timestamptz, xid8, name), verify_events_sealed(integer, bigint, integer),
    audit.canonical from public;
grant execute on function audit_chain_head(integer), audit_heads_now(), seal_audit_events(integer),
    verify_seals(integer, bigint, integer), audit_event_is_kept(bigint, timestamptz, xid8, name),
    verify_events_sealed(integer, bigint, integer), audit.canonical to ${app};
