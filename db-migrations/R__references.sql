-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Which path refers to which: triggers write path_queue, and from it a job fills the tables.

create or replace function queue_uploaded_paths() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into path_queue (scope, hash, name) select r.cache_id, r.hash, r.name from changed r;
    return null;
end
$$;
create or replace trigger queue_new after insert on uploaded_path referencing new table as changed
    for each statement execute function queue_uploaded_paths();
create or replace trigger queue_gone after delete on uploaded_path referencing old table as changed
    for each statement execute function queue_uploaded_paths();

create or replace function queue_local_paths() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into path_queue (scope, hash, name) select -r.store_id, r.hash, r.name from changed r;
    return null;
end
$$;
create or replace trigger queue_new after insert on local_path referencing new table as changed
    for each statement execute function queue_local_paths();
create or replace trigger queue_gone after delete on local_path referencing old table as changed
    for each statement execute function queue_local_paths();

create or replace function queue_changed_local_paths() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into path_queue (scope, hash, name)
    select -r.store_id, r.hash, x.name
    from changed r join before b on b.id = r.id cross join lateral (values (r.name), (b.name)) as x(name)
    where (r.name, r.refs, r.nar_size) is distinct from (b.name, b.refs, b.nar_size);
    return null;
end
$$;
create or replace trigger queue_changed after update on local_path referencing old table as before new table as changed
    for each statement execute function queue_changed_local_paths();

