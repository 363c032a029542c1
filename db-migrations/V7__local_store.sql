-- What each machine's Nix store holds, and the signatures for it.

create table nix_store (
    id         integer generated always as identity,
    name       text        not null,
    created_at timestamptz not null default now(),
    constraint nix_store_pk primary key (id),
    constraint nix_store_name_unique unique (name),
    constraint nix_store_name_given check (name <> '')
);
comment on table nix_store is 'The Nix stores of machines; the name is that of the setting NARTHEX_STORE_NAME';

create table local_path (
    id                bigint generated always as identity,
    store_id          integer     not null,
    nix_id            bigint      not null,
    hash              bytea       not null,
    name              text        not null,
    nar_hash          bytea       not null,
    nar_size          bigint      not null,
    refs              text[]      not null,
    deriver           text,
    content_address   text,
    foreign_sigs      text[]      not null,
    registered_at     timestamptz not null,
    row_digest        bytea       not null,
    indexed_at        timestamptz not null default now(),
    checked_at        timestamptz,
    quarantined_at    timestamptz,
    quarantine_reason text,
    constraint local_path_pk primary key (id),
    constraint local_path_hash_unique unique (store_id, hash),
    constraint local_path_store_fk foreign key (store_id) references nix_store (id),
    constraint local_path_hash_length check (octet_length(hash) = 20),
    constraint local_path_nar_hash_length check (octet_length(nar_hash) = 32),
    constraint local_path_nar_size_positive check (nar_size > 0),
    constraint local_path_digest_length check (octet_length(row_digest) = 16),
    constraint local_path_quarantine_reasoned check ((quarantined_at is null) = (quarantine_reason is null))
);
create index local_path_by_nix_id on local_path (store_id, nix_id);
create index local_path_by_nar_hash on local_path (store_id, nar_hash);
create index local_path_quarantined on local_path (store_id, id) where quarantined_at is not null;
create index local_path_by_base_name on local_path (store_path_base_name(hash, name));
create index local_path_by_time on local_path (store_id, indexed_at);
comment on table local_path is 'Paths that a Nix store has registered as valid';
comment on column local_path.nix_id is 'Number of the row in the database of that Nix store';
comment on column local_path.hash is '20 bytes: the hash part of the path';
comment on column local_path.nar_hash is '32 bytes: SHA-256 of the NAR, as Nix registered it';
comment on column local_path.nar_size is 'Bytes of the NAR';
comment on column local_path.refs is 'Base names of the paths that it refers to, sorted';
comment on column local_path.foreign_sigs is 'Signatures of others that the Nix store has for the path (name:base64)';
comment on column local_path.row_digest is 'Digest of all that Nix said about the path when it was indexed';
comment on column local_path.checked_at is 'When its bytes were last found to have the hash nar_hash';
comment on column local_path.quarantined_at is
    'Since when its bytes are known not to have the hash nar_hash. It has not been served since';

create table path_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now(),
    constraint path_signature_pk primary key (key_id, path_id),
    constraint path_signature_key_fk foreign key (key_id) references signing_key (id),
    constraint path_signature_path_fk foreign key (path_id) references local_path (id) on delete cascade,
    constraint path_signature_length check (octet_length(signature) = 64),
    constraint path_signature_claim_known check (claim in ('received', 'local-store'))
);
create index path_signature_by_path on path_signature (path_id);
comment on table path_signature is
    'Our signatures of the paths of Nix stores. A job removes those of a dead key, some at a time';
comment on column path_signature.claim is
    'What the signature says: received (the bytes were hashed here) or local-store (the Nix of that machine registered the'
    ' hash)';

create table local_signature (
    cache_id     integer     not null,
    hash         bytea       not null,
    signed       bytea       not null,
    foreign_sigs text[]      not null,
    changed_at   timestamptz not null default now(),
    constraint local_signature_pk primary key (cache_id, hash),
    constraint local_signature_cache_fk foreign key (cache_id) references cache (id),
    constraint local_signature_hash_length check (octet_length(hash) = 20),
    constraint local_signature_signed_length check (octet_length(signed) = 32)
);
comment on table local_signature is
    'Signatures that were pushed into a cache for a path of the machine''s Nix store. They are served together with those'
    ' that the store has';
comment on column local_signature.hash is '20 bytes: the hash part of the path';
comment on column local_signature.signed is
    '32 bytes: SHA-256 of the text that the signatures sign. They are not served while the store says something else about'
    ' the path';
comment on column local_signature.foreign_sigs is 'The signatures (name:base64)';
comment on column local_signature.changed_at is 'When the last one was pushed';
