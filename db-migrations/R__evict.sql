-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- A full cache gives up what was used longest ago, and nothing that anything in it refers to. So no closure has to be followed: what a
-- pin or a path that was used lately needs is referred to, and stays. What nobody refers to any more is looked at again.

-- With other parameters a function would be another one beside that of an earlier build.
drop function if exists evict_paths(uuid, integer, bigint, boolean, boolean, timestamptz, bigint, integer);

-- What is noted of a use is up to five minutes old. Uses that may have been missed count as if they had not been.
create or replace function eviction_cutoff(minutes integer) returns timestamptz
    language plpgsql
    stable
    set search_path = public, pg_temp
as
$$
begin
    return case eviction_cutoff.minutes when 0 then now()
                else time_since(make_interval(mins => eviction_cutoff.minutes + 6)) end;
end
$$;
comment on function eviction_cutoff is
    'What a token last used before this may be evicted, where uses of so many minutes are safe';

-- Who pushes relies for a day on what it was told of. Answers are noted once in five minutes.
create or replace function note_pushers(cache_ids integer[], token_ids bigint[]) returns void
    language sql
    set search_path = public, pg_temp
as
$$
    insert into push_session as s (cache_id, token_id)
    select p.cache_id, p.token_id
    from unnest(note_pushers.cache_ids, note_pushers.token_ids) as p(cache_id, token_id)
         join cache c on c.id = p.cache_id and c.when_full = 'evict'
    group by p.cache_id, p.token_id
    order by p.cache_id, p.token_id
    on conflict (cache_id, token_id) do update
        set began_at = case when s.seen_at >= (select eviction_cutoff(c.evict_after_minutes) from cache c where c.id = s.cache_id)
                            then s.began_at else now() end,
            seen_at = now();
    delete from push_session s
    where (s.cache_id, s.token_id) in (select o.cache_id, o.token_id from push_session o
                                       where o.seen_at < now() - interval '30 days' order by o.seen_at limit 100
                                       for update skip locked)
$$;
comment on function note_pushers is
    'Notes that these tokens (0: the administrator''s) push into these caches, or ask before they push; forgets who did so a month ago';

create or replace function pusher_needs(
    cache integer, safe timestamptz, told_at timestamptz, published_by bigint, published_at timestamptz, is_late boolean)
    returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select exists (select from push_session s
                   where s.cache_id = pusher_needs.cache and s.seen_at >= pusher_needs.safe
                     and (pusher_needs.told_at >= greatest(s.began_at - interval '6 minutes', now() - interval '24 hours')
                          or pusher_needs.is_late and s.token_id = coalesce(pusher_needs.published_by, 0)
                             and pusher_needs.published_at >= s.began_at - interval '6 minutes'))
$$;
comment on function pusher_needs is
    'Whether somebody who has pushed into the cache ever since relies on a path: was told of it, or has pushed it and it is one of the'
    ' late ones';

-- A token that pushes day and night would keep all: so this is for the half of the quota that came last.
create or replace function late_pushes(cache integer) returns timestamptz
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
#variable_conflict use_column
declare
    late  timestamptz := 'infinity';
    bound bigint;
    safe  timestamptz;
    used  record;
begin
    select c.max_bytes / 2, eviction_cutoff(c.evict_after_minutes) into bound, safe from cache c where c.id = late_pushes.cache;
    if not exists (select from push_session s
                   where s.cache_id = late_pushes.cache and s.seen_at >= safe and s.began_at < safe) then
        return late;
    end if;
    for used in
        select p.last_token_use as at, b.file_size
        from uploaded_path p join blob b on b.id = p.blob_id
        where p.cache_id = late_pushes.cache
        order by p.last_token_use desc, p.id desc
    loop
        bound := bound - used.file_size;
        exit when bound < 0;
        late := used.at;
    end loop;
    return late;
end
$$;
comment on function late_pushes is
    'When a token used the first of those paths that together fill half of the quota of a cache, the last used first';