-- Names are turned into numbers before anything is joined. Because of offset 0 every look-up uses an index, whatever
-- PostgreSQL's statistics say: without it, it compared each new path with all references.
create or replace function fill_path_edges(most integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
declare
    taken       integer;
    taken_scope integer[];
    taken_name  text[];
    taken_hash  bytea[];
    taken_base  text[];
    gone_scope  integer[];
    gone_path   integer[];
    gone_size   bigint[];
    now_scope   integer[];
    now_base    text[];
    now_path    integer[];
    now_size    bigint[];
    now_row     bigint[];
    now_refs    text[];
begin
    -- whoever did not wait would take it that nothing is queued
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    with q as (
        delete from path_queue where ctid = any (array(select x.ctid from path_queue x order by x.id limit most))
        returning scope, hash, name
    )
    select array_agg(d.scope), array_agg(d.hash), array_agg(d.name), array_agg(store_path_base_name(d.hash, d.name)),
           sum(d.n)
      into taken_scope, taken_hash, taken_name, taken_base, taken
      from (select scope, hash, name, count(*) as n from q group by scope, hash, name) d;
    if taken is null then
        return 0;
    end if;

    -- the paths are read after they were taken from the queue, so that a change in between is queued again
    select array_agg(t.scope), array_agg(t.base), array_agg(c.nar_size), array_agg(c.row_id),
           array_agg(array_to_string(c.refs, ' '))
      into now_scope, now_base, now_size, now_row, now_refs
      from unnest(taken_scope, taken_hash, taken_name, taken_base) as t(scope, hash, name, base)
           cross join lateral (
               select u.nar_size, u.refs, u.id as row_id from uploaded_path u
                where t.scope > 0 and u.cache_id = t.scope and u.hash = t.hash and u.name = t.name
               union all
               select l.nar_size, l.refs, null from local_path l
                where t.scope < 0 and l.store_id = -t.scope and l.hash = t.hash and l.name = t.name
               offset 0) c;

    with gone as (
        delete from path_held where ctid = any (array(
            select h.ctid
            from unnest(taken_scope, taken_base) as t(scope, base)
                 cross join lateral (select p.id from store_path p where p.base_name = t.base offset 0) p
                 cross join lateral (select x.ctid from path_held x where x.scope = t.scope and x.path_id = p.id offset 0) h))
        returning scope, path_id, nar_size
    )
    select array_agg(scope), array_agg(path_id), array_agg(nar_size) into gone_scope, gone_path, gone_size from gone;
    delete from path_edge where ctid = any (array(
        select e.ctid
        from unnest(gone_scope, gone_path) as g(scope, path)
             cross join lateral (select x.ctid from path_edge x where x.referrer = g.path and x.scope = g.scope offset 0) e));

    insert into store_path (base_name)
    select n.base
    from (select c.base from unnest(now_base) as c(base)
          union
          select r.base from unnest(now_refs) as x(refs) cross join lateral string_to_table(x.refs, ' ') as r(base)) n
    where n.base <> '' and not exists (select from store_path p where p.base_name = n.base offset 0)
    on conflict do nothing;
    select array_agg(p.id order by c.i) into now_path
      from unnest(now_base) with ordinality as c(base, i)
           cross join lateral (select x.id from store_path x where x.base_name = c.base offset 0) p;

    insert into path_held (scope, path_id, nar_size, row_id, refs)
    select n.scope, n.path, n.size, n.row_id,
           case when n.scope > 0 then array(
               select r.id
               from string_to_table(n.refs, ' ') as x(base)
                    cross join lateral (select p.id from store_path p where p.base_name = x.base offset 0) r
               where r.id <> n.path) end
    from unnest(now_scope, now_path, now_size, now_row, now_refs) as n(scope, path, size, row_id, refs);
    insert into path_edge (referrer, scope, reference)
    select c.path, c.scope, r.id
    from unnest(now_scope, now_path, now_refs) as c(scope, path, refs)
         cross join lateral string_to_table(c.refs, ' ') as x(base)
         cross join lateral (select p.id from store_path p where p.base_name = x.base offset 0) r
    where r.id <> c.path
    on conflict do nothing;

    with changed as (
        select d.scope, p.package, p.version, sum(d.paths) as paths, sum(d.bytes) as bytes
        from (select scope, path, 1 as paths, size as bytes from unnest(now_scope, now_path, now_size) as n(scope, path, size)
              union all
              select scope, path, -1, -size from unnest(gone_scope, gone_path, gone_size) as g(scope, path, size)) d
             cross join lateral (select x.package, x.version from store_path x where x.id = d.path offset 0) p
        group by d.scope, p.package, p.version
    )
    insert into package_held as k (scope, package, version, paths, nar_bytes)
    select scope, package, version, paths, bytes from changed where paths <> 0 or bytes <> 0
    on conflict on constraint package_held_pk do update
        set paths = k.paths + excluded.paths, nar_bytes = k.nar_bytes + excluded.nar_bytes;
    delete from package_held where ctid = any (array(
        select k.ctid
        from unnest(gone_scope, gone_path) as g(scope, path)
             cross join lateral (select x.package, x.version from store_path x where x.id = g.path offset 0) p
             cross join lateral (select x.ctid from package_held x
                                  where x.scope = g.scope and x.package = p.package and x.version = p.version
                                    and x.paths <= 0 offset 0) k));
    perform deny_added_paths(now_path);
    return taken;
end
$$;
comment on function fill_path_edges(integer) is
    'Takes changes from path_queue, at most so many, brings references and packages up to them, and returns how many it took';

-- For rows of servers that did not fill it yet. Rows of path_held change only under this lock.
create or replace function fill_held_references(cache integer, most integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
declare
    filled integer;
begin
    if not exists (select from path_held h where h.scope = fill_held_references.cache and h.scope > 0 and h.refs is null) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    update path_held h
    set refs = array(select e.reference from path_edge e where e.referrer = h.path_id and e.scope = h.scope)
    where h.ctid = any (array(select x.ctid from path_held x
                              where x.scope = fill_held_references.cache and x.scope > 0 and x.refs is null
                              limit fill_held_references.most));
    get diagnostics filled = row_count;
    return filled;
end
$$;
comment on function fill_held_references is
    'Fills in the references of paths that a cache holds, where a server of an earlier version left them out; gives of how many';

-- Called by whoever writes downloads, once an hour for each path. A trigger would have to parse the name in each download.
create or replace function note_fetched_packages(tenants integer[], caches integer[], paths text[], at timestamptz) returns void
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
    'Notes that packages of these paths (base names) were downloaded from these caches. What was noted in the same hour stays';

create or replace function snapshot_storage() returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    counted integer;
begin
    insert into storage_daily as s (day, tenant_id, cache_id, paths, nar_bytes, stored_bytes)
    select (now() at time zone 'UTC')::date, c.tenant_id, c.id, coalesce(p.paths, 0), coalesce(p.nar_bytes, 0),
           coalesce(b.stored_bytes, 0)
    from cache c
         join tenant t on t.id = c.tenant_id
         left join (select u.cache_id, count(*) as paths, sum(u.nar_size) as nar_bytes
                    from uploaded_path u group by u.cache_id) p on p.cache_id = c.id
         left join (select x.cache_id, sum(f.file_size) as stored_bytes
                    from (select distinct u.cache_id, u.blob_id from uploaded_path u) x join blob f on f.id = x.blob_id
                    group by x.cache_id) b on b.cache_id = c.id
    where c.deleted_at is null and t.deleted_at is null
    on conflict on constraint storage_daily_pk do update
        set paths = excluded.paths, nar_bytes = excluded.nar_bytes, stored_bytes = excluded.stored_bytes,
            taken_at = excluded.taken_at;
    get diagnostics counted = row_count;
    return counted;
end
$$;
comment on function snapshot_storage() is
    'Counts what every cache holds, writes that into the rows of today, and returns how many caches there are';

revoke all on function queue_uploaded_paths(), queue_local_paths(), queue_changed_local_paths(), fill_path_edges(integer),
    fill_held_references, note_fetched_packages(integer[], integer[], text[], timestamptz), snapshot_storage() from public;
grant execute on function fill_path_edges(integer), fill_held_references, snapshot_storage(),
    note_fetched_packages(integer[], integer[], text[], timestamptz) to ${app};
