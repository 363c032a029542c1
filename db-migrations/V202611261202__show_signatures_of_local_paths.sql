-- Signatures that were pushed for paths of a machine's Nix store are in a table of their own.
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
comment on column audit.paths.foreign_signatures is
    'Signatures of others that it came with, or that were pushed into this cache for it since, name:base64';