create or replace function eviction_need(
    node uuid, cache integer, wanted bigint, begun boolean, out tenant integer, out minutes integer, out need bigint)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    bound bigint;
    used  bigint;
begin
    -- of two servers one looks at what the other has left
    perform pg_advisory_xact_lock(hashtextextended('evict ' || eviction_need.cache, 0));
    select c.tenant_id, c.max_bytes, c.evict_after_minutes into tenant, bound, minutes
    from cache c
    where c.id = eviction_need.cache and c.deleted_at is null and c.when_full = 'evict'
      and c.max_bytes >= eviction_need.wanted
      and not exists (select from incarnation i where i.restored_at is not null);
    if tenant is null then
        return;
    end if;
    select u.stored_bytes + coalesce((select sum(g.bytes) from quota_grant g
                                      where g.tenant_id = tenant and g.cache_id = eviction_need.cache
                                        and g.node_id <> eviction_need.node), 0) into used
    from usage_of_cache(tenant, eviction_need.cache) u;
    need := used + eviction_need.wanted - case when eviction_need.begun then bound / 10 * 9 else bound end;
    if need > 0 then
        need := used + eviction_need.wanted - bound / 10 * 9;
    end if;
end
$$;
comment on function eviction_need is
    'How many bytes a full cache has to give up; null where it gives up nothing, 0 or less where there is room. begun: then nine'
    ' tenths of the quota are to be enough for what is there and what is wanted, and else all of it';

-- One page. First it looks, without locks; then it locks what it has chosen, and asks in later statements, which see all that was
-- committed before the locks were had, whether anything keeps it.
create or replace function evict_paths(
    node uuid, cache integer, wanted bigint, begun boolean, hidden_only boolean, after_at timestamptz, after_id bigint,
    most integer, late timestamptz,
    out state text, out seen_at timestamptz, out seen_id bigint, out names text[])
    language plpgsql
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
#variable_conflict use_column
declare
    owner   integer;
    minutes integer;
    need    bigint;
    safe    timestamptz;
    kept    bytea[];
    looked  bigint[];
    chosen  bigint[];
    locked  bigint[];
    blobs   bigint[];
