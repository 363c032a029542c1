-- Paths that become visible in another cache, by rows alone.

alter table cache add column entry text not null default 'push';
alter table cache add column required_signatures text[] not null default '{}';
alter table cache add column minimum_age_hours integer not null default 0;
alter table cache add constraint cache_entry_known check (entry in ('push', 'promotion'));
alter table cache add constraint cache_entry_of_uploads_alone check (entry = 'push' or sources = '{uploads}');
alter table cache add constraint cache_minimum_age_counts check (minimum_age_hours >= 0);
comment on column cache.entry is 'push: paths are pushed into it; promotion: nothing enters it but what is promoted';
comment on column cache.required_signatures is
    'Public keys (name:base64) each of which must have signed what is promoted into it';
comment on column cache.minimum_age_hours is 'Hours for which a path must be visible in another cache before it is promoted';

create table promotion (
    id         bigint generated always as identity,
    tenant_id  integer     not null,
    cache_id   integer     not null,
    source_id  integer     not null,
    source     text        not null,
    roots      text[]      not null,
    pin        text,
    note       text        not null default '',
    state      text        not null,
    failure    text,
    paths      bigint      not null default 0,
    added      bigint      not null default 0,
    created_at timestamptz not null default now(),
    created_by bigint,
    visible_at timestamptz,
    undone_at  timestamptz,
    constraint promotion_pk primary key (id),
    constraint promotion_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint promotion_cache_fk foreign key (cache_id) references cache (id),
    constraint promotion_source_fk foreign key (source_id) references cache (id),
    constraint promotion_token_fk foreign key (created_by) references token (id),
    constraint promotion_state_known check (state in ('waiting', 'visible', 'failed', 'undone')),
    constraint promotion_roots_given check (cardinality(roots) > 0),
    constraint promotion_failed_says_why check ((state = 'failed') = (failure is not null))
);
create index promotion_by_tenant on promotion (tenant_id, cache_id, id);
create index promotion_waiting on promotion (id) where state = 'waiting';
comment on table promotion is 'Closures that were made visible in a cache by what another one holds';
comment on column promotion.cache_id is 'The cache in which they are visible';
comment on column promotion.source is 'tenant/cache from which they came, as it was called then';
comment on column promotion.roots is 'Base names of the paths that were asked for';
comment on column promotion.pin is 'The pin of the source that named them; null: they were named one by one';
comment on column promotion.state is 'waiting (a job is about to do it), visible, failed, or undone';
comment on column promotion.failure is 'Why it failed';
comment on column promotion.paths is 'How many paths the closure has';
comment on column promotion.added is 'How many of them the cache did not have';
comment on column promotion.created_by is 'The token that asked for it; null: the administrator''s token file';
alter table promotion enable row level security;

create table promoted_path (
    promotion_id bigint  not null,
    cache_id     integer not null,
    hash         bytea   not null,
    added        boolean not null,
    constraint promoted_path_pk primary key (promotion_id, hash),
    constraint promoted_path_promotion_fk foreign key (promotion_id) references promotion (id) on delete cascade,
    constraint promoted_path_hash_length check (octet_length(hash) = 20)
);
create index promoted_path_by_hash on promoted_path (cache_id, hash);
comment on table promoted_path is 'The paths of each promotion';
comment on column promoted_path.hash is '20 bytes: the hash part of the path';
comment on column promoted_path.added is 'Whether the cache did not have it before';
