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

-- A tenant that has left.

create or replace function departed_tenants()
    returns table (id integer, name text, deleted_at timestamptz, ready boolean)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select t.id, t.name, t.deleted_at,
           not exists (select from cache c
                       where c.tenant_id = t.id
                         and (exists (select from uploaded_path p where p.cache_id = c.id)
                              or exists (select from staged_nar s where s.cache_id = c.id)))
           and exists (select from audit_seal s
                       where s.chain = t.id
                         and s.event_id = (select max(e.id) from audit_event e where e.tenant_id = t.id))
    from tenant t
    where t.deleted_at is not null and t.record_exported_at is null
    order by t.id
$$;
comment on function departed_tenants is
    'Deleted tenants whose record is not exported yet; ready: all that they held is removed, and all events are sealed';

create or replace function tenant_export(tenant integer) returns table (line text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    (select jsonb_build_object(
                'sequence', s.sequence, 'previousHash', encode(s.previous_hash, 'hex'), 'hash', encode(s.hash, 'hex'),
                'canonical', audit.canonical(e.id, e.at, e.login, e.tenant_id, e.tenant, e.cache_id, e.cache, e.action,
                                             e.outcome, e.reason, e.count, e.token_id, e.token_note, e.actor, e.address,
                                             e.request_id, e.path, e.key_name, e.detail))::text
     from audit_event e left join audit_seal s on s.event_id = e.id and s.event_at = e.at
     where e.tenant_id = tenant_export.tenant
     order by s.sequence)
    union all
    (select jsonb_build_object('download', n.path, 'cache', c.name, 'at', n.at, 'token', n.token_id, 'address', n.address,
                               'bytesSent', n.bytes_sent, 'complete', n.complete)::text
     from nar_download n join cache c on c.id = n.cache_id
     where n.tenant_id = tenant_export.tenant
     order by n.at)
    union all
    (select jsonb_build_object(
                'removed', s.base_name, 'cache', c.name, 'narHash', 'sha256-' || encode(r.nar_hash, 'base64'), 'narSize', r.nar_size,
                'references', r.refs, 'deriver', r.deriver, 'contentAddress', r.content_address, 'signatures', r.signatures,
                'foreignSignatures', r.foreign_sigs, 'publishedAt', r.published_at, 'token', k.public_id,
                'lastUsed', r.last_used, 'removedAt', r.removed_at, 'reason', r.reason)::text
     from removed_path r join store_path s on s.id = r.path_id join cache c on c.id = r.cache_id
          left join token k on k.id = r.published_by
     where r.tenant_id = tenant_export.tenant
     order by r.id)
$$;
comment on function tenant_export is
    'The record of a tenant, each entry a line of JSON: its events in their order, its downloads, and all paths that it held.'
    ' SHA-256 of previousHash (32 bytes) followed by canonical (UTF-8) is hash';

create or replace function note_tenant_export(tenant integer, place text, sha256 bytea) returns void
    language sql
    set search_path = public, pg_temp
as
$$
    update tenant t set record_exported_at = now(), record_export = note_tenant_export.place,
                        record_sha256 = note_tenant_export.sha256
    where t.id = note_tenant_export.tenant
$$;
comment on function note_tenant_export is 'The record of a deleted tenant lies in a file';

revoke all on function departed_tenants, tenant_export, note_tenant_export from public;
grant execute on function departed_tenants, tenant_export, note_tenant_export to ${app};
