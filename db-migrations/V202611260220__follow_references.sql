-- What the questions of auditors need beside the record: who refers to whom, which packages are held and fetched, and the
-- base names of paths. Filled behind by a job from a queue that triggers write.

-- Nix's base32 of 20 bytes, a dash, the name (Nix: src/libutil/hash.cc). One expression, so that it is inlined.
create function store_path_base_name(hash bytea, name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 19) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 18) >> 6) | (get_byte(hash, 19) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 18) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 17) >> 4) | (get_byte(hash, 18) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 16) >> 7) | (get_byte(hash, 17) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 16) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 15) >> 5) | (get_byte(hash, 16) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 15) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 14) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 13) >> 6) | (get_byte(hash, 14) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 13) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 12) >> 4) | (get_byte(hash, 13) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 11) >> 7) | (get_byte(hash, 12) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 11) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 10) >> 5) | (get_byte(hash, 11) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 10) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 9) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 8) >> 6) | (get_byte(hash, 9) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 8) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 7) >> 4) | (get_byte(hash, 8) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 6) >> 7) | (get_byte(hash, 7) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 6) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 5) >> 5) | (get_byte(hash, 6) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 5) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 4) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 3) >> 6) | (get_byte(hash, 4) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 3) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 2) >> 4) | (get_byte(hash, 3) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 1) >> 7) | (get_byte(hash, 2) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 1) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 0) >> 5) | (get_byte(hash, 1) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 0) & 31), 1)
        || '-' || name
$$;
comment on function store_path_base_name(bytea, text) is 'The base name of a store path: its hash part in base32, a dash, its name';

create index uploaded_path_by_base_name on uploaded_path (store_path_base_name(hash, name));
create index uploaded_path_by_time on uploaded_path (cache_id, published_at);
create index local_path_by_base_name on local_path (store_path_base_name(hash, name));
create index local_path_by_time on local_path (store_id, indexed_at);

