-- Seals what is visible, not only what is older than every open transaction: one that somebody left open, be it in another
-- database of the same PostgreSQL, kept every event from its seal. What becomes visible later is sealed behind it; the mark
-- behind which is looked for unsealed events moves no further than transactions that have all ended.
-- Only one seals at a time; a second finds the lock taken and leaves.
create or replace function seal_audit_events(most integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
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
    -- transactions began anew at a small number: the database was restored from a dump
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
        -- nothing to pass, nothing written: who calls this each second uses up no transaction numbers
        update audit_progress p set tx = ended, id = 0 where p.what = 'seal';
    end if;
    return last.count;
end
$$;
comment on function seal_audit_events(integer) is
    'Seals events that were committed, so many at most; gives how many. Called once a second';
