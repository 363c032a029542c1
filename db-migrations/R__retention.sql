-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What keeps a path, what hides it, what brings it back, and what removes it.
--
-- Publications and the collector meet on the rows of uploaded_path. Who relies on a row (a publication that refers to it, a
-- pin) locks it for share; who hides or removes it locks it for update, and only then, in a later statement, looks for whoever
-- relies on it. All lock in the order of the ids.

-- With other parameters a function would be another one beside that of an earlier build.
drop function if exists note_uses(bigint[], boolean[]);

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

-- Because of the select around the cache's number PostgreSQL thinks of any cache. Of one that is newer than its statistics it thinks that
-- there is one path in it, which any index finds that begins by cache, and reads all of them at each push.
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
    where p.cache_id = (select lock_references.cache) and p.hash = any (lock_references.hashes) order by p.id for share;
    select array_agg(p.id) into hidden
    from uploaded_path p
    where p.cache_id = (select lock_references.cache) and p.hash = any (lock_references.hashes) and p.condemned_at is not null;
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
                              condemned_at, removed_at, run_id, reason)
    select c.tenant_id, p.cache_id, s.id, p.nar_hash, p.nar_size, b.file_hash, b.file_size, p.refs, p.deriver,
           p.content_address, p.foreign_sigs,
           coalesce((select jsonb_agg(jsonb_build_object('key', k.name, 'signature', encode(g.signature, 'base64'),
                                                         'claim', g.claim, 'signedAt', g.signed_at) order by k.name)
                     from upload_signature g join signing_key k on k.id = g.key_id where g.path_id = p.id), '[]'),
           p.published_at, p.published_by, p.last_used, p.condemned_at, now(), remove_uploaded_paths.run,
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

-- The collector.

create or replace function time_since(span interval) returns timestamptz
    language plpgsql
    stable
    set search_path = public, pg_temp
as
$$
declare
    since timestamptz := now() - span;
    gap   record;
begin
    for gap in select g.began_at, g.ended_at from use_gap g order by g.ended_at desc loop
        exit when gap.ended_at <= since;
        since := since - (gap.ended_at - gap.began_at);
    end loop;
    return since;
end
$$;
comment on function time_since(interval) is
    'So long ago, without the times in which uses may have been missed: these count as if they had not been';

-- A use is noted once a day at most, so that what was used a day later than is known is kept too. 24 hours at least, so that
-- what a client was told lately is not gone before it relies on it.
create or replace function use_cutoff(keep_days integer) returns timestamptz
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select time_since(make_interval(days => greatest(use_cutoff.keep_days, 1) + 1))
$$;
comment on function use_cutoff(integer) is 'What was last used before this is not kept by its use';

-- What is there to count in a large cache would take longer than a run that has nothing to do.
create or replace function old_paths(cache integer, cutoff timestamptz) returns integer
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select count(*)::integer
    from (select from uploaded_path p
          where p.cache_id = old_paths.cache and p.last_used < old_paths.cutoff limit 100001) x
$$;
comment on function old_paths(integer, timestamptz) is
    'How many paths of a cache were last used before a time, up to 100,001';

create or replace function note_uses(ids bigint[], by_token boolean[], by_pusher boolean[]) returns integer
    language plpgsql
    set search_path = public, pg_temp
as
$$
declare
    -- a server tells of one path's uses every five minutes at most
    almost_a_day constant interval := '23 hours 50 minutes';
    almost_five  constant interval := '4 minutes 50 seconds';
    noted  integer;
    hidden record;