-- As Nix parts a name (builtins.parseDrvName): the version begins behind the first dash that no letter follows.
create function store_path_package(base_name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select regexp_replace(substr(base_name, 34), '-[^a-zA-Z].*$', '')
$$;
comment on function store_path_package(text) is 'The package of a store path, by its base name';

-- The names of outputs that nixpkgs makes are no part of the version.
create function store_path_version(base_name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select regexp_replace(coalesce(substring(substr(base_name, 34) from '-([^a-zA-Z].*)$'), ''),
                          '-(bin|data|debug|dev|devdoc|dist|doc|info|lib|man|out|static)$', '')
$$;
comment on function store_path_version(text) is 'The version in a store path''s base name, without the output''s name; empty: none';

create table store_path (
    id        integer generated always as identity,
    base_name text collate "C" not null,
    package   text not null generated always as (store_path_package(base_name)) stored,
    version   text not null generated always as (store_path_version(base_name)) stored,
    constraint store_path_pk primary key (id),
    constraint store_path_base_name_unique unique (base_name)
);
comment on table store_path is 'Base names that some path had, or that one referred to, by number';
comment on column store_path.package is 'As Nix parts it from the version';
comment on column store_path.version is 'Without the name of the output; empty: none';

-- A scope is a cache (its id, for what was pushed) or a Nix store (its id, negative).
create table path_queue (
    id        bigint generated always as identity,
    scope     integer     not null,
    hash      bytea       not null,
    name      text        not null,
    queued_at timestamptz not null default now(),
    constraint path_queue_pk primary key (id)
);
comment on table path_queue is 'Paths that came, changed or went, and that the edges are still to follow';
comment on column path_queue.scope is 'The cache that it was pushed into; negative: the Nix store that holds it';
comment on column path_queue.hash is '20 bytes: the hash part of the path';

create table path_held (
    scope    integer not null,
    path_id  integer not null,
    nar_size bigint  not null,
    constraint path_held_pk primary key (scope, path_id),
    constraint path_held_path_fk foreign key (path_id) references store_path (id)
);
comment on table path_held is 'Which paths each cache was pushed and each Nix store holds, as far as the queue is done';
comment on column path_held.scope is 'The cache that it was pushed into; negative: the Nix store that holds it';

create table path_edge (
    referrer  integer not null,
    scope     integer not null,
    reference integer not null,
    constraint path_edge_pk primary key (referrer, scope, reference)
);
create index path_edge_back on path_edge (reference, scope, referrer);
comment on table path_edge is 'Which path refers to which, in each cache or Nix store; never to itself';
comment on column path_edge.scope is 'The cache that the referrer was pushed into; negative: the Nix store that holds it';

create table package_held (
    scope     integer not null,
    package   text    not null,
    version   text    not null,
    paths     bigint  not null,
    nar_bytes bigint  not null,
    constraint package_held_pk primary key (scope, package, version)
);
comment on table package_held is 'Packages of the paths in path_held';
comment on column package_held.scope is 'The cache that it was pushed into; negative: the Nix store that holds it';
comment on column package_held.nar_bytes is 'Bytes of the NARs, unpacked';

create table package_fetched (
    tenant_id integer     not null,
    cache_id  integer     not null,
    package   text        not null,
    version   text        not null,
    last_at   timestamptz not null,
    constraint package_fetched_pk primary key (tenant_id, cache_id, package, version)
);
comment on table package_fetched is 'When a NAR of each package was downloaded last; kept when the downloads are detached';
comment on column package_fetched.last_at is 'To an hour';

create function queue_uploaded_paths() returns trigger
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
create trigger queue_new after insert on uploaded_path referencing new table as changed
    for each statement execute function queue_uploaded_paths();
create trigger queue_gone after delete on uploaded_path referencing old table as changed
    for each statement execute function queue_uploaded_paths();

create function queue_local_paths() returns trigger
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
create trigger queue_new after insert on local_path referencing new table as changed
    for each statement execute function queue_local_paths();
create trigger queue_gone after delete on local_path referencing old table as changed
    for each statement execute function queue_local_paths();

create function queue_changed_local_paths() returns trigger
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
create trigger queue_changed after update on local_path referencing old table as before new table as changed
    for each statement execute function queue_changed_local_paths();

create function note_fetched_packages() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    insert into package_fetched as p (tenant_id, cache_id, package, version, last_at)
    select d.tenant_id, d.cache_id, store_path_package(d.path), store_path_version(d.path), max(d.at)
    from downloaded d
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict on constraint package_fetched_pk do update set last_at = excluded.last_at
        where p.last_at < excluded.last_at - interval '1 hour';
    return null;
end
$$;
create trigger note_packages after insert on nar_download referencing new table as downloaded
    for each statement execute function note_fetched_packages();

-- Follows the queue: what a path is now is read behind taking it, so that a change in between is in the queue again.
create function fill_path_edges(most integer) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    taken_scope integer[];
    taken_name  text[];
    taken_hash  bytea[];
    now_scope   integer[];
    now_name    text[];
    now_size    bigint[];
    now_refs    text[];
    taken       integer;
begin
    if not pg_try_advisory_xact_lock(hashtext('narthex-path-edges')) then
        return 0;
    end if;
    with q as (
        delete from path_queue where id in (select id from path_queue order by id limit most)
        returning scope, hash, name
    )
    select array_agg(d.scope), array_agg(d.hash), array_agg(d.name), sum(d.n)
      into taken_scope, taken_hash, taken_name, taken
      from (select scope, hash, name, count(*) as n from q group by scope, hash, name) d;
    if taken is null then
        return 0;
    end if;

    select array_agg(c.scope), array_agg(store_path_base_name(c.hash, c.name)), array_agg(c.nar_size),
           array_agg(array_to_string(c.refs, ' '))
      into now_scope, now_name, now_size, now_refs
      from (select t.scope, t.hash, t.name, u.nar_size, u.refs
            from unnest(taken_scope, taken_hash, taken_name) as t(scope, hash, name)
                 join uploaded_path u on u.cache_id = t.scope and u.hash = t.hash and u.name = t.name
            where t.scope > 0
            union all
            select t.scope, t.hash, t.name, l.nar_size, l.refs
            from unnest(taken_scope, taken_hash, taken_name) as t(scope, hash, name)
                 join local_path l on l.store_id = -t.scope and l.hash = t.hash and l.name = t.name
            where t.scope < 0) c;
    select array_agg(store_path_base_name(t.hash, t.name) order by t.i) into taken_name
      from unnest(taken_hash, taken_name) with ordinality as t(hash, name, i);

    insert into store_path (base_name)
    select n.name
    from (select t.name from unnest(taken_name) as t(name)
          union
          select r.name from unnest(now_refs) as x(refs) cross join lateral string_to_table(x.refs, ' ') as r(name)) n
    where n.name <> '' and not exists (select from store_path p where p.base_name = n.name)
    on conflict do nothing;

    delete from path_edge e
     using unnest(taken_scope, taken_name) as t(scope, name) join store_path p on p.base_name = t.name
     where e.referrer = p.id and e.scope = t.scope;
    insert into path_edge (referrer, scope, reference)
    select p.id, c.scope, r.id
    from unnest(now_scope, now_name, now_refs) as c(scope, name, refs)
         join store_path p on p.base_name = c.name
         cross join lateral string_to_table(c.refs, ' ') as x(name)
         join store_path r on r.base_name = x.name
    where r.id <> p.id
    on conflict do nothing;

    with gone as (
        delete from path_held h
         using unnest(taken_scope, taken_name) as t(scope, name) join store_path p on p.base_name = t.name
         where h.scope = t.scope and h.path_id = p.id
        returning h.scope, p.package, p.version, h.nar_size
    ), less as (
        select g.scope, g.package, g.version, count(*) as paths, sum(g.nar_size) as nar_bytes
        from gone g group by g.scope, g.package, g.version
    )
    update package_held k set paths = k.paths - less.paths, nar_bytes = k.nar_bytes - less.nar_bytes
      from less where k.scope = less.scope and k.package = less.package and k.version = less.version;
    with come as (
        insert into path_held (scope, path_id, nar_size)
        select c.scope, p.id, c.nar_size
        from unnest(now_scope, now_name, now_size) as c(scope, name, nar_size) join store_path p on p.base_name = c.name
        returning scope, path_id, nar_size
    )
    insert into package_held as k (scope, package, version, paths, nar_bytes)
    select c.scope, p.package, p.version, count(*), sum(c.nar_size)
    from come c join store_path p on p.id = c.path_id
    group by c.scope, p.package, p.version
    on conflict on constraint package_held_pk do update
        set paths = k.paths + excluded.paths, nar_bytes = k.nar_bytes + excluded.nar_bytes;
    delete from package_held k
     using unnest(taken_scope, taken_name) as t(scope, name)
     where k.scope = t.scope and k.package = store_path_package(t.name) and k.version = store_path_version(t.name)
       and k.paths <= 0;
    return taken;
end
$$;
comment on function fill_path_edges(integer) is
    'Brings edges and packages up to the queue, so many changes at most; gives how many it took';

create function snapshot_storage() returns integer
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
comment on function snapshot_storage() is 'Counts what every cache holds, into the row of today; gives how many caches';

insert into path_queue (scope, hash, name) select cache_id, hash, name from uploaded_path order by id;
insert into path_queue (scope, hash, name) select -store_id, hash, name from local_path order by id;

revoke all on function queue_uploaded_paths(), queue_local_paths(), queue_changed_local_paths(), note_fetched_packages(),
    fill_path_edges(integer), snapshot_storage() from public;
grant execute on function fill_path_edges(integer), snapshot_storage() to ${app};
grant select on path_queue to ${app};
