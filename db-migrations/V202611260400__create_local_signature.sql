-- Signatures of others that were pushed for paths which lie in a machine's Nix store: that store is never written to.

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
    'Signatures that were pushed into a cache for a path of the machine''s Nix store; shown beside those that the store has';
comment on column local_signature.hash is '20 bytes: the hash part of the path';
comment on column local_signature.signed is
    '32 bytes: SHA-256 of what the signatures sign; where the store says something else of the path they are not shown';
comment on column local_signature.foreign_sigs is 'Signatures, name:base64';
comment on column local_signature.changed_at is 'When the last one came';

grant select, insert, update, delete on local_signature to ${app};