begin
    perform from uploaded_path p join cache c on c.id = p.cache_id
    where p.id = any (ids)
      and (p.condemned_at is not null or p.last_used < now() - almost_a_day
           or p.last_token_use < now() - case c.when_full when 'evict' then almost_five else almost_a_day end
           or c.when_full = 'evict' and coalesce(p.told_at, '-infinity') < now() - almost_five)
    order by p.id for no key update of p;
    update uploaded_path p
    set last_used = now(), last_token_use = case when u.by_token then now() else p.last_token_use end,
        told_at = case when u.by_pusher then now() else p.told_at end
    from unnest(note_uses.ids, note_uses.by_token, note_uses.by_pusher) as u(id, by_token, by_pusher), cache c
    where p.id = u.id and c.id = p.cache_id
      and (p.condemned_at is not null or p.last_used < now() - almost_a_day
           or u.by_token
              and p.last_token_use < now() - case c.when_full when 'evict' then almost_five else almost_a_day end
           or u.by_pusher and c.when_full = 'evict' and coalesce(p.told_at, '-infinity') < now() - almost_five);
    get diagnostics noted = row_count;
    for hidden in
        select p.cache_id, array_agg(p.id) as ids
        from uploaded_path p where p.id = any (note_uses.ids) and p.condemned_at is not null
        group by p.cache_id order by p.cache_id
    loop
        perform revive_paths(hidden.cache_id, hidden.ids);
    end loop;
    return noted;
end
$$;
comment on function note_uses(bigint[], boolean[], boolean[]) is
    'Notes that these rows of uploaded_path are used now, and whether by somebody with a valid token, and by somebody who may push;'
    ' what is hidden is offered again. Returns how many were not noted within a day, or within five minutes where the cache evicts';

create or replace function watch_uses(node uuid, name text, dropped boolean) returns void
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    everybody constant uuid := '00000000-0000-0000-0000-000000000000';
    late      constant interval := '1 minute';
begin
    -- a server that is heard no more may have lost what it had not written yet
    with gone as (
        delete from use_watch w
        where w.node not in (watch_uses.node, everybody) and w.heard_at < clock_timestamp() - late
        returning w.name, w.heard_at
    )
    insert into use_gap (node, reason, began_at, ended_at)
    select g.name, 'not-heard', g.heard_at, g.heard_at + late from gone g;
    -- this server, and all of them together, after a pause or a jump of the clock
    insert into use_gap (node, reason, began_at, ended_at)
    select w.name, case when watch_uses.dropped then 'dropped' else 'not-heard' end, w.heard_at, clock_timestamp()
    from use_watch w
    where w.node in (watch_uses.node, everybody)
      and (w.heard_at < clock_timestamp() - late
           or watch_uses.dropped and w.node = watch_uses.node and w.heard_at < clock_timestamp());
    insert into use_watch as w (node, name) values (watch_uses.node, watch_uses.name), (everybody, '')
    on conflict (node) do update set heard_at = clock_timestamp()
        where w.heard_at not between clock_timestamp() - interval '5 seconds' and clock_timestamp();
end
$$;
comment on function watch_uses(uuid, text, boolean) is
    'Says that a server has written down all uses but those that it dropped, and notes the times in which some may have been'
    ' missed';

create or replace function pin_roots(cache integer)
    returns table (pin text, revision integer, hash bytea, name text, until timestamptz)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select p.name, r.revision, r.hash, r.name,
           least(p.expires_at, case when r.revision <= p.last_revision - p.keep_revisions
                                    then r.replaced_at + make_interval(days => p.keep_days) end)
    from pin p join pin_revision r on r.pin_id = p.id
    where p.cache_id = pin_roots.cache
      and (p.expires_at is null or p.expires_at > time_since('1 day'))
      and (r.revision > p.last_revision - p.keep_revisions
           or r.replaced_at > time_since(make_interval(days => p.keep_days)))
$$;
comment on function pin_roots(integer) is
    'The paths that the pins of a cache keep, and until when (null: for ever). A pin ends up to a day late, so that a clock that'
    ' jumped ends none';

-- Numbers go out packed, four bytes each: a row each would cost ten times as much. What was pushed one after the other has rows one
-- after the other: to read these in their order is five times faster than to look up each.
create or replace function retention_roots(
    cache integer, after integer, up_to integer, cutoff timestamptz, keep_content_addressed boolean,
    out roots bytea, out others bytea, out hidden bytea)
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
    set enable_nestloop = off
    set work_mem = '16MB'
as
$$
#variable_conflict use_column
declare
    first  bigint;
    last   bigint;
    number bigint;
