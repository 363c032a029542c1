-- Names are numbers before anything is joined, and every look-up goes by an index behind a fence (offset 0), whatever
-- PostgreSQL believes the tables to hold: it took each new path for one to be compared with all edges.
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
    now_refs    text[];
begin
    if not pg_try_advisory_xact_lock(hashtext('narthex-path-edges')) then
        return 0;
    end if;
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

    -- what a path is now is read behind taking it, so that a change in between is in the queue again
    select array_agg(t.scope), array_agg(t.base), array_agg(c.nar_size), array_agg(array_to_string(c.refs, ' '))
      into now_scope, now_base, now_size, now_refs
      from unnest(taken_scope, taken_hash, taken_name, taken_base) as t(scope, hash, name, base)
           cross join lateral (
               select u.nar_size, u.refs from uploaded_path u
                where t.scope > 0 and u.cache_id = t.scope and u.hash = t.hash and u.name = t.name
               union all
               select l.nar_size, l.refs from local_path l
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

    insert into path_held (scope, path_id, nar_size) select * from unnest(now_scope, now_path, now_size);
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
    return taken;
end
$$;
