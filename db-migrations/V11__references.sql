-- Which path refers to which, and which packages are held and fetched. A job fills these tables from a queue that triggers
-- write.

-- A scope is a cache, by its id, for what was pushed into it; or a Nix store, by its negative id, for what it holds.
create table path_queue (
    id        bigint generated always as identity,
    scope     integer     not null,
    hash      bytea       not null,
    name      text        not null,
    queued_at timestamptz not null default now(),
    constraint path_queue_pk primary key (id)
);
comment on table path_queue is 'Paths that were added, changed or removed, and that path_edge does not show yet';
comment on column path_queue.scope is 'The cache into which it was pushed; negative: the Nix store that holds it';
comment on column path_queue.hash is '20 bytes: the hash part of the path';

create table path_held (
    scope    integer not null,
    path_id  integer not null,
    nar_size bigint  not null,
    constraint path_held_pk primary key (scope, path_id),
    constraint path_held_path_fk foreign key (path_id) references store_path (id)
);
comment on table path_held is 'Which paths each cache and each Nix store holds, except those still in path_queue';
comment on column path_held.scope is 'The cache into which it was pushed; negative: the Nix store that holds it';

create table path_edge (
    referrer  integer not null,
    scope     integer not null,
    reference integer not null,
    constraint path_edge_pk primary key (referrer, scope, reference)
);
create index path_edge_back on path_edge (reference, scope, referrer);
comment on table path_edge is
    'Which path refers to which, in each cache or Nix store. References of a path to itself are left out';
comment on column path_edge.scope is 'The cache into which the referrer was pushed; negative: the Nix store that holds it';

create table package_held (
    scope     integer not null,
    package   text    not null,
    version   text    not null,
    paths     bigint  not null,
    nar_bytes bigint  not null,
    constraint package_held_pk primary key (scope, package, version)
);
comment on table package_held is 'The packages of the paths in path_held';
comment on column package_held.scope is 'The cache into which they were pushed; negative: the Nix store that holds them';
comment on column package_held.nar_bytes is 'How many bytes their NARs have, unpacked';

create table package_fetched (
    tenant_id integer     not null,
    cache_id  integer     not null,
    package   text        not null,
    version   text        not null,
    last_at   timestamptz not null,
    constraint package_fetched_pk primary key (tenant_id, cache_id, package, version)
);
comment on table package_fetched is 'When a NAR of each package was last downloaded; kept when the downloads are detached';
comment on column package_fetched.last_at is 'When, to an hour';
