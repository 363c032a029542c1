-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Closures from cache to cache. Because of offset 0 every look-up uses an index.

-- Rows of paths as they are promoted: of what was pushed by its number, of what a machine's store has by its number with a minus,
-- whose file is then one that the target has received.
create or replace function promotable_paths(target integer, numbers bigint[])
    returns table (number bigint, hash bytea, name text, nar_hash bytea, nar_size bigint, refs text[], foreign_sigs text[],
                   since timestamptz, deriver text, content_address text, blob_id bigint, file_name text, built_by bigint)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select u.id, u.hash, u.name, u.nar_hash, u.nar_size, u.refs, u.foreign_sigs, u.published_at, u.deriver, u.content_address,
           u.blob_id, u.file_name, coalesce(u.built_by, i.token_id)
    from uploaded_path u left join token_identity i on i.token_id = u.published_by
    where u.id = any (promotable_paths.numbers)
    union all
    select -l.id, l.hash, l.name, l.nar_hash, l.nar_size, l.refs, l.foreign_sigs, l.indexed_at, l.deriver, l.content_address,
           s.blob_id, s.file_name, null
    from local_path l
         left join (select distinct on (b.nar_hash) b.nar_hash, r.blob_id, r.file_name
                    from staged_nar r join blob b on b.id = r.blob_id and b.quarantined_at is null
                    where r.cache_id = promotable_paths.target
                    order by b.nar_hash, r.blob_id) s on s.nar_hash = l.nar_hash
    where l.id = any (array(select -n from unnest(promotable_paths.numbers) as n where n < 0))
$$;
comment on function promotable_paths is
    'Paths that were pushed (numbers of rows) or that a machine''s store has (their negatives), as they enter the target; without'
    ' blob_id: its bytes are to be stored first';

-- Paths that only this promotion brought and that nothing keeps: no other promotion, no pin, and no path that stays. What is
-- queued is filled in first, so that no reference is missed.
create or replace function promoted_alone(promotion bigint) returns bigint[]
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    cache integer := (select p.cache_id from promotion p where p.id = promoted_alone.promotion);
    gone  integer[];
    kept  integer[];
begin
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    while fill_path_edges(10000) > 0 loop
    end loop;
    select array_agg(s.id) into gone
    from promoted_path p
         join uploaded_path u on u.cache_id = p.cache_id and u.hash = p.hash
         cross join lateral (select x.id from store_path x where x.base_name = store_path_base_name(u.hash, u.name) offset 0) s
    where p.promotion_id = promoted_alone.promotion
      and exists (select from promoted_path a where a.cache_id = p.cache_id and a.hash = p.hash and a.added)
      and not exists (select from promoted_path o join promotion x on x.id = o.promotion_id
                       where o.cache_id = p.cache_id and o.hash = p.hash and o.promotion_id <> p.promotion_id
                         and x.state = 'visible')
      and not exists (select from pin_revision r join pin n on n.id = r.pin_id
                       where r.hash = p.hash and n.cache_id = p.cache_id);
    loop
        select array_agg(g.id) into kept
        from unnest(gone) as g(id)
        where exists (select from (select e.referrer from path_edge e
                                    where e.reference = g.id and e.scope = cache offset 0) r
                       where r.referrer <> all (gone));
        exit when kept is null;
        select array_agg(g.id) into gone from unnest(gone) as g(id) where g.id <> all (kept);
    end loop;
    return array(select u.id
                 from promoted_path p
                      join uploaded_path u on u.cache_id = p.cache_id and u.hash = p.hash
                      cross join lateral (select x.id from store_path x
                                           where x.base_name = store_path_base_name(u.hash, u.name) offset 0) s
                 where p.promotion_id = promoted_alone.promotion and s.id = any (gone));
end
$$;
comment on function promoted_alone(bigint) is 'Rows of the paths that are in their cache by this promotion alone';

revoke all on function promotable_paths, promoted_alone from public;
grant execute on function promotable_paths, promoted_alone to ${app};
