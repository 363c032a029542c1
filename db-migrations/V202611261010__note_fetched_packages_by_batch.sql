-- Downloads are written by the thousand a second, so what fires with each row, or is kept of each in an index, is to be
-- little. Packages are noted by who writes downloads, once an hour for each path, no more by a trigger that parsed each name.
drop trigger note_packages on nar_download;
drop function note_fetched_packages();

create function note_fetched_packages(tenants integer[], caches integer[], paths text[], at timestamptz) returns void
    language sql
    security definer
    set search_path = public, pg_temp
as
$$
    insert into package_fetched as p (tenant_id, cache_id, package, version, last_at)
    select distinct d.tenant_id, d.cache_id, store_path_package(d.path), store_path_version(d.path),
           note_fetched_packages.at
    from unnest(tenants, caches, paths) as d(tenant_id, cache_id, path)
    order by 1, 2, 3, 4
    on conflict on constraint package_fetched_pk do update set last_at = excluded.last_at
        where p.last_at < date_trunc('hour', excluded.last_at, 'UTC')
$$;
comment on function note_fetched_packages(integer[], integer[], text[], timestamptz) is
    'Notes that packages of these paths (base names) were downloaded from these caches; what was noted in the same hour stays';
revoke all on function note_fetched_packages(integer[], integer[], text[], timestamptz) from public;
grant execute on function note_fetched_packages(integer[], integer[], text[], timestamptz) to ${app};

-- Behind the views nothing is looked up by tenant: they join by cache, and are asked by path, by token, or by time.
drop index nar_download_by_cache;
drop index narinfo_hour_by_time;
create index narinfo_hour_by_time on narinfo_hour using brin (hour);

-- Counts are written again and again in the same hour: room on the page spares the index.
do $$
declare
    part regclass;
begin
    for part in select i.inhrelid from pg_inherits i where i.inhparent = 'narinfo_hour'::regclass loop
        execute format('alter table %s set (fillfactor = 50)', part);
    end loop;
end
$$;

create or replace function audit_make_partition(parent text, month date) returns boolean
    language plpgsql
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