begin
    names := '{}';
    select n.tenant, n.minutes, n.need into owner, minutes, need
    from eviction_need(evict_paths.node, evict_paths.cache, evict_paths.wanted, evict_paths.begun) n;
    state := case when need <= 0 then 'room' else 'kept' end;
    if need is null or need <= 0 then
        return;
    end if;
    perform await_holds(owner);
    if cache_is_held(evict_paths.cache) then
        return;
    end if;
    safe := eviction_cutoff(minutes);
    select coalesce(array_agg(x.hash), '{}') into kept
    from (select r.hash from pin_roots(evict_paths.cache) r union all select h.hash from held_paths(evict_paths.cache) h) x;

    if evict_paths.hidden_only then
        select array_agg(x.id order by x.condemned_at, x.id), max(x.condemned_at) into looked, seen_at
        from (select p.id, p.condemned_at from uploaded_path p
              where p.cache_id = evict_paths.cache and p.condemned_at is not null
                and (p.condemned_at, p.id) > (evict_paths.after_at, evict_paths.after_id)
              order by p.condemned_at, p.id limit evict_paths.most) x;
    else
        select array_agg(x.id order by x.last_token_use, x.id), max(x.last_token_use) into looked, seen_at
        from (select p.id, p.last_token_use from uploaded_path p
              where p.cache_id = evict_paths.cache and p.last_token_use < safe
                and (p.last_token_use, p.id) > (evict_paths.after_at, evict_paths.after_id)
              order by p.last_token_use, p.id limit evict_paths.most) x;
    end if;
    seen_id := looked[cardinality(looked)];
    if seen_id is null then
        return;
    end if;
    state := 'more';
    -- A quarter at once: what only these refer to was used earlier than the others, and goes before them.
    with free as (
        select l.id, l.place, sum(b.file_size) over (order by l.place) - b.file_size as before,
               row_number() over (order by l.place) as rank, count(*) over () as number,
               case when evict_paths.hidden_only then p.condemned_at else p.last_token_use end as since
        from unnest(looked) with ordinality as l(id, place)
             join uploaded_path p on p.id = l.id
             join blob b on b.id = p.blob_id
        where p.last_token_use < safe and p.hash <> all (kept)
          and not (minutes > 0 and pusher_needs(evict_paths.cache, safe, p.told_at, p.published_by, p.published_at,
                                                p.last_token_use >= evict_paths.late))
          and not exists (select from path_held h
                               join path_edge e on e.reference = h.path_id and e.scope = h.scope
                               join path_held r on r.scope = e.scope and r.path_id = e.referrer
                               join uploaded_path u on u.id = r.row_id
                          where h.row_id = l.id offset 0)
    ), judged as (
        select f.*, f.before >= need or f.rank > greatest(1, f.number / 4) as late from free f
    )
    select array_agg(j.id order by j.place) filter (where not j.late),
           case when bool_or(j.late) then max(j.since) filter (where not j.late) else seen_at end,
           case when bool_or(j.late) then (array_agg(j.id order by j.place desc) filter (where not j.late))[1] else seen_id end
      into chosen, seen_at, seen_id
    from judged j;

    select array_agg(x.id) into locked
    from (select p.id from uploaded_path p where p.id = any (chosen) order by p.id for update skip locked) x;
    select coalesce(array_agg(x.hash), '{}') into kept
    from (select r.hash from pin_roots(evict_paths.cache) r union all select h.hash from held_paths(evict_paths.cache) h) x;
    select array_agg(p.id), array_agg(p.blob_id) into chosen, blobs
    from uploaded_path p
    where p.id = any (locked) and p.last_token_use < safe and p.hash <> all (kept)
      and not (minutes > 0 and pusher_needs(evict_paths.cache, safe, p.told_at, p.published_by, p.published_at,
                                            p.last_token_use >= evict_paths.late))
      and not exists (select from uploaded_path u
                      where u.cache_id = evict_paths.cache and u.id <> p.id
                        and u.refs @> array[store_path_base_name(p.hash, p.name)] offset 0);
    if chosen is null then
        return;
    end if;
    -- back to what nothing refers to any more
    select least(seen_at, min(case when evict_paths.hidden_only then d.condemned_at else d.last_token_use end)), 0
      into seen_at, seen_id
    from uploaded_path p
         cross join lateral unnest(p.refs) as n(base)
         cross join lateral (select u.last_token_use, u.condemned_at from uploaded_path u
                             where store_path_base_name(u.hash, u.name) = n.base
                               and u.cache_id = evict_paths.cache and u.id <> p.id offset 0) d
    where p.id = any (chosen);
    select blobs || array(select f.blob_id from further_file f where f.path_id = any (chosen)) into blobs;
    insert into change (kind, subject, hash)
    select 'path', p.cache_id, p.hash from uploaded_path p where p.id = any (chosen) order by p.id;
    select array_agg(g.base_name) into names from remove_uploaded_paths(chosen, null, 'evicted') g;
    perform forget_evicted(evict_paths.cache, blobs, safe);
end
$$;
comment on function evict_paths is
    'Takes paths out of a full cache that evicts, the one that a token used longest ago first, and none that who pushes relies on'
    ' (late: see late_pushes). It says room (there is enough), more'
    ' (go on behind seen_at and seen_id), or kept'
    ' (nothing behind the place where it began may go), and the base names of what it took';

-- Files of pushes that came to no end, and of paths that were deleted.
create or replace function evict_files(
    node uuid, cache integer, wanted bigint, begun boolean, least_minutes integer, after_at timestamptz, after_id bigint,
    most integer,
    out state text, out seen_at timestamptz, out seen_id bigint)
    language plpgsql
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
#variable_conflict use_column
declare
    minutes integer;
    need    bigint;
    safe    timestamptz;
    looked  bigint[];
    chosen  bigint[];
