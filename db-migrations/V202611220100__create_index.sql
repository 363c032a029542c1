-- What each Nix store holds, and the signatures that say so.

create table nix_store (
    id         integer generated always as identity,
    name       text        not null,
    created_at timestamptz not null default now(),
    constraint nix_store_pk primary key (id),
    constraint nix_store_name_unique unique (name),
    constraint nix_store_name_given check (name <> '')
);
comment on table nix_store is 'A Nix store of some machine; its name is the setting NARTHEX_STORE_NAME';

create table signing_key (
    id            bigint generated always as identity,
    name          text        not null,
    public_key    bytea       not null,
    sealed_secret bytea,
    state         text        not null,
    created_at    timestamptz not null default now(),
    active_at     timestamptz,
    retiring_at   timestamptz,
    retired_at    timestamptz,
    revoked_at    timestamptz,
    constraint signing_key_pk primary key (id),
    constraint signing_key_name_unique unique (name),
    constraint signing_key_public_unique unique (public_key),
    constraint signing_key_name_form check (name <> '' and name !~ '[:[:space:]]'),
    constraint signing_key_public_length check (octet_length(public_key) = 32),
    constraint signing_key_state_known check (state in ('PENDING', 'ACTIVE', 'RETIRING', 'RETIRED', 'REVOKED')),
    constraint signing_key_secret_kept check (sealed_secret is not null or state in ('RETIRED', 'REVOKED'))
);
comment on table signing_key is 'Ed25519 keys that sign narinfos';
comment on column signing_key.name is 'Name by which Nix clients look the key up; never used again';
comment on column signing_key.public_key is '32 bytes';
comment on column signing_key.sealed_secret is
    'The secret key, AES-256-GCM under the master key, which is not in this database; null once destroyed';

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
comment on table local_path is 'Paths that a Nix store has registered as valid';
comment on column local_path.nix_id is 'Row number in the database of that Nix store';
comment on column local_path.hash is '20 bytes: the hash part of the path';
comment on column local_path.nar_hash is '32 bytes: SHA-256 of the NAR, as Nix registered it';
comment on column local_path.nar_size is 'Bytes of the NAR';
comment on column local_path.refs is 'Base names of the paths it refers to, sorted';
comment on column local_path.foreign_sigs is 'Signatures that the path had from others, name:base64';
comment on column local_path.row_digest is 'Digest over all that Nix said of the path when it was indexed';
comment on column local_path.checked_at is 'When its bytes were last found to have nar_hash';
comment on column local_path.quarantined_at is 'Since when its bytes are known not to have nar_hash; not offered since';

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
) partition by list (key_id);
create index path_signature_by_path on path_signature (path_id);
comment on table path_signature is 'Our signatures; one partition a key, so that a dead key''s rows go at once';
comment on column path_signature.claim is
    'What the signature says: received (bytes hashed here) or local-store (that machine''s Nix registered the hash)';

-- The application owns nothing, so that the partition of a new key is made for it here and nowhere else.
create function make_signature_partition(key_id bigint) returns void
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    if not exists (select from signing_key k where k.id = make_signature_partition.key_id) then
        raise exception 'there is no signing key %', make_signature_partition.key_id;
    end if;
    execute format('create table if not exists path_signature_%s partition of path_signature for values in (%s)',
                   make_signature_partition.key_id, make_signature_partition.key_id);
    execute format('comment on table path_signature_%s is %L', make_signature_partition.key_id,
                   'Signatures by key ' || make_signature_partition.key_id);
end
$$;
revoke all on function make_signature_partition(bigint) from public;

grant select, insert on nix_store to ${app};
grant select, insert, update on signing_key to ${app};
grant select, insert, update, delete on local_path to ${app};
grant select, insert, update, delete on path_signature to ${app};
grant execute on function make_signature_partition(bigint) to ${app};
