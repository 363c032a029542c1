-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What keeps a path, what hides it, what brings it back, and what removes it.
--
-- Publications and the collector meet on the rows of uploaded_path. Who relies on a row (a publication that refers to it, a
-- pin) locks it for share; who hides or removes it locks it for update, and only then, in a later statement, looks for whoever
-- relies on it. All lock in the order of the ids.

-- A path that is offered again needs all that it refers to. What it refers to is locked whether it is hidden or not, so that
-- nobody hides it meanwhile.
create or replace function revive_paths(cache integer, ids bigint[]) returns integer
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    seeds    bigint[] := revive_paths.ids;
    hidden   bigint[];
    needed   bigint[];
    frontier bigint[];
    changed  integer;
    revived  integer := 0;
begin
    loop
        select array_agg(p.id) into frontier
        from uploaded_path p
        where p.cache_id = revive_paths.cache and p.id = any (seeds) and p.condemned_at is not null;
        exit when frontier is null;
        hidden := '{}';
        needed := '{}';
        while frontier is not null loop
            hidden := hidden || frontier;
            select needed || coalesce(array_agg(distinct x.id), '{}') into needed
            from uploaded_path p
                 cross join lateral unnest(p.refs) as n(base)
                 cross join lateral (select u.id from uploaded_path u
                                      where store_path_base_name(u.hash, u.name) = n.base
                                        and u.cache_id = revive_paths.cache offset 0) x
            where p.id = any (frontier);
            select array_agg(p.id) into frontier
            from uploaded_path p
            where p.id = any (needed) and p.id <> all (hidden) and p.condemned_at is not null;
        end loop;
        perform from uploaded_path p where p.id = any (hidden || needed) order by p.id for no key update;
        with back as (
            update uploaded_path p set condemned_at = null, last_used = now()
            where p.id = any (hidden) and p.condemned_at is not null
            returning p.id, p.hash
        ), told as (
            insert into change (kind, subject, hash) select 'path', revive_paths.cache, b.hash from back b
        )
        insert into path_revival (cache_id, row_id) select revive_paths.cache, b.id from back b
        on conflict (cache_id, row_id) do update set at = clock_timestamp();
        get diagnostics changed = row_count;
        revived := revived + changed;
        -- what was hidden while this waited for the locks
        seeds := needed;
    end loop;
    return revived;
end
$$;
comment on function revive_paths(integer, bigint[]) is
    'Offers those of these paths that are hidden again, and all hidden ones that they need';

create or replace function lock_references(cache integer, hashes bytea[]) returns void
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    hidden bigint[];
begin
    perform from uploaded_path p
    where p.cache_id = lock_references.cache and p.hash = any (lock_references.hashes) order by p.id for share;
    select array_agg(p.id) into hidden
    from uploaded_path p
    where p.cache_id = lock_references.cache and p.hash = any (lock_references.hashes) and p.condemned_at is not null;
    if hidden is not null then
        perform revive_paths(lock_references.cache, hidden);
    end if;
end
$$;
comment on function lock_references(integer, bytea[]) is
    'Keeps these paths of a cache, by their hashes, from being hidden or removed until the transaction ends. Hidden ones are'
    ' offered again';

-- The only way in which a row of uploaded_path goes: the application may not delete one. Whatever forbids a removal is
-- checked here.
create or replace function remove_uploaded_paths(ids bigint[], run bigint, reason text)
    returns table (id bigint, base_name text, nar_size bigint, file_size bigint)
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    perform from uploaded_path p where p.id = any (ids) order by p.id for update;

    insert into store_path (base_name)
    select n.base
    from (select store_path_base_name(p.hash, p.name) as base from uploaded_path p where p.id = any (ids)
          union
          select r.base from uploaded_path p cross join lateral unnest(p.refs) as r(base) where p.id = any (ids)) n
    where not exists (select from store_path s where s.base_name = n.base offset 0)
    order by n.base
    on conflict do nothing;

    insert into removed_path (tenant_id, cache_id, path_id, nar_hash, nar_size, file_hash, file_size, refs, deriver,
                              content_address, foreign_sigs, signatures, published_at, published_by, last_used,
                              condemned_at, run_id, reason)
    select c.tenant_id, p.cache_id, s.id, p.nar_hash, p.nar_size, b.file_hash, b.file_size, p.refs, p.deriver,
           p.content_address, p.foreign_sigs,
           coalesce((select jsonb_agg(jsonb_build_object('key', k.name, 'signature', encode(g.signature, 'base64'),
                                                         'claim', g.claim, 'signedAt', g.signed_at) order by k.name)
                     from upload_signature g join signing_key k on k.id = g.key_id where g.path_id = p.id), '[]'),
           p.published_at, p.published_by, p.last_used, p.condemned_at, remove_uploaded_paths.run,
           remove_uploaded_paths.reason
    from uploaded_path p
         join cache c on c.id = p.cache_id
         join blob b on b.id = p.blob_id
         cross join lateral (select x.id from store_path x where x.base_name = store_path_base_name(p.hash, p.name) offset 0) s
    where p.id = any (ids);

    insert into removed_edge (referrer, scope, reference)
    select s.id, p.cache_id, r.id
    from uploaded_path p
         cross join lateral unnest(p.refs) as n(base)
         cross join lateral (select x.id from store_path x where x.base_name = store_path_base_name(p.hash, p.name) offset 0) s
         cross join lateral (select x.id from store_path x where x.base_name = n.base offset 0) r
    where p.id = any (ids) and r.id <> s.id
    order by 1, 2, 3
    on conflict do nothing;

    -- what they referred to may be needed no more
    if remove_uploaded_paths.reason <> 'retention' then
        update cache_retention t set clean_cutoff = null
        where t.clean_cutoff is not null
          and t.cache_id in (select p.cache_id from uploaded_path p where p.id = any (ids));
    end if;

    return query
    with gone as (
        delete from uploaded_path p where p.id = any (ids) returning p.id, p.hash, p.name, p.nar_size, p.blob_id
    )
    select g.id, store_path_base_name(g.hash, g.name), g.nar_size, b.file_size
    from gone g join blob b on b.id = g.blob_id;
end
$$;
comment on function remove_uploaded_paths(bigint[], bigint, text) is
    'Removes these rows of uploaded_path, keeps what the record needs of them in removed_path, and returns what it removed';

revoke all on function revive_paths(integer, bigint[]), lock_references(integer, bytea[]),
    remove_uploaded_paths(bigint[], bigint, text) from public;
grant execute on function revive_paths(integer, bigint[]), lock_references(integer, bytea[]),
    remove_uploaded_paths(bigint[], bigint, text) to ${app};
