-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- The lines of an exported month.

create or replace function audit_export_events(month date) returns table (line text)
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
    'The events of a month, each a line of JSON, ordered by chain and sequence. SHA-256 of previousHash (32 bytes) followed'
    ' by canonical (UTF-8) is hash';

create or replace function audit_export_downloads(month date) returns table (line text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select to_jsonb(d)::text from nar_download d
    where d.at >= audit_export_downloads.month::timestamp at time zone 'UTC'
      and d.at < (audit_export_downloads.month + interval '1 month') at time zone 'UTC'
$$;
comment on function audit_export_downloads(date) is 'The downloads of a month, each a line of JSON';

-- Counts of narinfos leave the database together with their month, so they are exported too.
create or replace function audit_export_narinfos(month date) returns table (line text)
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
comment on function audit_export_narinfos(date) is
    'The counts of narinfos in a month, each a line of JSON: the hits of a path, or the misses of a cache';

revoke all on function audit_export_events(date), audit_export_downloads(date), audit_export_narinfos(date) from public;
grant execute on function audit_export_events(date), audit_export_downloads(date), audit_export_narinfos(date) to ${app};
