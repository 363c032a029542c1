-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Publishes a path in one call: as single statements each would cost a round trip, for every path that is pushed. While a body
-- arrives, its token may be revoked, its cache deleted or changed, or a key revoked that the cache trusts. So the decision about a push is checked again in the
-- transaction that stores it, under locks that put it before or after such a change.

-- With other parameters a function would be another one beside that of an earlier build. Until 1.0 nobody else calls those.
do
$$
declare
    earlier regprocedure;
begin
    for earlier in select p.oid from pg_proc p
                   where p.pronamespace = 'public'::regnamespace and p.proname in ('push_right_stands', 'publish_upload')
    loop
        execute format('drop function %s', earlier);
    end loop;
end
$$;

-- The version stands for the settings of the cache: whoever judged by other settings has to judge again.
create or replace function push_right_stands(tenant integer, cache integer, version bigint, token bigint, trusted bytea[])
    returns boolean
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    key bytea;
begin
    -- first the locks, then the query with its own snapshot: whoever changes one of these holds its lock exclusively
    perform pg_advisory_xact_lock_shared(hashtextextended('tenant ' || push_right_stands.tenant, 0));
    perform pg_advisory_xact_lock_shared(hashtextextended('cache ' || push_right_stands.cache, 0));
    if push_right_stands.token is not null then
        perform pg_advisory_xact_lock_shared(hashtextextended('token ' || push_right_stands.token, 0));
        perform pg_advisory_xact_lock_shared(hashtextextended('trust ' || k.trust_id, 0))
        from token k where k.id = push_right_stands.token and k.trust_id is not null;
    end if;
    for key in select k from unnest(push_right_stands.trusted) k order by k loop
        perform pg_advisory_xact_lock_shared(hashtextextended('public key ' || encode(key, 'hex'), 0));
    end loop;
    return exists (select from cache c
                   join tenant t on t.id = c.tenant_id
                   where c.id = push_right_stands.cache and c.version = push_right_stands.version
                     and c.deleted_at is null and t.deleted_at is null)
       and (push_right_stands.token is null
            or exists (select from token k where k.id = push_right_stands.token and k.revoked_at is null))
       and not exists (select from signing_key s
                       where s.public_key = any (push_right_stands.trusted) and s.state = 'REVOKED');
end
$$;
comment on function push_right_stands is
    'Whether the cache and its tenant still exist, the cache is as it was when the push was judged, and neither the token (null:'
    ' the administrator''s) nor one of the trusted public keys is revoked. None of this changes until the end of the transaction';

create or replace function cache_has_file(cache integer, file_name text, blob bigint) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select exists (select from staged_nar s
                   where s.cache_id = cache_has_file.cache and s.file_name = cache_has_file.file_name
                     and s.blob_id = cache_has_file.blob)
        or exists (select from uploaded_path p
                   where p.cache_id = cache_has_file.cache and p.file_name = cache_has_file.file_name
                     and p.blob_id = cache_has_file.blob)
        or exists (select from further_file f
                   where f.cache_id = cache_has_file.cache and f.file_name = cache_has_file.file_name
                     and f.blob_id = cache_has_file.blob)
$$;
comment on function cache_has_file is 'Whether the cache has received that blob under that name';

-- The blob that it finds stays locked against the sweep until the end, so that the new row names bytes that exist. A file that
-- arrives together with its path has no blob yet, and nothing to look for.
create or replace function publish_upload(
    node            uuid,
    cache           integer,
    hash            bytea,
    name            text,
    blob            bigint,
    file_name       text,
    nar_hash        bytea,
    nar_size        bigint,
    refs            text[],
    wanted          bytea[],
    deriver         text,
    content_address text,
    foreign_sigs    text[],
    published_by    bigint,
    key_ids         bigint[],
    signatures      bytea[],
    tenant          integer,
    token_id        text,
    token_note      text,
    actor           text,
    address         inet,
    request_id      text,
    base_name       text,
    detail          jsonb,
    cache_version   bigint,
    trusted         bytea[],
    storage_key     text default null,
    compression     text default null,
    file_hash       bytea default null,
    file_size       bigint default null,
    content_hash    bytea default null,
    listing         bytea default null,
    reference_hashes bytea[] default '{}',
    out outcome     text,
    out missing     bytea[],
    out event       bigint,
    out tenant_name text,
    out cache_name  text,
    out used_blob   bigint)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    added  bigint;
    hidden bigint;
