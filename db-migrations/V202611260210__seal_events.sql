-- Who may see what of the record, and the chains of seals.

create schema if not exists audit;
comment on schema audit is
    'What auditors read: views and functions, all under row-level security; nothing else here is granted to them';
grant usage on schema audit to ${app};

-- Who sees which tenants. The policies look up current_user, which below a view is still the one who asks.
create table audit_auditor (
    role      name    not null,
    tenant_id integer,
    constraint audit_auditor_once unique nulls not distinct (role, tenant_id),
    constraint audit_auditor_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table audit_auditor is 'Database roles that may read the record, by audit.create_auditor';
comment on column audit_auditor.tenant_id is 'The tenant whose record it reads; null: all, and the server''s';
insert into audit_auditor (role) values ('narthex_auditor');
insert into audit_auditor (role) select role from audit_writer union select current_user except select 'narthex_auditor';

create view audit_whole as
select role from audit_auditor where tenant_id is null
union
select rolname from pg_roles where rolsuper;
comment on view audit_whole is 'Database roles that see the record of all tenants and of the server';

create view audit_scope as
select a.role, t.id as tenant_id from audit_auditor a join tenant t on t.id = a.tenant_id
union
select w.role, t.id from audit_whole w cross join tenant t;
comment on view audit_scope is 'Which tenants each database role sees in the record';
grant select on audit_whole, audit_scope to ${app};

-- The application sees and writes as it is granted; its policy is what leaves that so.
do $$
declare
    r record;
    tenants text := 'any (array(select s.tenant_id from audit_scope s where s.role = current_user))';
    whole text := '(select exists (select from audit_whole w where w.role = current_user))';
begin
    for r in select * from (values
        ('tenant',            'id = ' || tenants),
        ('cache',             'tenant_id = ' || tenants),
        ('token',             'tenant_id = ' || tenants || ' or tenant_id is null and ' || whole),
        ('audit_event',       'tenant_id = ' || tenants || ' or tenant_id is null and ' || whole),
        ('audit_seal',        'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('audit_head',        'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('audit_chain_start', 'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('storage_daily',     'tenant_id = ' || tenants),
        ('legal_hold',        'tenant_id = ' || tenants),
        ('signing_key',       'cache_id in (select c.id from cache c)')) as x(name, rule)
    loop
        execute format('alter table %I enable row level security', r.name);
        execute format('create policy application on %I to ${app} using (true) with check (true)', r.name);
        execute format('create policy auditors on %I for select to public using (%s)', r.name, r.rule);
    end loop;
end
$$;

-- The canonical form of an event: a JSON array as PostgreSQL writes jsonb (', ' between elements, ': ' behind keys, keys
-- by length and then by bytes), in UTF-8. Nothing else defines it.
create function audit.canonical(
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
comment on function audit.canonical is 'The canonical form of an event, which is hashed in UTF-8 behind the previous hash';

create function audit_chain_step(state bytea, start bytea, canonical text) returns bytea
    language sql
    immutable
as
$$
    select sha256(coalesce(state, start) || convert_to(canonical, 'UTF8'))
$$;
create aggregate audit_chain_hash(start bytea, canonical text) (sfunc = audit_chain_step, stype = bytea);

-- The last seal of a chain, or where its exported part ended; sequence 0 and 32 zeros: there is none yet.
create function audit_chain_head(chain integer, out sequence bigint, out hash bytea)
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

create function audit_heads_now() returns table (chain integer, name text, sequence bigint, hash bytea)
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

-- In the order of transactions that have ended: whatever becomes visible later has a greater number, so that no event can
-- come in before one that is sealed. Only one seals at a time; a second finds the lock taken and leaves.
create function seal_audit_events(most integer) returns integer
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
          and e.tx < ended
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
    -- nothing found, nothing written: who calls this each second uses up no transaction numbers
    if last.count < most and (last.count > 0 or anew) then
        update audit_progress p set tx = ended, id = 0 where p.what = 'seal';
    elsif last.count = most and not anew then
        update audit_progress p set tx = last.tx, id = last.id where p.what = 'seal';
    end if;
    return last.count;
end
$$;
comment on function seal_audit_events(integer) is
    'Seals events whose transactions have ended, so many at most; gives how many. Called once a second';

-- What is past retention. Months are UTC.
create function audit_held(month date) returns boolean
    language plpgsql
    stable
    set search_path = public, pg_temp
as
$$
declare
    found boolean := false;
    parent text;
begin
    foreach parent in array array['audit_event', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'] loop
        if to_regclass(format('%I', parent || '_' || to_char(month, 'YYYYMM'))) is not null and not found then
            execute format('select exists (select from %I x join legal_hold h on h.tenant_id = x.tenant_id)',
                           parent || '_' || to_char(month, 'YYYYMM')) into found;
        end if;
    end loop;
    return found;
end
$$;

create function audit_months_past(retention_months integer) returns table (month date, events bigint, downloads bigint)
    language plpgsql
    stable
    security definer
    set search_path = public, pg_temp
as
$$
begin
    if retention_months < 1 then
        raise exception 'at least one month is kept';
    end if;
    for month in
        select to_date(right(c.relname, 6), 'YYYYMM')
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_event'::regclass
          and to_date(right(c.relname, 6), 'YYYYMM') + make_interval(months => 1 + retention_months)
              <= now() at time zone 'UTC'
        order by 1
    loop
        execute format('select count(*) from audit_event_%s', to_char(month, 'YYYYMM')) into events;
        execute format('select count(*) from nar_download_%s', to_char(month, 'YYYYMM')) into downloads;
        if not audit_held(month) then
            return next;
        end if;
    end loop;
end
$$;
comment on function audit_months_past(integer) is
    'Months of the record that are older and that no legal hold concerns, oldest first, and how much is in them';

create function audit_export_events(month date) returns table (line text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select jsonb_build_object(
               'chain', case when s.chain = 0 then '@server' else '#' || s.chain end, 'sequence', s.sequence,
               'previousHash', encode(s.previous_hash, 'hex'), 'hash', encode(s.hash, 'hex'),
               'canonical', audit.canonical(e.id, e.at, e.login, e.tenant_id, e.tenant, e.cache_id, e.cache, e.action,
                                            e.outcome, e.reason, e.count, e.token_id, e.token_note, e.actor, e.address,
                                            e.request_id, e.path, e.key_name, e.detail))::text
    from audit_event e left join audit_seal s on s.event_id = e.id and s.event_at = e.at
         and s.event_at >= audit_export_events.month::timestamp at time zone 'UTC'
         and s.event_at < (audit_export_events.month + interval '1 month') at time zone 'UTC'
    where e.at >= audit_export_events.month::timestamp at time zone 'UTC'
      and e.at < (audit_export_events.month + interval '1 month') at time zone 'UTC'
    order by s.chain, s.sequence
$$;
comment on function audit_export_events(date) is
    'The events of a month, a line of JSON each, by chain and sequence: SHA-256 of previousHash (32 bytes) and canonical'
    ' (UTF-8) is hash';

create function audit_export_downloads(month date) returns table (line text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select to_jsonb(d)::text from nar_download d
    where d.at >= audit_export_downloads.month::timestamp at time zone 'UTC'
      and d.at < (audit_export_downloads.month + interval '1 month') at time zone 'UTC'
$$;
comment on function audit_export_downloads(date) is 'The downloads of a month, a line of JSON each';

create function detach_audit_month(month date, retention_months integer, location text, events bigint, downloads bigint,
                                   sha256 bytea) returns void
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set lock_timeout = '2s'
as
$$
declare
    suffix text := to_char(month, 'YYYYMM');
    parent text;
    counted bigint;
begin
    perform pg_advisory_xact_lock(hashtext('narthex-audit-partitions'));
    if month <> date_trunc('month', month) or retention_months < 1
       or month + make_interval(months => 1 + retention_months) > now() at time zone 'UTC' then
        raise exception 'month % is not older than % months', month, retention_months;
    end if;
    -- nobody writes into it, nor sets a hold, from here on
    lock table audit_event, audit_seal, nar_download, narinfo_hour, narinfo_miss_hour in access exclusive mode;
    lock table legal_hold in share mode;
    if not exists (select from pg_inherits i where i.inhrelid = to_regclass('audit_event_' || suffix)) then
        raise exception 'month % is not here', month;
    end if;
    if audit_held(month) then
        raise exception 'month % is under a legal hold', month;
    end if;
    execute format('select count(*) from audit_event_%s', suffix) into counted;
    if counted <> events then
        raise exception '% events of month % were exported, not %', events, month, counted;
    end if;
    execute format('select count(*) from nar_download_%s', suffix) into counted;
    if counted <> downloads then
        raise exception '% downloads of month % were exported, not %', downloads, month, counted;
    end if;
    execute format('select count(*) from audit_event_%1$s e where not exists (select from audit_seal_%1$s s'
                   ' where s.event_id = e.id and s.event_at = e.at)', suffix) into counted;
    if counted <> 0 then
        raise exception '% events of month % have no seal', counted, month;
    end if;
    insert into audit_export (month, location, events, downloads, sha256)
    values (detach_audit_month.month, detach_audit_month.location, detach_audit_month.events,
            detach_audit_month.downloads, detach_audit_month.sha256);
    execute format('insert into audit_chain_start (chain, month, sequence, hash)'
                   ' select distinct on (s.chain) s.chain, %L::date, s.sequence, s.hash from audit_seal_%s s'
                   ' order by s.chain, s.sequence desc', month, suffix);
    foreach parent in array array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'] loop
        if exists (select from pg_inherits i where i.inhrelid = to_regclass(parent || '_' || suffix)) then
            execute format('alter table %I detach partition %I', parent, parent || '_' || suffix);
        end if;
    end loop;
end
$$;
comment on function detach_audit_month(date, integer, text, bigint, bigint, bytea) is
    'Detaches a month that was exported, if it is past retention, sealed, wholly exported, and under no legal hold';

create function drop_detached_audit_months(days integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    gone date;
    parent text;
    dropped integer := 0;
begin
    for gone in select e.month from audit_export e
                 where e.dropped_at is null and e.at <= now() - make_interval(days => greatest(days, 1))
                 order by e.month for update
    loop
        if audit_held(gone) then
            continue;
        end if;
        foreach parent in array array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'] loop
            execute format('drop table if exists %I', parent || '_' || to_char(gone, 'YYYYMM'));
        end loop;
        update audit_export e set dropped_at = clock_timestamp() where e.month = gone;
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;
comment on function drop_detached_audit_months(integer) is
    'Drops the tables of months that were detached so many days ago and that no legal hold concerns; gives how many';

revoke all on function audit_chain_step(bytea, bytea, text), audit_chain_hash(bytea, text), audit_chain_head(integer),
    audit_heads_now(), seal_audit_events(integer), audit_held(date), audit_months_past(integer),
    audit_export_events(date), audit_export_downloads(date),
    detach_audit_month(date, integer, text, bigint, bigint, bytea), drop_detached_audit_months(integer),
    audit.canonical(bigint, timestamptz, name, integer, text, integer, text, text, text, text, bigint, text, text, text,
                    inet, text, text, text, jsonb) from public;
grant execute on function audit_chain_head(integer), audit_heads_now(), seal_audit_events(integer),
    audit_months_past(integer), audit_export_events(date), audit_export_downloads(date),
    detach_audit_month(date, integer, text, bigint, bigint, bytea), drop_detached_audit_months(integer),
    audit.canonical(bigint, timestamptz, name, integer, text, integer, text, text, text, text, bigint, text, text, text,
                    inet, text, text, text, jsonb) to ${app};
