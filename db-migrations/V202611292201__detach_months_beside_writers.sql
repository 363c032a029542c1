-- A month that is detached was counted under a lock on the whole record, behind which every push and every refusal waited. Now
-- the lock is on that month, where nobody writes any more; on the whole it is held for the detaching alone.
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
    -- nobody writes into it, nor sets a hold, from here on; months that are written into are nobody's to wait for
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
    -- Whoever writes an event waits behind who waits for this lock. So it is waited for a moment only, and again a little later;
    -- all five moments together are shorter than deadlock_timeout, so that nobody else is ended for it.
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
        raise exception 'month % stays: the record is being read all the time', month;
    end if;
    foreach parent in array parents loop
        if exists (select from pg_inherits i where i.inhrelid = to_regclass(parent || '_' || suffix)) then
            execute format('alter table %I detach partition %I', parent, parent || '_' || suffix);
        end if;
    end loop;
end
$$;
