-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What auditors call: closures and dependents of paths, and the check of a chain.

-- Takes /nix/store/hash-name, hash-name or hash, and finds it in audit.path_ids.
create or replace function audit.path_ids_of(path text) returns setof integer
    language sql
    stable
as
$$
    select p.id from audit.path_ids p where p.path = regexp_replace(path_ids_of.path, '^.*/', '')
    union all
    select p.id from audit.path_ids p
    where length(regexp_replace(path_ids_of.path, '^.*/', '')) = 32
      and p.path >= regexp_replace(path_ids_of.path, '^.*/', '') || '-'
      and p.path < regexp_replace(path_ids_of.path, '^.*/', '') || '.'
$$;
comment on function audit.path_ids_of(text) is 'The numbers of a path, which is given as store path, base name or hash part';

-- Because of offset 0 each step looks up the references of one path; a join with a security-barrier view would read all of
-- them.
create or replace function audit.closure(of_path text) returns table (path text)
    language sql
    stable
as
$$
    with recursive needed(id) as (
        select i from audit.path_ids_of(closure.of_path) as i
        union
        select e.reference
        from needed n cross join lateral (select x.reference from audit.path_edges x where x.referrer = n.id offset 0) e
    )
    select p.path from needed n cross join lateral (select x.path from audit.path_ids x where x.id = n.id offset 0) p
$$;
comment on function audit.closure(text) is
    'The path and all paths that it needs, directly or not, in the caches that the caller sees. The path is given as store'
    ' path, base name or hash part';

create or replace function audit.dependents(of_path text) returns table (path text)
    language sql
    stable
as
$$
    with recursive needing(id) as (
        select i from audit.path_ids_of(dependents.of_path) as i
        union
        select e.referrer
        from needing n cross join lateral (select x.referrer from audit.path_edges x where x.reference = n.id offset 0) e
    )
    select p.path from needing n cross join lateral (select x.path from audit.path_ids x where x.id = n.id offset 0) p
$$;
comment on function audit.dependents(text) is
    'The path and all paths that need it, directly or not, in the caches that the caller sees. The path is given as store'
    ' path, base name or hash part';

create or replace function audit.chain_id(chain text) returns integer
    language plpgsql
    stable
as
$$
declare
    found integer;
begin
    select c.chain_id into found from audit.chains c where c.chain = chain_id.chain;
    if found is null then
        raise exception 'there is no chain % (a tenant''s name, # and the id of a deleted one, or @server; audit.chains lists them)',
            coalesce(quote_literal(chain), 'null') using errcode = 'no_data_found';
    end if;
    return found;
end
$$;
comment on function audit.chain_id(text) is
    'The number of a chain, by its name. Raises an error where the caller sees no such chain';

create or replace function audit.verify_chain(of_chain text)
    returns table (chain text, sequence bigint, event_id bigint, at timestamptz, reason text)
    language plpgsql
    stable
    set work_mem = '64MB'
as
$$
#variable_conflict use_column
declare
    number integer := audit.chain_id(of_chain);
    start record;
    other timestamptz;
    kept  record;
