-- A key is a row per cache: several caches of a tenant may sign by the key that its machines trust, and nobody learns from a
-- refusal which names others use.

alter table signing_key
    drop constraint signing_key_name_unique,
    drop constraint signing_key_public_unique,
    add constraint signing_key_name_in_cache_unique unique (cache_id, name),
    add constraint signing_key_public_in_cache_unique unique (cache_id, public_key),
    add column exported_at timestamptz;
create unique index signing_key_made_here_unique on signing_key (name) where not imported;
create index signing_key_by_name on signing_key (name text_pattern_ops);
create index signing_key_by_public_key on signing_key (public_key);
comment on table signing_key is 'Ed25519 keys that sign narinfos, a row for each cache that has one';
comment on column signing_key.name is
    'Name by which Nix clients look the key up; of a key that was made here never used again in the whole server';
comment on column signing_key.public_key is '32 bytes; the same in several rows where caches share a key';
comment on column signing_key.exported_at is 'When its secret was last told to an administrator; null: never';

-- Whoever has an exported secret may sign with it in another name.
update signing_key k set exported_at = e.at
from (select key_name, max(at) as at from audit_event where action = 'key-exported' group by key_name) e
where e.key_name = k.name;
