-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- A restored database removes nothing, and what was revoked after its backup is revoked in it again.

create or replace function compare_mark(id uuid, counter bigint) returns boolean
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    update incarnation i set restored_at = clock_timestamp()
    where i.restored_at is null and (i.id <> compare_mark.id or i.counter < compare_mark.counter);
    if found then
        perform record_event(null, null, 'restore-noticed', 'ok', null, 1, null, null, 'server', null, null, null, null,
                             jsonb_build_object('counter', i.counter, 'counterOfStore', compare_mark.counter,
                                                'sameIncarnation', i.id = compare_mark.id))
        from incarnation i;
    end if;
    return (select i.restored_at is not null from incarnation i);
end
$$;
comment on function compare_mark is
    'Compares the database with the mark beside the stored files, and gives whether it is a restored one that nobody has accepted';

create or replace function revoke_again(tokens text[], keys bytea[]) returns table (kind text, name text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    return query
        with gone as (
            update token t set revoked_at = now()
            where t.public_id = any (revoke_again.tokens) and t.revoked_at is null
            returning t.id, t.public_id, t.tenant_id, t.note),
        told as (insert into change (kind, subject) select 'token', g.id from gone g returning 1),
        recorded as (
            select record_event(g.tenant_id, null, 'token-revoked', 'ok', null, 1, g.public_id, g.note, 'server', null, null,
                                null, null, '{"by": "restore"}') from gone g)
        select 'token', g.public_id from gone g
        where (select count(*) from told) >= 0 and (select count(*) from recorded) >= 0;
    return query
        with gone as (
            update signing_key k set state = 'REVOKED', revoked_at = now(), sealed_secret = null, due_at = null,
                                     revocation_reason = 'It was revoked after the backup that this database was restored from'
            where k.public_key = any (revoke_again.keys) and k.state <> 'REVOKED'
            returning k.id, k.name, k.cache_id),
        told as (insert into change (kind, subject)
                 -- 0: of every cache, as where an administrator revokes one
                 select 'key', x.subject from (select g.cache_id from gone g union select 0 from gone) x(subject) returning 1),
        recorded as (
            select record_event(c.tenant_id, c.id, 'key-revoked', 'ok', null, 1, null, null, 'server', null, null, null,
                                g.name, '{"by": "restore"}')
            from gone g join cache c on c.id = g.cache_id)
        select 'key', g.name from gone g
        where (select count(*) from told) >= 0 and (select count(*) from recorded) >= 0;
end
$$;
comment on function revoke_again is 'Revokes tokens, by public id, and keys, by public key, that are not revoked; gives which';

create or replace function deny_again(rules jsonb) returns setof text
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    rule record;
    made bigint;
begin
    for rule in
        select r.*, c.id as cache_id, c.tenant_id
        from jsonb_to_recordset(deny_again.rules) as r(cache text, name text, pattern text, hash text, "narHash" text,
                                                       dependents boolean, reason text, until timestamptz)
             left join (select x.id, x.tenant_id, t.name || '/' || x.name as full_name
                        from cache x join tenant t on t.id = x.tenant_id
                        where x.deleted_at is null and t.deleted_at is null) c on c.full_name = r.cache
        where (r.cache is null or c.id is not null) and (r.until is null or r.until > now())
        order by c.id, r.name
    loop
        insert into denial as d (cache_id, name, pattern, hash, nar_hash, dependents, reason, until)
        values (rule.cache_id, rule.name, rule.pattern, decode(rule.hash, 'base64'), decode(rule."narHash", 'base64'),
                rule.dependents, rule.reason, rule.until)
        on conflict (coalesce(cache_id, 0), name) do update set
            pattern = excluded.pattern, hash = excluded.hash, nar_hash = excluded.nar_hash,
            dependents = excluded.dependents, reason = excluded.reason, until = excluded.until
        where (d.pattern, d.hash, d.nar_hash, d.dependents, d.until)
              is distinct from (excluded.pattern, excluded.hash, excluded.nar_hash, excluded.dependents, excluded.until)
        returning d.id into made;
        if found then
            perform deny_paths(made);
            insert into change (kind, subject) values ('denial', coalesce(rule.cache_id, 0));
            perform record_event(rule.tenant_id, rule.cache_id, 'denial-set', 'ok', null, 1, null, null, 'server', null, null,
                                 null, null, jsonb_build_object('by', 'restore', 'rule', rule.name, 'reason', rule.reason));
            return next concat_ws('/', rule.cache, rule.name);
        end if;
    end loop;
end
$$;
comment on function deny_again is
    'Makes rules that deny paths again, or changes those that are there to what they were; of caches that are unknown here it makes'
    ' none. It gives which it made';

revoke all on function compare_mark, revoke_again, deny_again from public;
grant execute on function compare_mark, revoke_again, deny_again to ${app};