begin
    select b.sequence, b.hash into start from audit.chain_starts b where b.chain_id = number order by b.sequence desc limit 1;
    if start is null then
        select 0::bigint as sequence, decode(repeat('00', 32), 'hex') as hash into start;
    end if;
    select of_chain, case when x.gap then x.before + 1 else x.sequence end,
           case when not x.gap then coalesce(x.event_id, x.id) end, case when not x.gap then coalesce(x.event_at, x.at) end,
           case
             when x.sequence is null and not x.stamped then 'it was not written by the application'
             when x.sequence is null and x.at > clock_timestamp() then 'it is dated ahead of the clock'
             when x.sequence is null then 'it has no seal after 10 seconds'
             when x.sequence > start.sequence and x.sequence <= x.before then 'two seals have its number'
             when x.gap then format('the seals %s to %s were removed', x.before + 1, x.sequence - 1)
             when x.id is null then 'it was removed'
             when x.sequence > start.sequence and x.previous_hash <> x.before_hash
               then 'its seal does not follow the one before it'
             when not x.stamped then 'it was not written by the application'
             else 'it was altered'
           end
      into chain, sequence, event_id, at, reason
      from (select y.*, coalesce(y.sequence > y.before + 1, false) as gap from (select s.sequence, s.event_id, s.event_at, s.previous_hash, s.hash, e.id, e.at, e.stamped,
                   greatest(lag(s.sequence) over w, start.sequence) as before,
                   case when lag(s.sequence) over w > start.sequence then lag(s.hash) over w else start.hash end as before_hash,
                   case when s.sequence is not null and e.id is not null then
                       sha256(s.previous_hash || convert_to(
                           audit.canonical(e.id, e.at, e.login, e.tenant_id, e.tenant, e.cache_id, e.cache, e.action,
                                           e.outcome, e.reason, e.count, e.token_id, e.token_note, e.actor, e.address,
                                           e.request_id, e.path, e.key_name, e.detail), 'UTF8'))
                   end as computed
            from (select q.* from audit.seals q where q.chain_id = number) s
                 full join (select q.* from audit.events q
                             where q.tenant_id = number or number = 0 and q.tenant_id is null) e
                 on e.id = s.event_id and e.at = s.event_at
            window w as (order by s.sequence)) y) x
     where case
             when x.sequence is null
               then not x.stamped or x.at > clock_timestamp() + interval '10 s' or x.at < clock_timestamp() - interval '10 s'
             else x.id is null or not x.stamped or x.computed <> x.hash
                  or x.sequence > start.sequence and (x.sequence <> x.before + 1 or x.previous_hash <> x.before_hash)
           end
     order by x.sequence, x.id
     limit 1;
    if reason = 'it was removed' then
        select q.at into other from audit.events q where q.id = event_id limit 1;
        reason := case when other is null then reason else format('it was altered: it is now of %s', other) end;
    end if;
    -- the heads that are still recorded here; where somebody rewrote these too, a head that was kept elsewhere shows it
    select h.sequence, h.at, s.event_id, s.event_at, (select max(q.sequence) from audit.seals q where q.chain_id = number) as last
      into kept
      from audit.heads h left join audit.seals s on s.chain_id = number and s.sequence = h.sequence
     where h.chain_id = number and h.sequence > start.sequence and s.hash is distinct from h.hash
     order by h.sequence
     limit 1;
    if kept.sequence is not null and (reason is null or sequence is null or kept.sequence < sequence) then
        chain := of_chain;
        sequence := kept.sequence;
        event_id := kept.event_id;
        at := kept.event_at;
        reason := case when kept.event_id is null
                       then format('the chain ends at %s, before the head that was signed at %s', coalesce(kept.last, 0), kept.at)
                       else format('its seal is not the one that was signed at %s', kept.at) end;
    end if;
    if reason is not null then
        return next;
    end if;
end
$$;
comment on function audit.verify_chain(text) is
    'Checks a chain and its events. No row: it is whole; else one row with the first thing that is broken, and why';

create or replace function audit.verify_chain(of_chain text, kept_sequence bigint, kept_hash bytea)
    returns table (chain text, sequence bigint, event_id bigint, at timestamptz, reason text)
    language plpgsql
    stable
as
$$
#variable_conflict use_column
declare
    number integer := audit.chain_id(of_chain);
    kept record;
    last bigint;
begin
    return query select * from audit.verify_chain(of_chain);
    if found then
        return;
    end if;
    select x.event_id, x.event_at, x.hash into kept
      from (select s.event_id, s.event_at, s.hash from audit.seals s
             where s.chain_id = number and s.sequence = kept_sequence
            union all
            select null, null, b.hash from audit.chain_starts b
             where b.chain_id = number and b.sequence = kept_sequence) x
     limit 1;
    select max(s.sequence) into last from audit.seals s where s.chain_id = number;
    if kept.hash = kept_hash then
        return;
    end if;
    chain := of_chain;
    sequence := kept_sequence;
    event_id := kept.event_id;
    at := kept.event_at;
    reason := case
        when kept.hash is not null then 'its seal is not the one that was kept: the chain was computed anew'
        when exists (select from audit.chain_starts b where b.chain_id = number and b.sequence > kept_sequence)
          then 'it was exported, and cannot be checked here: audit.chain_starts says with which month'
        else format('the chain ends at %s, before the kept head: its tail was cut', coalesce(last, 0))
    end;
    return next;
end
$$;
comment on function audit.verify_chain(text, bigint, bytea) is
    'Checks a chain, and that it still contains a head that was kept elsewhere: this finds a chain that was cut short or'
    ' computed anew';

create or replace function audit.verify_chain(of_chain text, kept_sequence bigint, kept_hash text)
    returns table (chain text, sequence bigint, event_id bigint, at timestamptz, reason text)
    language sql
    stable
as
$$
    select * from audit.verify_chain(of_chain, kept_sequence,
        case when kept_hash ~ '^(\\x)?[0-9A-Fa-f]{64}$' then decode(right(kept_hash, 64), 'hex')
             else decode(kept_hash, 'base64') end)
$$;
comment on function audit.verify_chain(text, bigint, text) is 'The same, with the hash in hex (with or without \x) or base64';

revoke all on function audit.path_ids_of(text), audit.closure(text), audit.dependents(text), audit.chain_id(text),
    audit.verify_chain(text), audit.verify_chain(text, bigint, bytea), audit.verify_chain(text, bigint, text) from public;
grant execute on function audit.path_ids_of(text), audit.closure(text), audit.dependents(text), audit.chain_id(text),
    audit.verify_chain(text), audit.verify_chain(text, bigint, bytea), audit.verify_chain(text, bigint, text) to ${app};