begin
    if not push_right_stands(publish_upload.tenant, publish_upload.cache, publish_upload.cache_version,
                             publish_upload.published_by, publish_upload.trusted) then
        outcome := 'changed';
        return;
    end if;

    outcome := 'denied ' || denial_of(publish_upload.cache, publish_upload.base_name, publish_upload.nar_hash,
                                      publish_upload.refs);
    if outcome is not null then
        return;
    end if;

    if publish_upload.blob is not null then
        select b.id into used_blob
        from blob b
        where b.id = publish_upload.blob
          and b.quarantined_at is null
          and cache_has_file(publish_upload.cache, publish_upload.file_name, b.id)
        for key share;
        if used_blob is null then
            outcome := 'unclaimed';
            return;
        end if;
    end if;

    -- first the locks, then the query with its own snapshot: what is here now is here as long as the new path refers to it
    perform lock_references(publish_upload.cache, publish_upload.reference_hashes);
    select array_agg(w.hash) into missing
    from unnest(publish_upload.wanted) as w(hash)
    where not exists (select from uploaded_path p
                       where p.cache_id = (select publish_upload.cache) and p.hash = w.hash offset 0);
    if missing is not null then
        outcome := 'missing';
        return;
    end if;

    if used_blob is null then
        insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, content_hash, listing)
        values (publish_upload.storage_key, publish_upload.compression, publish_upload.file_hash, publish_upload.file_size,
                publish_upload.nar_hash, publish_upload.nar_size, publish_upload.content_hash, publish_upload.listing)
        returning id into used_blob;
    end if;

    -- on conflict, since catching the violation would cost a subtransaction
    insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, deriver,
                               content_address, foreign_sigs, published_by)
    values (publish_upload.cache, publish_upload.hash, publish_upload.name, used_blob,
            publish_upload.file_name, publish_upload.nar_hash, publish_upload.nar_size, publish_upload.refs,
            publish_upload.deriver, publish_upload.content_address, publish_upload.foreign_sigs,
            publish_upload.published_by)
    on conflict on constraint uploaded_path_hash_unique do nothing
    returning id into added;
    if added is null then
        if publish_upload.blob is null then
            delete from blob b where b.id = used_blob;
        end if;
        -- it is used; and offered again, if it was hidden
        update uploaded_path p set last_used = now(), last_token_use = now(), told_at = now()
        where p.cache_id = publish_upload.cache and p.hash = publish_upload.hash
          and p.nar_hash = publish_upload.nar_hash
          and (least(p.last_used, coalesce(p.told_at, '-infinity')) < now() - interval '5 minutes'
               or p.condemned_at is not null);
        select p.id into hidden from uploaded_path p
        where p.cache_id = publish_upload.cache and p.hash = publish_upload.hash
          and p.nar_hash = publish_upload.nar_hash and p.condemned_at is not null;
        if hidden is not null then
            perform revive_paths(publish_upload.cache, array[hidden]);
        end if;
        outcome := 'present';
        return;
    end if;
    if publish_upload.blob is null then
        -- so that the file stays for a day after its path is deleted, like a file that came before its path
        insert into staged_nar (cache_id, file_name, blob_id)
        values (publish_upload.cache, publish_upload.file_name, used_blob)
        on conflict (cache_id, file_name) do nothing;
    end if;
    insert into upload_signature (key_id, path_id, signature, claim)
    select o.key_id, added, o.signature, 'received'
    from unnest(publish_upload.key_ids, publish_upload.signatures) as o(key_id, signature);

    -- first the lock, then the query with its own snapshot: no change is committed for a server whose row is gone
    perform pg_advisory_xact_lock_shared(hashtextextended('node ' || publish_upload.node, 0));
    insert into change (kind, subject, hash)
    select 'path', publish_upload.cache, publish_upload.hash
    where exists (select from node n where n.id = publish_upload.node);
    if not found then
        raise exception 'node % is not there any more', publish_upload.node using errcode = 'NX001';
    end if;

    select r.event, r.tenant, r.cache into event, tenant_name, cache_name
    from record_event(publish_upload.tenant, publish_upload.cache, 'path-published', 'ok', null, 1,
                      publish_upload.token_id, publish_upload.token_note, publish_upload.actor, publish_upload.address,
                      publish_upload.request_id, publish_upload.base_name, null, publish_upload.detail) r;
    outcome := 'added';
end
$$;
comment on function publish_upload is
    'Publishes a path with our signatures, tells the other servers, and records the event. A file that has no blob yet gets'
    ' one. Otherwise it says why not: changed (what allowed the push is not as it was), unclaimed (the cache does not have'
    ' the file), denied with a rule and its reason, missing (references, by their hashes), present (the cache has a path of that hash)';

revoke all on function push_right_stands, cache_has_file, publish_upload from public;
grant execute on function push_right_stands, cache_has_file, publish_upload to ${app};
