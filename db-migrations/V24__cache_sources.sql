-- Caches as sources of other caches.

alter table cache add column offered_to text[] not null default '{}';
alter table cache add column publish boolean not null default false;
alter table cache add column on_upstream_conflict text not null default 'refuse';
alter table cache add constraint cache_on_upstream_conflict_known check (on_upstream_conflict in ('refuse', 'keep'));
comment on column cache.offered_to is
    'Names of the tenants beside its own whose caches may list it as a source; * is all. Need not be there';
comment on column cache.publish is 'Whether public caches may show what it has although it is private';
comment on column cache.on_upstream_conflict is
    'What becomes of a push of a path that another source of the cache has with other bytes: refuse, or keep (it hides that)';

alter table cache drop constraint cache_sources_known;
alter table cache add constraint cache_sources_known
    check (cardinality(sources) > 0 and array_to_string(sources, ' ')
           ~ '^(local-store|uploads|upstream:[a-z0-9-]+|cache:[a-z0-9-]+/[a-z0-9-]+)( (local-store|uploads|upstream:[a-z0-9-]+|cache:[a-z0-9-]+/[a-z0-9-]+))*$');
comment on column cache.sources is
    'Where its paths come from: local-store (the Nix store of the machine), uploads, upstream:{name} and cache:{tenant}/{cache}, in'
    ' order; own ones go first';

alter table upstream add column publish boolean not null default false;
comment on column upstream.publish is 'Whether public caches may show what it has although it is asked with credentials';

create table cache_source_path (
    id              bigint generated always as identity,
    cache_id        integer     not null,
    source_cache_id integer     not null,
    hash            bytea       not null,
    name            text        not null,
    fingerprint     bytea       not null,
    found_at        timestamptz not null default now(),
    constraint cache_source_path_pk primary key (id),
    constraint cache_source_path_hash_unique unique (cache_id, hash),
    constraint cache_source_path_cache_fk foreign key (cache_id) references cache (id),
    constraint cache_source_path_source_fk foreign key (source_cache_id) references cache (id),
    constraint cache_source_path_lengths check (octet_length(hash) = 20 and octet_length(fingerprint) = 32)
);
create index cache_source_path_by_source on cache_source_path (source_cache_id, hash);
comment on table cache_source_path is
    'Paths that a cache has from another cache of this server, as it last signed them. What they are is said by that other cache';
comment on column cache_source_path.fingerprint is '32 bytes: SHA-256 of what the signatures are of';

create table cache_source_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now(),
    constraint cache_source_signature_pk primary key (key_id, path_id),
    constraint cache_source_signature_key_fk foreign key (key_id) references signing_key (id),
    constraint cache_source_signature_path_fk foreign key (path_id) references cache_source_path (id) on delete cascade,
    constraint cache_source_signature_length check (octet_length(signature) = 64),
    constraint cache_source_signature_claim_known check (claim in ('received', 'local-store', 'upstream-signature'))
);
create index cache_source_signature_by_path on cache_source_signature (path_id);
comment on table cache_source_signature is
    'Our signatures of paths that a cache has from another cache. A job removes those of a dead key, some at a time';
comment on column cache_source_signature.claim is 'What the signature says, which is what that other cache''s own says';
