-- Tenants, their caches, and the tokens that open them. A number is never used again: whoever uses a name again gets a new
-- number, so that nothing of a deleted cache can show up in a later one of the same name.

create table tenant (
    id         integer generated always as identity,
    name       text        not null,
    version    bigint      not null default 0,
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint tenant_pk primary key (id),
    constraint tenant_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
create unique index tenant_name_unique on tenant (name) where deleted_at is null;
comment on table tenant is 'Tenants: each has caches of its own, apart from all others';
comment on column tenant.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column tenant.deleted_at is 'When it was deleted. It is gone for everybody since then; a job removes its rows';
alter table tenant enable row level security;

create table cache (
    id                  integer generated always as identity,
    tenant_id           integer     not null,
    name                text        not null,
    visibility          text        not null default 'private',
    priority            integer,
    want_mass_query     boolean     not null default true,
    store_dir           text        not null default '/nix/store',
    sources             text[]      not null default '{uploads}',
    virtual_hosts       text[]      not null default '{}',
    reference_check     text        not null default 'strict',
    foreign_signatures  text        not null default 'keep',
    trusted_public_keys text[]      not null default '{}',
    version             bigint      not null default 0,
    created_at          timestamptz not null default now(),
    deleted_at          timestamptz,
    constraint cache_pk primary key (id),
    constraint cache_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint cache_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint cache_visibility_known check (visibility in ('public', 'private')),
    constraint cache_priority_range check (priority between 0 and 1000000),
    constraint cache_store_dir_form check (store_dir ~ '^(/[^/[:space:]]+)+$'),
    constraint cache_sources_known check (sources <@ array['local-store', 'uploads'] and cardinality(sources) > 0),
    constraint cache_reference_check_known check (reference_check in ('strict', 'lenient')),
    constraint cache_foreign_signatures_known check (foreign_signatures in ('keep', 'drop', 'require-trusted'))
);
create unique index cache_name_unique on cache (tenant_id, name) where deleted_at is null;
comment on table cache is 'A binary cache with a URL, keys and contents of its own';
comment on column cache.priority is
    'Clients prefer the lower number. Null, for the default cache only: what NARTHEX_PRIORITY says';
comment on column cache.sources is 'Where its paths come from: local-store (the Nix store of the machine), uploads, or both';
comment on column cache.virtual_hosts is 'Host names at whose root this cache, and nothing else, is served';
comment on column cache.reference_check is
    'strict: a path is accepted only when all paths that it refers to are here; lenient: it is always accepted';
comment on column cache.foreign_signatures is
    'What is done with the signatures that a path is pushed with: keep, drop, or require-trusted';
comment on column cache.trusted_public_keys is 'Public keys (name:base64) by which the signatures of pushed paths are verified';
comment on column cache.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column cache.deleted_at is 'When it was deleted. It is gone for everybody since then; a job removes its rows';
alter table cache enable row level security;

create table virtual_host (
    host     text    not null,
    cache_id integer not null,
    constraint virtual_host_pk primary key (host),
    constraint virtual_host_cache_fk foreign key (cache_id) references cache (id) on delete cascade,
    constraint virtual_host_lower_case check (host = lower(host) and host <> '')
);
create index virtual_host_by_cache on virtual_host (cache_id);
comment on table virtual_host is
    'Which cache is served at the root of a host name. The table makes sure that a host name has only one cache';

insert into tenant (name) values ('default');
insert into cache (tenant_id, name, visibility, sources)
select id, 'default', 'public', '{local-store,uploads}' from tenant where name = 'default';

create table token (
    id           bigint generated always as identity,
    public_id    text        not null,
    tenant_id    integer,
    secret_hash  bytea       not null,
    note         text        not null default '',
    scopes       text[]      not null,
    caches       text[]      not null default '{}',
    created_at   timestamptz not null default now(),
    created_by   bigint,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    cache_ids    integer[]   not null default '{}',
    constraint token_pk primary key (id),
    constraint token_public_id_unique unique (public_id),
    constraint token_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint token_created_by_fk foreign key (created_by) references token (id),
    constraint token_public_id_form check (public_id ~ '^[a-z0-9]{8,32}$'),
    constraint token_secret_hash_length check (octet_length(secret_hash) = 32),
    constraint token_scopes_known
        check (scopes <@ array['pull', 'push', 'delete', 'administer'] and cardinality(scopes) > 0),
    constraint token_cache_ids_beside_caches
        check (cardinality(cache_ids) = 0 or cardinality(cache_ids) = cardinality(caches))
);
create index token_by_tenant on token (tenant_id, id);
comment on table token is 'Tokens. Only a hash is stored, from which no token can be computed; rows are kept after revocation';
comment on column token.public_id is 'The part of the token that is not secret';
comment on column token.tenant_id is 'The tenant that the token is for; null: the whole server';
comment on column token.secret_hash is 'SHA-256 of the whole token';
comment on column token.caches is
    'Names or patterns (release-*) of caches, with the tenant in front (tenant/cache) in a token of the server; empty: all'
    ' caches. A name means only the cache in cache_ids; a pattern also means caches that are made later';
comment on column token.cache_ids is
    'In the order of caches: the cache that a name meant when the token was made; null for a pattern';
comment on column token.created_by is 'The token by which this one was made; null: the administrator''s token file';
comment on column token.expires_at is 'When it stops being valid; null: never';
comment on column token.last_used_at is 'When it was last used, to about a minute';
alter table token enable row level security;