begin
    select n.minutes, n.need into minutes, need
    from eviction_need(evict_files.node, evict_files.cache, evict_files.wanted, evict_files.begun) n;
    state := case when need <= 0 then 'room' else 'kept' end;
    if need is null or need <= 0 or cache_is_held(evict_files.cache) then
        return;
    end if;
    safe := eviction_cutoff(greatest(minutes, evict_files.least_minutes));
    select array_agg(x.blob_id order by x.received_at, x.blob_id), max(x.received_at) into looked, seen_at
    from (select s.blob_id, s.received_at from staged_nar s
          where s.cache_id = evict_files.cache and s.received_at < safe
            and (s.received_at, s.blob_id) > (evict_files.after_at, evict_files.after_id)
          order by s.received_at, s.blob_id limit evict_files.most) x;
    seen_id := looked[cardinality(looked)];
    if seen_id is null then
        return;
    end if;
    state := 'more';
    select array_agg(y.id) into chosen
    from (select b.id, sum(b.file_size) over (order by l.place) - b.file_size as before
          from unnest(looked) with ordinality as l(id, place) join blob b on b.id = l.id
          where not exists (select from uploaded_path p where p.blob_id = b.id and p.cache_id = evict_files.cache)
            and not exists (select from further_file f where f.blob_id = b.id and f.cache_id = evict_files.cache)) y
    where y.before < need;
    perform forget_evicted(evict_files.cache, chosen, safe);
end
$$;
comment on function evict_files is
    'The same for files that no narinfo claims and that were received longer ago than so many minutes, and than the quota says that'
    ' what was used is safe';

-- A file that comes again is a new blob: nobody claims one that is locked here.
create or replace function forget_evicted(cache integer, blobs bigint[], safe timestamptz) returns void
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    locked bigint[];
begin
    select array_agg(x.id) into locked
    from (select b.id from blob b where b.id = any (forget_evicted.blobs) order by b.id for update skip locked) x;
    delete from staged_nar s
    where s.cache_id = forget_evicted.cache and s.blob_id = any (locked) and s.received_at < forget_evicted.safe
      and not exists (select from uploaded_path p where p.cache_id = s.cache_id and p.blob_id = s.blob_id)
      and not exists (select from further_file f where f.cache_id = s.cache_id and f.blob_id = s.blob_id);
    with gone as (
        delete from blob b
        where b.id = any (locked) and quarantine_is_over(b.id, b.quarantined_at)
          and not exists (select from staged_nar s where s.blob_id = b.id)
          and not exists (select from uploaded_path p where p.blob_id = b.id)
          and not exists (select from further_file f where f.blob_id = b.id)
          and not exists (select from upstream_path u where u.blob_id = b.id)
        returning b.storage_key, b.file_size)
    insert into doomed_blob (storage_key, evicted_from, file_size)
    select g.storage_key, forget_evicted.cache, g.file_size from gone g;
end
$$;
comment on function forget_evicted is
    'Forgets that a cache has received the files of evicted paths, and dooms those that nothing refers to any more';

-- Of each full cache the bytes that were given up last stay for the hour, as far as they are a twentieth of its quota.
create or replace function doomed_early(nearly_full boolean, most integer) returns table (storage_key text)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select d.storage_key
    from (select x.storage_key, x.doomed_at, c.max_bytes,
                 sum(x.file_size) over (partition by x.evicted_from order by x.doomed_at desc, x.storage_key) as later
          from doomed_blob x join cache c on c.id = x.evicted_from
          where x.evicted_from is not null) d
    where doomed_early.nearly_full or d.later > coalesce(d.max_bytes / 20, 0)
    order by d.doomed_at limit doomed_early.most
$$;
comment on function doomed_early is
    'Files that full caches gave up and whose bytes go before their hour is over: beyond a twentieth of the quota, or all where the'
    ' disk is nearly full';

revoke all on function eviction_cutoff, note_pushers, pusher_needs, late_pushes, eviction_need, evict_paths, evict_files, forget_evicted,
    doomed_early from public;
grant execute on function eviction_cutoff, note_pushers, pusher_needs, late_pushes, eviction_need, evict_paths, evict_files, forget_evicted,
    doomed_early to ${app};
