-- Other binary caches that this server fetches from, and the paths that came from them.

create table upstream (
    id                  integer generated always as identity,
    name                text        not null,
    url                 text        not null,
    trusted_public_keys text[]      not null,
    required            boolean     not null,
    mode                text        not null,
    allow               text[]      not null,
    deny                text[]      not null,
    offered_to          text[]      not null,
    sealed_credentials  bytea,
    negative_seconds    integer     not null,
    max_nar_bytes       bigint,
    redirect_hosts      text[]      not null,
    lookup_millis       integer     not null,
    connect_millis      integer     not null,
    stall_seconds       integer     not null,
    version             bigint      not null default 0,
    created_at          timestamptz not null default now(),
    deleted_at          timestamptz,
    constraint upstream_pk primary key (id),
    constraint upstream_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint upstream_url_form check (url ~ '^https?://[^/]+'),
    constraint upstream_keys_given check (cardinality(trusted_public_keys) > 0),
    constraint upstream_mode_known check (mode in ('keep', 'stream')),
    constraint upstream_credentials_by_tls check (sealed_credentials is null or url like 'https://%'),
    constraint upstream_negative_range check (negative_seconds between 0 and 86400),
    constraint upstream_max_nar_positive check (max_nar_bytes > 0),
    constraint upstream_lookup_range check (lookup_millis between 100 and 60000),
    constraint upstream_connect_range check (connect_millis between 100 and 60000),
    constraint upstream_stall_range check (stall_seconds between 1 and 3600)
);
create unique index upstream_name_unique on upstream (name) where deleted_at is null;
comment on table upstream is 'Binary caches elsewhere. A cache fetches from those that its sources list and that are offered to its tenant';
comment on column upstream.url is 'Where its nix-cache-info lies, without a slash at the end';
comment on column upstream.trusted_public_keys is 'A path is taken only with a signature by one of these keys (name:base64)';
comment on column upstream.required is 'Whether a path is 503 while it does not answer, instead of 404';
comment on column upstream.mode is 'keep: NARs are stored; stream: they only pass';
comment on column upstream.allow is 'Patterns (hello-*) of the names of paths that are taken from it';
comment on column upstream.deny is 'Patterns of names that are not taken although allow has them';
comment on column upstream.offered_to is 'Names of the tenants whose caches may list it; * is all';
comment on column upstream.sealed_credentials is
    'What it is asked with, encrypted with AES-256-GCM under the master key and bound to this row and to scheme, host and port'
    ' of the URL; null: nothing';
comment on column upstream.negative_seconds is 'How long it is remembered that it does not have a path';
comment on column upstream.max_nar_bytes is 'Longest NAR that is taken from it, unpacked; null: NARTHEX_MAX_NAR_BYTES';
comment on column upstream.redirect_hosts is 'Hosts that it may redirect to; empty: any with an address that may be asked';
comment on column upstream.lookup_millis is 'How long it may take to say whether it has a path';
comment on column upstream.connect_millis is 'How long a connection may take';
comment on column upstream.stall_seconds is 'How long a NAR may stand still while it arrives';
comment on column upstream.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column upstream.deleted_at is 'When it was deleted; no cache shows its paths since then';

