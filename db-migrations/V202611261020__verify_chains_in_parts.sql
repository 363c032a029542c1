-- The same checks as audit.verify_chain's, a part of the chain at a time, for the job that verifies: whether a part is
-- whole. What is broken, and why, is audit.verify_chain's to say.
create function verify_seals(of_chain integer, after bigint, most integer, out last bigint, out whole boolean)
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
    -- all of one number in one part
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
    'Whether so many seals of a chain behind one, and their events, are whole, and the sequence of the last; null: there were none';

create function audit_event_is_kept(id bigint, at timestamptz, tx xid8, login name) returns boolean
    language sql
    stable
as
$$
    select tx is not null and login in (select a.role from audit_writer a)
       and (exists (select from audit_seal s where s.event_id = id and s.event_at = at)
            or at between clock_timestamp() - interval '10 s' and clock_timestamp() + interval '10 s')
$$;

create function verify_events_sealed(of_chain integer, after bigint, most integer, out last bigint, out whole boolean)
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
begin
    -- two statements, so that each goes by the index
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
    'Whether so many events of a chain behind one have their seals and came from the application, and the id of the last;'
    ' null: there were none';

revoke all on function audit_event_is_kept(bigint, timestamptz, xid8, name), verify_seals(integer, bigint, integer),
    verify_events_sealed(integer, bigint, integer) from public;
grant execute on function audit_event_is_kept(bigint, timestamptz, xid8, name), verify_seals(integer, bigint, integer),
    verify_events_sealed(integer, bigint, integer) to ${app};

-- A plan made while a month has no seals yet reads all of them for each event, until statistics are there.
alter function seal_audit_events(integer) set enable_seqscan = off;
