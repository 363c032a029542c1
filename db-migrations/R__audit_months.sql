-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- The months of the record. Each is a partition; it is made ahead of time, and detached once it is exported and past retention.

-- Makes the partition of a month where it is missing. Neither readers nor writers wait for the lock that attaching an empty
-- table takes; they would wait for that of CREATE TABLE … PARTITION OF.
create or replace function audit_make_partition(parent text, month date) returns boolean
    language plpgsql
    -- also where a superuser calls it: no migration could change, and no export detach, what is not the owner's
    security definer
    set search_path = public, pg_temp
as
$$
declare
    child text := parent || '_' || to_char(month, 'YYYYMM');
begin
    if to_regclass(format('%I', child)) is not null then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints including comments)', child, parent);
    if parent in ('audit_event', 'audit_seal') then
        execute format('create trigger refuse_truncate before truncate on %I execute function audit_refuse()', child);
    elsif parent = 'narinfo_hour' then
        execute format('alter table %I set (fillfactor = 50)', child);
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child,
                   month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    return true;
end
$$;

create or replace function make_audit_partitions(months_ahead integer default 6) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set lock_timeout = '5s'
as
$$
declare
    made integer := 0;
    parent text;
    month date;
begin
    -- only one caller at a time makes or detaches partitions
    perform pg_advisory_xact_lock(hashtext('narthex-audit-partitions'));
    for i in 0 .. least(greatest(months_ahead, 0), 24) loop
        month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i))::date;
        foreach parent in array array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'] loop
            made := made + audit_make_partition(parent, month)::integer;
        end loop;
    end loop;
    return made;
end
$$;
comment on function make_audit_partitions(integer) is
    'Makes the partitions of this month and of so many months after it, where they are missing, and returns how many it made';

-- Whether some tenant in the month is under a legal hold. Months are UTC.
create or replace function audit_held(month date) returns boolean
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

create or replace function audit_months_past(retention_months integer) returns table (month date, events bigint, downloads bigint)
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
        select to_date(right(n.relname, 6), 'YYYYMM')
        -- offset 0: a plan may else read all names as months before it looks whose partitions they are
        from (select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
               where i.inhparent = 'audit_event'::regclass offset 0) n
        where to_date(right(n.relname, 6), 'YYYYMM') + make_interval(months => 1 + retention_months)
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
    'Months of the record that are older than so many months and under no legal hold, oldest first, with the number of their'
    ' events and downloads';

-- The month is counted under a lock on its own partitions, where nobody writes any more. The lock on the whole record is held
-- only while the partitions are detached.
create or replace function detach_audit_month(month date, retention_months integer, location text, events bigint, downloads bigint,
                                   sha256 bytea) returns void
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set lock_timeout = '2s'
as
$$
declare
    suffix text := to_char(month, 'YYYYMM');
    parents text[] := array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'];
    parent text;
    counted bigint;
    locked boolean := false;
begin
    perform pg_advisory_xact_lock(hashtext('narthex-audit-partitions'));
    if month <> date_trunc('month', month) or retention_months < 1
       or month + make_interval(months => 1 + retention_months) > now() at time zone 'UTC' then
        raise exception 'month % is not older than % months', month, retention_months;
    end if;
    if not exists (select from pg_inherits i where i.inhrelid = to_regclass('audit_event_' || suffix)) then
        raise exception 'month % is not here', month;
    end if;
    -- from here on nobody writes into the month or sets a hold; the months that are written into are not locked
    lock table legal_hold in share mode;
    foreach parent in array parents loop
        if exists (select from pg_inherits i where i.inhrelid = to_regclass(parent || '_' || suffix)) then
            execute format('lock table %I in exclusive mode', parent || '_' || suffix);
        end if;
    end loop;
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
    -- Everybody who writes an event waits while this lock is waited for. So it waits only a moment, and tries again a little
    -- later; the waits for all five tables together are shorter than deadlock_timeout, so that no other transaction is ended
    -- for it.
    perform set_config('lock_timeout', '100ms', true);
    for attempt in 1 .. 30 loop
        begin
            lock table only audit_event, only audit_seal, only nar_download, only narinfo_hour, only narinfo_miss_hour
                in access exclusive mode;
            locked := true;
            exit;
        exception
            when lock_not_available or deadlock_detected then
                perform pg_sleep(0.05 + 0.15 * random());
        end;
    end loop;
    if not locked then
        -- as where a lock is waited for in vain: the transaction is tried again
        raise exception 'month % stays: the record is being read all the time', month using errcode = 'lock_not_available';
    end if;
    foreach parent in array parents loop
        if exists (select from pg_inherits i where i.inhrelid = to_regclass(parent || '_' || suffix)) then
            execute format('alter table %I detach partition %I', parent, parent || '_' || suffix);
        end if;
    end loop;
end
$$;
comment on function detach_audit_month(date, integer, text, bigint, bigint, bytea) is
    'Detaches a month that was exported, if it is past retention, sealed, wholly exported, and under no legal hold';

create or replace function drop_detached_audit_months(days integer) returns integer
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
    'Drops the tables of months that were detached so many days ago and are under no legal hold, and returns how many';

revoke all on function audit_make_partition(text, date), make_audit_partitions(integer), audit_held(date),
    audit_months_past(integer), detach_audit_month(date, integer, text, bigint, bigint, bytea),
    drop_detached_audit_months(integer) from public;
grant execute on function make_audit_partitions(integer), audit_months_past(integer),
    detach_audit_month(date, integer, text, bigint, bigint, bytea), drop_detached_audit_months(integer) to ${app};

create or replace function record_months_until() returns date
    language sql
    stable
    security definer
    set search_path = public, pg_temp
as
$$
    select min(until) from (
        select p.relname, max((to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month')::date - 1) as until
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.oid in ('audit_event'::regclass, 'audit_seal'::regclass, 'nar_download'::regclass,
                        'narinfo_hour'::regclass, 'narinfo_miss_hour'::regclass)
        group by p.relname) x
$$;
comment on function record_months_until() is 'The last day for which each table of the record has a partition';
revoke all on function record_months_until() from public;
grant execute on function record_months_until() to ${app};
