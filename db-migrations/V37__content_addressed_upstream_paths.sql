-- Paths that follow from their contents, which no key of an upstream has to vouch for.

alter table upstream_path alter column vouched_by drop not null;
alter table upstream_path add constraint upstream_path_vouched_for
    check (vouched_by is not null or content_address is not null);
comment on column upstream_path.vouched_by is
    'The key of the upstream (name:base64) whose signature of it was verified; null: none did, and the path follows from its content'
    ' address';
comment on column upstream_signature.claim is
    'What the signature says: upstream-signature (a key of the upstream vouched for it, or its path follows from the hash of its NAR;'
    ' the bytes were not hashed here yet) or received (they were)';
