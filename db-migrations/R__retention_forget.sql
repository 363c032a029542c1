-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What is forgotten after its time. Each function forgets some, and gives how many.

create or replace function forget_used_identity_tokens(most integer) returns integer
    language sql
    set search_path = public, pg_temp
as
$$
    with gone as (
        delete from used_identity_token
        where digest in (select u.digest from used_identity_token u where u.until < clock_timestamp() order by u.until
                         limit forget_used_identity_tokens.most)
        returning 1)
    select count(*)::integer from gone
$$;
comment on function forget_used_identity_tokens is 'Forgets identity tokens that ended, and so cannot be exchanged again';

-- The newest of each cache says how the cache stands.
create or replace function forget_retention_runs(most integer) returns integer
    language sql
    set search_path = public, pg_temp
as
$$
    with gone as (
        delete from retention_run
        where id in (select n.id from retention_run n
                     where n.ended_at < now() - interval '400 days'
                       and exists (select from retention_run m
                                   where m.tenant_id = n.tenant_id and m.cache_id = n.cache_id and m.id > n.id
                                     and (n.dry_run or not m.dry_run))
                     order by n.ended_at limit forget_retention_runs.most)
        returning 1)
    select count(*)::integer from gone
$$;
comment on function forget_retention_runs is 'Forgets runs of the collector that ended 400 days ago';

create or replace function forget_pin_revisions(most integer) returns integer
    language sql
    set search_path = public, pg_temp
as
$$
    with gone as (
        delete from pin_revision
        where (pin_id, revision) in (
            select r.pin_id, r.revision
            from pin_revision r join pin p on p.id = r.pin_id
            where r.replaced_at < time_since(make_interval(days => greatest(400, coalesce(p.keep_days, 0) + 1)))
              and r.revision <= p.last_revision - p.keep_revisions
              and not cache_is_held(p.cache_id)
              and not exists (select from named_hold h where h.cache_id = p.cache_id and h.pin = p.name)
            order by r.pin_id, r.revision limit forget_pin_revisions.most)
        returning 1)
    select count(*)::integer from gone
$$;
comment on function forget_pin_revisions is
    'Forgets revisions of pins that keep nothing and were replaced 400 days ago, unless a legal hold names the pin';

-- What is left of the record begins with its oldest month; before that it is in the exports.
create or replace function forget_removed_paths(most integer) returns integer
    language sql
    security definer
    set search_path = public, pg_temp
as
$$
    with gone as (
        delete from removed_path
        where id in (select r.id from removed_path r
                     where r.removed_at < (select min(e.at) from audit_event e)
                       and exists (select from audit_export)
                       and holds_in_tenant(r.tenant_id) = 0
                     order by r.removed_at limit forget_removed_paths.most)
        returning id, path_id, cache_id),
    edges as (
        delete from removed_edge e using gone g
        where e.referrer = g.path_id and e.scope = g.cache_id
          and not exists (select from removed_path r
                          where r.path_id = g.path_id and r.cache_id = g.cache_id and r.id not in (select x.id from gone x)))
    select count(*)::integer from gone
$$;
comment on function forget_removed_paths is
    'Forgets paths that were removed before the record begins that the database still has, unless their tenant is under a hold';

create or replace function forget_tokens(after bigint, most integer, out last bigint, out removed integer)
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    old bigint[];
begin
    select array_agg(k.id order by k.id), max(k.id) into old, last
    from (select t.id from token t
          where t.id > forget_tokens.after and least(t.expires_at, t.revoked_at) < now() - interval '400 days'
          order by t.id limit forget_tokens.most) k;
    select array_agg(o.id) into old
    from unnest(old) as o(id)
    where not exists (select from uploaded_path x where x.published_by = o.id offset 0)
      and not exists (select from removed_path x where x.published_by = o.id offset 0)
      and not exists (select from uploaded_document x where x.published_by = o.id offset 0)
      and not exists (select from token x where x.created_by = o.id offset 0)
      and not exists (select from pin_revision x where x.set_by = o.id)
      and not exists (select from trust x where x.created_by = o.id)
      and not exists (select from denial x where x.created_by = o.id)
      and not exists (select from promotion x where x.created_by = o.id)
      and not exists (select from used_identity_token x where x.token_id = o.id)
      and not exists (select from uploaded_path x where x.built_by = o.id offset 0)
      and not exists (select from promoted_identity x where x.token_id = o.id)
      and not exists (select from console_session x where x.token_id = o.id)
      and not exists (select from console_session_token x where x.token_id = o.id)
      and not exists (select from token x where x.id = o.id and holds_in_tenant(x.tenant_id) > 0);
    delete from token_identity i where i.token_id = any (old);
    delete from token t where t.id = any (old);
    get diagnostics removed = row_count;
end
$$;
comment on function forget_tokens is
    'Forgets tokens that ended 400 days ago and to which nothing refers, of the next so many behind an id; last: the last of these,'
    ' null: there were none';

create or replace function growing() returns table (what text, rows bigint)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select w.what, greatest(c.reltuples, 0)::bigint
    from (values ('changes', 'change'), ('job-runs', 'job_run'), ('retention-runs', 'retention_run'),
                 ('used-identity-tokens', 'used_identity_token'), ('tokens', 'token'), ('pin-revisions', 'pin_revision'),
                 ('removed-paths', 'removed_path')) as w(what, name)
         join pg_class c on c.oid = w.name::regclass
    union all
    select 'quarantined-files', count(*) from blob b where b.quarantined_at is not null
$$;
comment on function growing is 'About how many rows there are of what comes and has to go again, as PostgreSQL estimates it';

revoke all on function forget_used_identity_tokens, forget_retention_runs, forget_pin_revisions, forget_removed_paths,
    forget_tokens, growing from public;
grant execute on function forget_used_identity_tokens, forget_retention_runs, forget_pin_revisions, forget_removed_paths,
    forget_tokens, growing to ${app};