create table upstream_path (
    id              bigint generated always as identity,
    cache_id        integer     not null,
    upstream_id     integer     not null,
    hash            bytea       not null,
    name            text        not null,
    vouched_by      text        not null,
    nar_url         text        not null,
    file_name       text        not null,
    compression     text        not null,
    file_hash       bytea,
    file_size       bigint,
    nar_hash        bytea       not null,
    nar_size        bigint      not null,
    refs            text[]      not null,
    deriver         text,
    content_address text,
    foreign_sigs    text[]      not null,
    blob_id         bigint,
    looked_up_at    timestamptz not null default now(),
    last_used_at    timestamptz not null default now(),
    constraint upstream_path_pk primary key (id),
    constraint upstream_path_hash_unique unique (cache_id, hash),
    constraint upstream_path_cache_fk foreign key (cache_id) references cache (id),
    constraint upstream_path_upstream_fk foreign key (upstream_id) references upstream (id),
    constraint upstream_path_blob_fk foreign key (blob_id) references blob (id),
    constraint upstream_path_hash_lengths check (octet_length(hash) = 20 and octet_length(nar_hash) = 32
                                                 and octet_length(file_hash) = 32),
    constraint upstream_path_sizes_positive check (nar_size > 0 and file_size > 0)
);
create index upstream_path_by_file on upstream_path (cache_id, file_name);
create index upstream_path_by_upstream on upstream_path (upstream_id, nar_hash);
create index upstream_path_by_blob on upstream_path (blob_id) where blob_id is not null;
create index upstream_path_by_use on upstream_path (last_used_at) where blob_id is not null;
comment on table upstream_path is 'Paths of caches that an upstream has, as its narinfo told when it was asked';
comment on column upstream_path.vouched_by is 'The key of the upstream (name:base64) whose signature of it was verified';
comment on column upstream_path.nar_url is 'Where the upstream has the NAR';
comment on column upstream_path.file_name is 'The NAR file''s name in the URL of our narinfo, after nar/';
comment on column upstream_path.file_hash is '32 bytes: SHA-256 of the file, as the upstream told; null: it did not';
comment on column upstream_path.file_size is 'Bytes of the file, as the upstream told; null: it did not';
comment on column upstream_path.nar_hash is '32 bytes: SHA-256 of the NAR, which the signature vouches for';
comment on column upstream_path.refs is 'Base names of the paths that it refers to, sorted';
comment on column upstream_path.foreign_sigs is 'All signatures that the upstream gave (name:base64)';
comment on column upstream_path.blob_id is 'The file, once it was fetched and its hashes were found right; null: it is fetched when somebody asks';
comment on column upstream_path.last_used_at is 'When the file was last fetched from here, to about a minute';

create table upstream_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now(),
    constraint upstream_signature_pk primary key (key_id, path_id),
    constraint upstream_signature_key_fk foreign key (key_id) references signing_key (id),
    constraint upstream_signature_path_fk foreign key (path_id) references upstream_path (id) on delete cascade,
    constraint upstream_signature_length check (octet_length(signature) = 64),
    constraint upstream_signature_claim_known check (claim in ('upstream-signature', 'received'))
);
create index upstream_signature_by_path on upstream_signature (path_id);
comment on table upstream_signature is 'Our signatures of paths that an upstream has. A job removes those of a dead key, some at a time';
comment on column upstream_signature.claim is
    'What the signature says: upstream-signature (a key of the upstream vouched for it; the bytes were not hashed here yet) or'
    ' received (they were)';

create table upstream_day (
    day         date    not null,
    upstream_id integer not null,
    tenant_id   integer not null,
    lookups     bigint  not null default 0,
    hits        bigint  not null default 0,
    refused     bigint  not null default 0,
    fetches     bigint  not null default 0,
    bytes       bigint  not null default 0,
    failures    bigint  not null default 0,
    constraint upstream_day_pk primary key (day, upstream_id, tenant_id),
    constraint upstream_day_upstream_fk foreign key (upstream_id) references upstream (id),
    constraint upstream_day_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table upstream_day is 'How often each upstream was asked for each tenant, by day (UTC)';
comment on column upstream_day.lookups is 'Narinfos that were asked for';
comment on column upstream_day.hits is 'Those that it had, with a signature that was verified';
comment on column upstream_day.refused is 'Those that no trusted key had signed, and NARs that had the wrong bytes';
comment on column upstream_day.fetches is 'NAR files that were fetched';
comment on column upstream_day.bytes is 'Bytes of them';
comment on column upstream_day.failures is 'How often it gave no answer';

alter table cache drop constraint cache_sources_known;
alter table cache add constraint cache_sources_known
    check (cardinality(sources) > 0 and array_to_string(sources, ' ') ~ '^(local-store|uploads|upstream:[a-z0-9-]+)( (local-store|uploads|upstream:[a-z0-9-]+))*$');
comment on column cache.sources is
    'Where its paths come from: local-store (the Nix store of the machine), uploads, and upstream:{name}, in order; own ones go first';

alter table change drop constraint change_kind_known;
alter table change add constraint change_kind_known check (kind in ('token', 'trust', 'tenant', 'cache', 'key', 'path', 'upstream'));
comment on column change.kind is 'What changed: token, trust (all tokens that it made), tenant, cache, key, path or upstream';
