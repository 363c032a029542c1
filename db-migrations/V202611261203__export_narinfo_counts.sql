-- The counts of narinfos leave the database with the month that they are of, so they go into its export too.
create function audit_export_narinfos(month date) returns table (line text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select to_jsonb(n)::text from narinfo_hour n
    where n.hour >= audit_export_narinfos.month::timestamp at time zone 'UTC'
      and n.hour < (audit_export_narinfos.month + interval '1 month') at time zone 'UTC'
    union all
    select to_jsonb(m)::text from narinfo_miss_hour m
    where m.hour >= audit_export_narinfos.month::timestamp at time zone 'UTC'
      and m.hour < (audit_export_narinfos.month + interval '1 month') at time zone 'UTC'
$$;
comment on function audit_export_narinfos(date) is 'The counts of narinfos of a month, a line of JSON each: hits of a path, or misses';
revoke all on function audit_export_narinfos(date) from public;
grant execute on function audit_export_narinfos(date) to ${app};
