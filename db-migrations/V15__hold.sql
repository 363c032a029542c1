-- Legal holds with names: what must stay, rows and bytes, whoever wants to remove it. The hold of a whole tenant, legal_hold, stays
-- beside them.

create table named_hold (
    id        bigint generated always as identity,
    tenant_id integer     not null,
    name      text        not null,
    cache_id  integer,
    pin       text,
    path      text,
    reason    text        not null default '',
    since     timestamptz not null default clock_timestamp(),
    constraint named_hold_pk primary key (id),
    constraint named_hold_name_unique unique (tenant_id, name),
    constraint named_hold_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint named_hold_cache_fk foreign key (cache_id) references cache (id),
    constraint named_hold_name_form check (name ~ '^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$'),
    constraint named_hold_pin_of_cache check (pin is null or cache_id is not null),
    constraint named_hold_of_one_kind check (pin is null or path is null),
    constraint named_hold_path_is_base_name check (path !~ '/')
);
create index named_hold_by_cache on named_hold (tenant_id, cache_id);
comment on table named_hold is
    'Legal holds of tenants, caches, pins and closures: neither rows nor bytes of what they hold are removed by anything';
comment on column named_hold.name is 'Its name in the tenant';
comment on column named_hold.cache_id is 'The cache that is held, or in which a pin or a path is; null: all of the tenant';
comment on column named_hold.pin is 'The pin whose closure is held; null: none';
comment on column named_hold.path is
    'Base name of the path whose closure is held, in the cache, or in each cache of the tenant that has it; null: none';
comment on column named_hold.reason is 'Why, in the words of whoever set it';
comment on column named_hold.since is 'When it was set, by the clock of the database';
alter table named_hold enable row level security;

create table named_hold_root (
    hold_id   bigint not null,
    base_name text   not null,
    constraint named_hold_root_pk primary key (hold_id, base_name),
    constraint named_hold_root_hold_fk foreign key (hold_id) references named_hold (id) on delete cascade
);
comment on table named_hold_root is
    'The paths that a held pin named when the hold was set: they stay held when the pin is moved or deleted';
comment on column named_hold_root.base_name is 'Base name of the path';
