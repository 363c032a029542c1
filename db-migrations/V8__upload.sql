-- What was pushed: the bytes, the files that wait for their narinfos, and the paths of each cache.

create table blob (
    id          bigint generated always as identity,
    storage_key text        not null,
    compression text        not null,
    file_hash   bytea       not null,
    file_size   bigint      not null,
    nar_hash    bytea       not null,
    nar_size    bigint      not null,
    content_hash bytea,
    listing     bytea       not null,
    stored_at   timestamptz not null default now(),
    constraint blob_pk primary key (id),
    constraint blob_storage_key_unique unique (storage_key),
    constraint blob_hash_lengths check (octet_length(file_hash) = 32 and octet_length(nar_hash) = 32
                                        and octet_length(content_hash) = 32),
    constraint blob_sizes_positive check (file_size > 0 and nar_size > 0)
);
create index blob_by_file on blob (file_hash, file_size, id);
comment on table blob is 'NAR files that were received, verified and written to disk. A row means that the bytes are there';
comment on column blob.storage_key is 'Where the bytes are stored; random, and never used again';
comment on column blob.file_hash is '32 bytes: SHA-256 of the file as it was pushed';
comment on column blob.file_size is 'Bytes of the file as it was pushed';
comment on column blob.nar_hash is '32 bytes: SHA-256 of the NAR, computed here';
comment on column blob.nar_size is 'Bytes of the NAR, counted here';
comment on column blob.content_hash is '32 bytes: SHA-256 of the file''s content, where the NAR is one regular file; else null';
comment on column blob.listing is 'The list of the NAR''s files (.ls): JSON, compressed with zstd';

create table staged_nar (
    cache_id    integer     not null,
    file_name   text        not null,
    blob_id     bigint      not null,
    received_at timestamptz not null default now(),
    constraint staged_nar_pk primary key (cache_id, file_name),
    constraint staged_nar_cache_fk foreign key (cache_id) references cache (id),
    constraint staged_nar_blob_fk foreign key (blob_id) references blob (id)
);
create index staged_nar_by_blob on staged_nar (blob_id);
create index staged_nar_by_age on staged_nar (received_at);
comment on table staged_nar is 'NAR files that a cache has received. For a day a narinfo may claim them';
comment on column staged_nar.file_name is 'The file''s name in the URL, after nar/';
comment on column staged_nar.received_at is 'When it was received, or when somebody who may push last asked for it';

create table uploaded_path (
    id              bigint generated always as identity,
    cache_id        integer     not null,
    hash            bytea       not null,
    name            text        not null,
    blob_id         bigint      not null,
    file_name       text        not null,
    nar_hash        bytea       not null,
    nar_size        bigint      not null,
    refs            text[]      not null,
    deriver         text,
    content_address text,
    foreign_sigs    text[]      not null,
    published_at    timestamptz not null default now(),
    published_by    bigint,
    version         bigint      not null default 0,
    constraint uploaded_path_pk primary key (id),
    constraint uploaded_path_hash_unique unique (cache_id, hash),
    constraint uploaded_path_cache_fk foreign key (cache_id) references cache (id),
    constraint uploaded_path_blob_fk foreign key (blob_id) references blob (id),
    constraint uploaded_path_token_fk foreign key (published_by) references token (id),
    constraint uploaded_path_hash_length check (octet_length(hash) = 20),
    constraint uploaded_path_nar_hash_length check (octet_length(nar_hash) = 32),
    constraint uploaded_path_nar_size_positive check (nar_size > 0)
);
create index uploaded_path_by_nar on uploaded_path (cache_id, nar_hash);
create index uploaded_path_by_file on uploaded_path (cache_id, file_name);
create index uploaded_path_by_name on uploaded_path (cache_id, name, id);
create index uploaded_path_by_blob on uploaded_path (blob_id);
create index uploaded_path_by_base_name on uploaded_path (store_path_base_name(hash, name));
create index uploaded_path_by_time on uploaded_path (cache_id, published_at);
-- finds what refers to a path, before it is deleted
create index uploaded_path_by_reference on uploaded_path using gin (refs);
comment on table uploaded_path is 'Paths that were pushed into a cache and published';
comment on column uploaded_path.file_name is 'The NAR file''s name in the URL of the narinfo, after nar/';
comment on column uploaded_path.refs is 'Base names of the paths that it refers to, sorted';
comment on column uploaded_path.foreign_sigs is 'Signatures that the path was pushed with (name:base64)';
comment on column uploaded_path.published_by is 'The token that pushed it; null: the administrator''s token file';
comment on column uploaded_path.version is 'Counts the changes of its signatures';

