-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Closures from cache to cache. Because of offset 0 every look-up uses an index.

create or replace function received_nars(cache integer) returns table (nar_hash bytea, blob_id bigint, file_name text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select distinct on (b.nar_hash) b.nar_hash, r.blob_id, r.file_name
    from staged_nar r join blob b on b.id = r.blob_id and b.quarantined_at is null
    where r.cache_id = received_nars.cache
    order by b.nar_hash, r.blob_id
$$;
comment on function received_nars is 'The files that a cache has received, one for each NAR';

-- An older form of it gave fewer columns.
drop function if exists promotable_paths(integer, bigint[]);

-- Rows of paths as they are promoted: of what was pushed by its number, of what a machine's store has by its number with a minus,
-- of what an upstream has by its number and 2^62. Bytes that are stored nowhere here are then a file that the target has received.
create function promotable_paths(target integer, numbers bigint[])
    returns table (number bigint, hash bytea, name text, nar_hash bytea, nar_size bigint, refs text[], foreign_sigs text[],
                   since timestamptz, deriver text, content_address text, blob_id bigint, file_name text, built_by bigint,
                   holder integer)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select u.id, u.hash, u.name, u.nar_hash, u.nar_size, u.refs, u.foreign_sigs, u.published_at, u.deriver, u.content_address,
           u.blob_id, u.file_name, coalesce(u.built_by, i.token_id), u.cache_id
    from uploaded_path u left join token_identity i on i.token_id = u.published_by
    where u.id = any (promotable_paths.numbers)
    union all
    select -l.id, l.hash, l.name, l.nar_hash, l.nar_size, l.refs, l.foreign_sigs, l.indexed_at, l.deriver, l.content_address,
           s.blob_id, s.file_name, null, null
    from local_path l
         left join received_nars(promotable_paths.target) s on s.nar_hash = l.nar_hash
    where l.id = any (array(select -n from unnest(promotable_paths.numbers) as n where n < 0))
    union all
    select p.id + (1::bigint << 62), p.hash, p.name, p.nar_hash, p.nar_size, p.refs, p.foreign_sigs, p.looked_up_at, p.deriver,
           p.content_address, coalesce(b.id, s.blob_id), case when b.id is null then s.file_name else p.file_name end, null,
           p.cache_id
    from upstream_path p
         left join blob b on b.id = p.blob_id and b.quarantined_at is null
         left join received_nars(promotable_paths.target) s on s.nar_hash = p.nar_hash
    where p.id = any (array(select n - (1::bigint << 62) from unnest(promotable_paths.numbers) as n where n >= 1::bigint << 62))
$$;
comment on function promotable_paths is
    'Paths that were pushed (numbers of rows), that a machine''s store has (their negatives) or that an upstream has (with 2^62 added),'
    ' as they enter the target; holder: the cache whose row it is; without blob_id: its bytes are to be stored first';

-- All paths of a closure at once: to ask denial_of for each takes seconds where there are rules.
create or replace function denied_among(source integer, target integer, numbers bigint[])
    returns table (base_name text, rule text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    rules bigint[];
begin
    -- first the lock, then the query with its own snapshot, as in denial_of
    perform pg_advisory_xact_lock_shared(hashtextextended('denial', 0));
    rules := array(
        select d.id from denial d
        where (d.until is null or d.until > now())
          and (d.cache_id is null or d.cache_id in (denied_among.source, denied_among.target)
               or d.cache_id in (select u.cache_id from uploaded_path u where u.id = any (denied_among.numbers)
                                 union all
                                 select p.cache_id from upstream_path p
                                  where p.id = any (array(select n - (1::bigint << 62) from unnest(denied_among.numbers) as n
                                                           where n >= 1::bigint << 62)))));
    if cardinality(rules) = 0 then
        return;
    end if;
    return query
    with path as materialized (
        select store_path_base_name(u.hash, u.name) as base, u.nar_hash, u.refs, u.holder
        from promotable_paths(denied_among.target, denied_among.numbers) u
    ),
    rule as materialized (
        select d from denial d where d.id = any (rules)
    ),
    name as materialized (
        select p.base from path p union select r.base from path p cross join lateral unnest(p.refs) as r(base)
    ),
    named as materialized (
        select n.base, (r.d).id as denial_id, (r.d).dependents from name n join rule r on is_denied_name(r.d, n.base)
    ),
    needed as (
        select n.base, n.denial_id from named n where n.dependents
        union
        select n.base, x.denial_id
        from name n
             cross join lateral (select p.id from store_path p where p.base_name = n.base offset 0) p
             join denied_path x on x.path_id = p.id
        where x.denial_id in (select (r.d).id from rule r where (r.d).dependents)
    ),
    hit as (
        select p.base, p.holder, n.denial_id from path p join named n on n.base = p.base
        union
        select p.base, p.holder, (r.d).id from path p join rule r on (r.d).nar_hash = p.nar_hash
        union
        select p.base, p.holder, n.denial_id
        from path p cross join lateral unnest(p.refs) as f(base) join needed n on n.base = f.base
        where f.base <> p.base
    )
    select distinct on (h.base) h.base, (r.d).name || ': ' || (r.d).reason
    from hit h join rule r on (r.d).id = h.denial_id
    where (r.d).cache_id is null or (r.d).cache_id in (denied_among.source, denied_among.target, h.holder)
    order by h.base, h.denial_id
    limit 100;
end
$$;
comment on function denied_among is
    'Those of a closure''s paths that a rule denies to the source, to the target, or to the cache whose row it is, with the name and reason'
    ' of the rule; 100 at most. No rule is made until the end of the transaction';

-- What path_edge does not show yet is read from the paths that are queued: after a large promotion it takes seconds to fill that in.
-- Without nested loops, but where offset 0 leaves no other way: PostgreSQL takes what is in an array for a few rows.
create or replace function unneeded_among(cache integer, ids bigint[]) returns bigint[]
    language sql
    set search_path = public, pg_temp
    set enable_nestloop = off
as
$$
    with recursive candidate as materialized (
        select u.id, u.refs, store_path_base_name(u.hash, u.name) as base from uploaded_path u where u.id = any (unneeded_among.ids)
    ),
    queued as materialized (
        select store_path_base_name(q.hash, q.name) as base, u.refs
        from (select distinct x.hash, x.name from path_queue x where x.scope = unneeded_among.cache) q
             left join lateral (select x.refs from uploaded_path x
                                 where x.cache_id = unneeded_among.cache and x.hash = q.hash and x.name = q.name offset 0) u on true
    ),
    needed(base) as (
        select r.base
        from queued q cross join lateral unnest(q.refs) as r(base)
        where not exists (select from candidate c where c.base = q.base)
        union
        select c.base
        from candidate c
             cross join lateral (select x.id from store_path x where x.base_name = c.base offset 0) s
             cross join lateral (select x.referrer from path_edge x
                                  where x.reference = s.id and x.scope = unneeded_among.cache offset 0) e
             cross join lateral (select x.base_name from store_path x where x.id = e.referrer offset 0) r
        where not exists (select from candidate o where o.base = r.base_name)
          and not exists (select from queued q where q.base = r.base_name)
    ),
    kept(base) as (
        select n.base from needed n
        union
        select r.base
        from kept k join candidate c on c.base = k.base cross join lateral unnest(c.refs) as r(base)
    )
    select array(select c.id from candidate c where not exists (select from kept k where k.base = c.base))
$$;
comment on function unneeded_among(integer, bigint[]) is
    'Those of these rows of a cache that no other path of it needs, not even over some of them';

-- Paths that only this promotion brought and that nothing keeps: no other promotion, no pin, and no path that stays.
create or replace function promoted_alone(promotion bigint) returns bigint[]
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    cache integer := (select p.cache_id from promotion p where p.id = promoted_alone.promotion);
    mine  bigint[];
begin
    mine := array(
        select u.id
        from promoted_path p
             cross join lateral (select x.id from uploaded_path x where x.cache_id = p.cache_id and x.hash = p.hash offset 0) u
        where p.promotion_id = promoted_alone.promotion
          and exists (select from promoted_path a where a.cache_id = p.cache_id and a.hash = p.hash and a.added)
          and not exists (select from promoted_path o join promotion x on x.id = o.promotion_id
                           where o.cache_id = p.cache_id and o.hash = p.hash and o.promotion_id <> p.promotion_id
                             and x.state = 'visible')
          and not exists (select from pin_revision r join pin n on n.id = r.pin_id
                           where r.hash = p.hash and n.cache_id = p.cache_id));
    -- whoever pushes what needs one of them has ended then, or finds it gone
    perform from uploaded_path u where u.id = any (mine) order by u.id for update;
    return unneeded_among(cache, mine);
end
$$;
comment on function promoted_alone(bigint) is 'Rows of the paths that are in their cache by this promotion alone';

revoke all on function received_nars, promotable_paths, denied_among, unneeded_among, promoted_alone from public;
grant execute on function received_nars, promotable_paths, denied_among, unneeded_among, promoted_alone to ${app};
