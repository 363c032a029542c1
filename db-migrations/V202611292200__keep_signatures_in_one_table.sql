-- Signatures of all keys in one table each. A partition a key was made on the way of a request, under locks that cross those
-- of publishing; and whoever looked at one path, or deleted it, locked the partitions of every key of the server.

alter table path_signature rename to path_signature_parted;
alter table path_signature_parted rename constraint path_signature_pk to path_signature_parted_pk;
alter index path_signature_by_path rename to path_signature_parted_by_path;
create table path_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now()
);
-- those of dead keys were to be dropped
insert into path_signature (key_id, path_id, signature, claim, signed_at)
select s.key_id, s.path_id, s.signature, s.claim, s.signed_at
from path_signature_parted s join signing_key k on k.id = s.key_id
where k.state not in ('RETIRED', 'REVOKED');
alter table path_signature
    add constraint path_signature_pk primary key (key_id, path_id),
    add constraint path_signature_key_fk foreign key (key_id) references signing_key (id),
    add constraint path_signature_path_fk foreign key (path_id) references local_path (id) on delete cascade,
    add constraint path_signature_length check (octet_length(signature) = 64),
    add constraint path_signature_claim_known check (claim in ('received', 'local-store'));
create index path_signature_by_path on path_signature (path_id);
comment on table path_signature is 'Our signatures; a dead key''s are removed by a job, some at a time';
comment on column path_signature.claim is
    'What the signature says: received (bytes hashed here) or local-store (that machine''s Nix registered the hash)';

alter table upload_signature rename to upload_signature_parted;
alter table upload_signature_parted rename constraint upload_signature_pk to upload_signature_parted_pk;
alter index upload_signature_by_path rename to upload_signature_parted_by_path;
create table upload_signature (
    key_id    bigint      not null,
    path_id   bigint      not null,
    signature bytea       not null,
    claim     text        not null,
    signed_at timestamptz not null default now()
);
-- those of dead keys were to be dropped
insert into upload_signature (key_id, path_id, signature, claim, signed_at)
select s.key_id, s.path_id, s.signature, s.claim, s.signed_at
from upload_signature_parted s join signing_key k on k.id = s.key_id
where k.state not in ('RETIRED', 'REVOKED');
alter table upload_signature
    add constraint upload_signature_pk primary key (key_id, path_id),
    add constraint upload_signature_key_fk foreign key (key_id) references signing_key (id),
    add constraint upload_signature_path_fk foreign key (path_id) references uploaded_path (id) on delete cascade,
    add constraint upload_signature_length check (octet_length(signature) = 64),
    add constraint upload_signature_claim_known check (claim = 'received');
create index upload_signature_by_path on upload_signature (path_id);
comment on table upload_signature is 'Our signatures of pushed paths; a dead key''s are removed by a job, some at a time';
comment on column upload_signature.claim is 'What the signature says: received (the bytes were hashed here)';

-- the same views, over the new tables
create or replace view audit.paths with (security_barrier) as
select t.name as tenant, c.name as cache, store_path_base_name(u.hash, u.name) as path,
       store_path_package(store_path_base_name(u.hash, u.name)) as package,
       nullif(store_path_version(store_path_base_name(u.hash, u.name)), '') as version,
       'uploaded' as origin, null as store, u.published_at as entered_at, k.public_id as token_id, k.note as token_note,
       coalesce('token ' || k.public_id, case when u.published_by is null then 'administrator' else 'token' end) as brought_by,
       'sha256-' || encode(u.nar_hash, 'base64') as nar_hash, u.nar_size, b.file_size, u.refs, u.deriver,
       u.content_address,
       array(select y.name from upload_signature s join signing_key y on y.id = s.key_id
              where s.path_id = u.id and y.cache_id = u.cache_id order by y.name) as signed_by,
       u.foreign_sigs as foreign_signatures, null::timestamptz as quarantined_at
from uploaded_path u
     join cache c on c.id = u.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join blob b on b.id = u.blob_id
     left join token k on k.id = u.published_by
union all
select t.name, c.name, store_path_base_name(l.hash, l.name), store_path_package(store_path_base_name(l.hash, l.name)),
       nullif(store_path_version(store_path_base_name(l.hash, l.name)), ''), 'local-store', n.name, l.indexed_at, null, null,
       'local-store', 'sha256-' || encode(l.nar_hash, 'base64'), l.nar_size, null, l.refs, l.deriver, l.content_address,
       array(select y.name from path_signature s join signing_key y on y.id = s.key_id
              where s.path_id = l.id and y.cache_id = c.id order by y.name),
       case when g.foreign_sigs is null then l.foreign_sigs
            else array(select distinct s from unnest(l.foreign_sigs || g.foreign_sigs) as s order by s) end,
       l.quarantined_at
from local_path l
     join nix_store n on n.id = l.store_id
     join cache c on 'local-store' = any (c.sources) and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join local_signature g on g.cache_id = c.id and g.hash = l.hash;
create or replace view audit.signatures with (security_barrier) as
select k.name as key_name, t.name as tenant, c.name as cache, store_path_base_name(u.hash, u.name) as path, s.claim,
       s.signed_at, k.state as key_state, k.active_at, k.retiring_at, coalesce(k.revoked_at, k.retired_at) as signed_until
from upload_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join uploaded_path u on u.id = s.path_id
union all
select k.name, t.name, c.name, store_path_base_name(l.hash, l.name), s.claim, s.signed_at, k.state, k.active_at,
       k.retiring_at, coalesce(k.revoked_at, k.retired_at)
from path_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join local_path l on l.id = s.path_id;

comment on view audit.signatures is 'Our signatures that are kept, a row each; those of a dead key go soon after it';

drop table path_signature_parted, upload_signature_parted;

-- A node of the release before still calls these two: nothing is to be made for a new key, nor dropped after a dead one.
create or replace function make_signature_partition(key_id bigint) returns void
    language sql
    set search_path = public, pg_temp
as
$$
    select
$$;
create or replace function dead_signature_partitions() returns setof bigint
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select k.id from signing_key k where false
$$;
drop function drop_signature_partitions(bigint);

grant select, insert, update, delete on path_signature, upload_signature to ${app};