create table upload_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now(),
    constraint upload_signature_pk primary key (key_id, path_id),
    constraint upload_signature_key_fk foreign key (key_id) references signing_key (id),
    constraint upload_signature_path_fk foreign key (path_id) references uploaded_path (id) on delete cascade,
    constraint upload_signature_length check (octet_length(signature) = 64),
    constraint upload_signature_claim_known check (claim = 'received')
);
create index upload_signature_by_path on upload_signature (path_id);
comment on table upload_signature is 'Our signatures of pushed paths. A job removes those of a dead key, some at a time';
comment on column upload_signature.claim is 'What the signature says: received (the bytes were hashed here)';

create table uploaded_document (
    cache_id     integer     not null,
    kind         text        not null,
    name         text        not null,
    content      bytea       not null,
    length       bigint      not null,
    published_at timestamptz not null default now(),
    published_by bigint,
    constraint uploaded_document_pk primary key (cache_id, kind, name),
    constraint uploaded_document_cache_fk foreign key (cache_id) references cache (id),
    constraint uploaded_document_token_fk foreign key (published_by) references token (id),
    constraint uploaded_document_kind_known check (kind in ('log', 'realisation', 'build-trace', 'debuginfo'))
);
comment on table uploaded_document is 'What was pushed besides paths: build logs, realisations, debug information';
comment on column uploaded_document.name is 'The name in the URL, after log/, realisations/, build-trace-v2/ or debuginfo/';
comment on column uploaded_document.content is 'The bytes, compressed with zstd';
comment on column uploaded_document.length is 'How many bytes it has, decompressed';

-- Two builders may push the same path with different files, and each client remembers the narinfo that it sent for 30 days. Our
-- narinfo names the first file; the others stay available at their own URLs for as long.
create table further_file (
    path_id   bigint      not null,
    cache_id  integer     not null,
    file_name text        not null,
    blob_id   bigint      not null,
    until     timestamptz not null,
    constraint further_file_pk primary key (path_id, file_name),
    constraint further_file_path_fk foreign key (path_id) references uploaded_path (id) on delete cascade,
    constraint further_file_cache_fk foreign key (cache_id) references cache (id),
    constraint further_file_blob_fk foreign key (blob_id) references blob (id)
);
create index further_file_by_name on further_file (cache_id, file_name);
create index further_file_by_blob on further_file (blob_id);
create index further_file_by_age on further_file (until);
comment on table further_file is
    'Other files that the same path was pushed with. The narinfo names the first file; these are removed with the path';
comment on column further_file.cache_id is 'The cache of the path';
comment on column further_file.file_name is 'The file''s name in the URL, after nar/';
comment on column further_file.until is
    '30 days after it was last pushed: a client remembers the narinfo that it sent for that long';

-- Bytes that no row names any more. Whoever is reading them may go on for an hour; then they are deleted.
create table doomed_blob (
    storage_key text        not null,
    doomed_at   timestamptz not null default now(),
    constraint doomed_blob_pk primary key (storage_key)
);
create index doomed_blob_by_age on doomed_blob (doomed_at);
comment on table doomed_blob is 'Blobs whose rows were deleted and whose bytes are still to be deleted';
comment on column doomed_blob.doomed_at is 'When the row was deleted; the bytes are deleted an hour later';
