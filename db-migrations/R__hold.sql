-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What is under a legal hold. Whatever removes paths is checked by a trigger of uploaded_path, so that no caller can forget to.

-- Setting a hold takes the same lock for itself alone: a removal comes to its end before it, or sees it.
create or replace function await_holds(tenant integer) returns void
    language sql
    set search_path = public, pg_temp
as
$$
    select pg_advisory_xact_lock_shared(hashtextextended('hold ' || await_holds.tenant, 0))
$$;
comment on function await_holds is 'Lets nobody set a hold in the tenant until the end of the transaction';

create or replace function cache_is_held(cache integer) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select exists (select from cache c
                   where c.id = cache_is_held.cache
                     and (exists (select from legal_hold h where h.tenant_id = c.tenant_id)
                          or exists (select from named_hold n
                                     where n.tenant_id = c.tenant_id and n.pin is null and n.path is null
                                       and (n.cache_id is null or n.cache_id = c.id))))
$$;
comment on function cache_is_held is 'Whether all of a cache is under a legal hold: its tenant''s, or its own';

create or replace function held_roots(cache integer) returns table (hold text, base_name text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select n.name, n.path
    from cache c
         join named_hold n on n.tenant_id = c.tenant_id and (n.cache_id is null or n.cache_id = c.id)
    where c.id = held_roots.cache and n.path is not null
    union all
    select n.name, r.base_name
    from named_hold n join named_hold_root r on r.hold_id = n.id
    where n.cache_id = held_roots.cache
    union all
    select n.name, store_path_base_name(v.hash, v.name)
    from named_hold n
         join pin p on p.cache_id = n.cache_id and p.name = n.pin
         join pin_revision v on v.pin_id = p.id
    where n.cache_id = held_roots.cache
$$;
comment on function held_roots is
    'The paths of a cache whose closures are held, each with the name of the hold; of a pin all revisions that are kept';

-- Because of offset 0 and of the select around the cache's number every look-up uses the index of that column: see lock_references.
create or replace function held_paths(cache integer) returns table (hash bytea)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    with recursive live(hash) as (
        select p.hash
        from held_roots(held_paths.cache) r
             cross join lateral (select u.hash from uploaded_path u
                                  where u.cache_id = (select held_paths.cache)
                                    and store_path_base_name(u.hash, u.name) = r.base_name offset 0) p
        union
        select q.hash
        from live l
             cross join lateral (select u.refs from uploaded_path u
                                  where u.cache_id = (select held_paths.cache) and u.hash = l.hash offset 0) p
             cross join unnest(p.refs) as x(base_name)
             cross join lateral (select u.hash from uploaded_path u
                                  where u.cache_id = (select held_paths.cache)
                                    and store_path_base_name(u.hash, u.name) = x.base_name offset 0) q)
    select live.hash from live
$$;
comment on function held_paths is 'The paths of a cache that are in a held closure, by their hashes';

create or replace function path_is_held(cache integer, hash bytea) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select cache_is_held(path_is_held.cache)
        or exists (select from held_roots(path_is_held.cache))
           and path_is_held.hash in (select h.hash from held_paths(path_is_held.cache) h)
$$;
comment on function path_is_held is 'Whether a path is under a legal hold: its cache''s, or that of a closure';

-- What was just removed is not in the table any more, and its own rows say what it referred to.
create or replace function refuse_removal_of_held() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
declare
    cache integer;
    held  boolean;
begin
    perform await_holds(x.tenant_id)
    from (select distinct c.tenant_id from removed r join cache c on c.id = r.cache_id order by c.tenant_id) x;
    for cache in select distinct r.cache_id from removed r loop
        held := cache_is_held(cache);
        if not held and exists (select from held_roots(cache)) then
            with recursive live(hash) as (
                select x.hash
                from held_roots(cache) h
                     cross join lateral (
                         select p.hash from uploaded_path p
                         where p.cache_id = cache and store_path_base_name(p.hash, p.name) = h.base_name
                         union all
                         select r.hash from removed r
                         where r.cache_id = cache and store_path_base_name(r.hash, r.name) = h.base_name) x
                union
                select x.hash
                from live l
                     cross join lateral (
                         select p.refs from uploaded_path p where p.cache_id = cache and p.hash = l.hash
                         union all
                         select r.refs from removed r where r.cache_id = cache and r.hash = l.hash) y
                     cross join unnest(y.refs) as n(base_name)
                     cross join lateral (
                         select p.hash from uploaded_path p
                         where p.cache_id = cache and store_path_base_name(p.hash, p.name) = n.base_name
                         union all
                         select r.hash from removed r
                         where r.cache_id = cache and store_path_base_name(r.hash, r.name) = n.base_name) x)
            select exists (select from live l join removed r on r.cache_id = cache and r.hash = l.hash) into held;
        end if;
        if held then
            raise exception 'a path of cache % is under a legal hold', cache using errcode = 'NX003';
        end if;
    end loop;
    return null;
end
$$;
comment on function refuse_removal_of_held is 'Lets no statement remove a path that is under a legal hold';

create or replace trigger uploaded_path_held after delete on uploaded_path
    referencing old table as removed for each statement execute function refuse_removal_of_held();

-- A cache with a closure that is held is not deleted as a whole either.
create or replace function holds_in_cache(cache integer) returns bigint
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select case when cache_is_held(holds_in_cache.cache) then 1 else 0 end
         + (select count(*) from held_paths(holds_in_cache.cache))
         + (select count(*) from named_hold n where n.cache_id = holds_in_cache.cache)
$$;
comment on function holds_in_cache is 'Whether anything of a cache is under a legal hold: not 0';

create or replace function holds_in_tenant(tenant integer) returns bigint
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select (select count(*) from legal_hold h where h.tenant_id = holds_in_tenant.tenant)
         + (select count(*) from named_hold n where n.tenant_id = holds_in_tenant.tenant)
$$;
comment on function holds_in_tenant is 'How many legal holds a tenant is under';

revoke all on function await_holds, cache_is_held, held_roots, held_paths, path_is_held, refuse_removal_of_held, holds_in_cache,
    holds_in_tenant from public;
grant execute on function await_holds, cache_is_held, held_roots, held_paths, path_is_held, holds_in_cache, holds_in_tenant
    to ${app};