begin
    select min(h.row_id), max(h.row_id), count(*) into first, last, number
    from path_held h
    where h.scope = retention_roots.cache and h.path_id > retention_roots.after and h.path_id <= retention_roots.up_to;
    if last - first < 4 * number then
        select string_agg(int4send(h.path_id), '') filter (where p.last_used >= retention_roots.cutoff
                                                                 or retention_roots.keep_content_addressed
                                                                    and p.content_address is not null),
               string_agg(int4send(h.path_id), '') filter (where not (p.last_used >= retention_roots.cutoff
                                                                      or retention_roots.keep_content_addressed
                                                                         and p.content_address is not null)),
               string_agg(int4send(h.path_id), '') filter (where p.condemned_at is not null)
          into roots, others, hidden
        from path_held h join uploaded_path p on p.id = h.row_id
        where h.scope = retention_roots.cache and h.path_id > retention_roots.after and h.path_id <= retention_roots.up_to
          and p.id between first and last;
    else
        select string_agg(int4send(h.path_id), '') filter (where u.root),
               string_agg(int4send(h.path_id), '') filter (where not u.root),
               string_agg(int4send(h.path_id), '') filter (where u.hidden)
          into roots, others, hidden
        from path_held h
             cross join lateral (
                 select p.last_used >= retention_roots.cutoff
                            or retention_roots.keep_content_addressed and p.content_address is not null as root,
                        p.condemned_at is not null as hidden
                 from uploaded_path p where p.id = h.row_id offset 0) u
        where h.scope = retention_roots.cache and h.path_id > retention_roots.after and h.path_id <= retention_roots.up_to;
    end if;
end
$$;
comment on function retention_roots is
    'The paths of a cache with numbers in a range: those that their use or content address keeps, the others, and of both those'
    ' that are hidden; by their numbers in store_path, as packed big-endian integers';

-- What is locked by somebody is kept. The locks come first, the questions in a later statement, which sees all that was
-- committed before the locks were had.
create or replace function condemn_paths(
    cache integer, path_ids integer[], cutoff timestamptz, keep_content_addressed boolean, last_row bigint,
    began timestamptz)
    returns table (path_id integer, base_name text, state text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    locked bigint[];
    needed text[];
    pinned bytea[];
begin
    select array_agg(l.id) into locked
    from (select p.id from uploaded_path p
          where p.id = any (array(select h.row_id from path_held h
                                  where h.scope = condemn_paths.cache and h.path_id = any (condemn_paths.path_ids)))
          order by p.id for update skip locked) l;

    select array_agg(distinct r.base) into needed
    from (select n.refs from uploaded_path n where n.id > condemn_paths.last_row and n.cache_id = condemn_paths.cache
          union all
          select u.refs from path_revival v join uploaded_path u on u.id = v.row_id
          where v.cache_id = condemn_paths.cache and v.at > condemn_paths.began - interval '1 hour') x
         cross join lateral unnest(x.refs) as r(base);
    select array_agg(r.hash) into pinned from pin_roots(condemn_paths.cache) r;

    return query
    with judged as (
        select p.id, p.hash, p.condemned_at is not null as hidden,
               p.last_used < condemn_paths.cutoff
                   and not (condemn_paths.keep_content_addressed and p.content_address is not null)
                   and (pinned is null or p.hash <> all (pinned))
                   and (needed is null or store_path_base_name(p.hash, p.name) <> all (needed)) as dead
        from uploaded_path p where p.id = any (locked)
    ), condemned as (
        update uploaded_path p set condemned_at = now()
        from judged j where p.id = j.id and j.dead and not j.hidden
        returning p.id, p.hash
    ), told as (
        insert into change (kind, subject, hash) select 'path', condemn_paths.cache, c.hash from condemned c
    )
    select i.id, s.base_name,
           case when c.id is not null then 'condemned'
                when j.hidden and j.dead then 'hidden'
                when j.id is null and not exists (select from uploaded_path p where p.id = h.row_id) then 'gone'
                else 'kept' end
    from unnest(condemn_paths.path_ids) as i(id)
         join store_path s on s.id = i.id
         left join lateral (select x.row_id from path_held x
                             where x.scope = condemn_paths.cache and x.path_id = i.id offset 0) h on true
         left join judged j on j.id = h.row_id
         left join condemned c on c.id = h.row_id;
end
$$;
comment on function condemn_paths is
    'Hides those of these paths (numbers in store_path) that nothing keeps. The caller has hidden all that refers to them. For'
    ' each it says what came of it: condemned, hidden (it was before), gone (there is no such row), kept';

create or replace function removable_paths(
    cache integer, hidden_before timestamptz, after_at timestamptz, after_id bigint, most integer)
    returns table (id bigint, condemned_at timestamptz, kept boolean)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    locked bigint[];
    held   bytea[];
begin
    perform await_holds(c.tenant_id) from cache c where c.id = removable_paths.cache;
    select array_agg(l.id) into locked
    from (select p.id from uploaded_path p
          where p.cache_id = removable_paths.cache and p.condemned_at <= removable_paths.hidden_before
            and (p.condemned_at, p.id) > (removable_paths.after_at, removable_paths.after_id)
          order by p.condemned_at, p.id limit removable_paths.most for update skip locked) l;
    select array_agg(h.hash) into held from held_paths(removable_paths.cache) h;
    return query
    select p.id, p.condemned_at,
           cache_is_held(removable_paths.cache) or held is not null and p.hash = any (held)
           or exists (select from path_held h
                               join path_edge e on e.reference = h.path_id and e.scope = h.scope
                               join path_held r on r.scope = e.scope and r.path_id = e.referrer
                               join uploaded_path u on u.id = r.row_id
                   where h.row_id = p.id and u.id <> all (locked))
    from uploaded_path p
    where p.id = any (locked) and p.condemned_at is not null
    order by p.condemned_at, p.id;
end
$$;
comment on function removable_paths is
    'Locks paths that were hidden before a time, the first hidden first, and says of each whether another one still refers to it,'
    ' or a legal hold keeps it';

create or replace function retention_sums(run bigint, out freed bigint, out shared bigint, out largest jsonb)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    with gone as (
        select c.path_id, p.id, p.nar_size, b.id as blob_id, b.file_hash, b.file_size
        from retention_candidate c join uploaded_path p on p.id = c.row_id join blob b on b.id = p.blob_id
        where c.run_id = retention_sums.run
    ), files as (
        select f.file_hash, f.file_size,
               exists (select from blob b join uploaded_path o on o.blob_id = b.id
                       where b.file_hash = f.file_hash and b.file_size = f.file_size
                         and not exists (select from retention_candidate c
                                         where c.run_id = retention_sums.run and c.row_id = o.id)) as needed
        from (select distinct g.file_hash, g.file_size from gone g) f
    )
    select coalesce(sum(f.file_size) filter (where not f.needed), 0), coalesce(sum(f.file_size) filter (where f.needed), 0),
           coalesce((select jsonb_agg(jsonb_build_object('path', s.base_name, 'narSize', l.nar_size,
                                                         'storedBytes', l.file_size)
                                      order by l.file_size desc, s.base_name)
                     from (select g.* from gone g order by g.file_size desc limit 20) l
                          join store_path s on s.id = l.path_id), '[]')
    from files f
$$;
comment on function retention_sums(bigint) is
    'Of what a run found: bytes of the stored files that come free, of those that others need too, and the twenty largest paths';

revoke all on function time_since(interval), use_cutoff(integer), old_paths(integer, timestamptz), note_uses(bigint[], boolean[], boolean[]),
    watch_uses(uuid, text, boolean), pin_roots(integer), retention_roots, condemn_paths, removable_paths,
    retention_sums(bigint) from public;
grant execute on function time_since(interval), use_cutoff(integer), old_paths(integer, timestamptz), note_uses(bigint[], boolean[], boolean[]),
    watch_uses(uuid, text, boolean), pin_roots(integer), retention_roots, condemn_paths, removable_paths,
    retention_sums(bigint) to ${app};
