-- Publishing a path as one call: each statement of its transaction would cost a turn to the server, and there are as many
-- publications as paths.

create function record_event(
    tenant_id  integer,
    cache_id   integer,
    action     text,
    outcome    text,
    reason     text,
    count      bigint,
    token_id   text,
    token_note text,
    actor      text,
    address    inet,
    request_id text,
    path       text,
    key_name   text,
    detail     jsonb,
    out event  bigint,
    out tenant text,
    out cache  text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    insert into audit_event (tenant_id, tenant, cache_id, cache, action, outcome, reason, count,
                             token_id, token_note, actor, address, request_id, path, key_name, detail)
    select t.id, t.name, c.id, c.name, record_event.action, record_event.outcome, record_event.reason, record_event.count,
           record_event.token_id, record_event.token_note, record_event.actor, record_event.address,
           record_event.request_id, record_event.path, record_event.key_name, record_event.detail
    from (values (1)) one
    left join cache c on c.id = record_event.cache_id
    left join tenant t on t.id = coalesce(record_event.tenant_id, c.tenant_id)
    returning audit_event.id, audit_event.tenant, audit_event.cache
    into record_event.event, record_event.tenant, record_event.cache;
end
$$;
comment on function record_event is
    'Appends an event in the caller''s transaction; the names of tenant and cache are kept beside their numbers';

-- What the claim finds is locked against the sweep until the end, so that the row names bytes that are there.
create function publish_upload(
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
    out outcome     text,
    out missing     bytea[],
    out event       bigint,
    out tenant_name text,
    out cache_name  text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    added bigint;
begin
    perform from blob b
    where b.id = publish_upload.blob
      and (exists (select from staged_nar s
                   where s.cache_id = publish_upload.cache and s.file_name = publish_upload.file_name and s.blob_id = b.id)
           or exists (select from uploaded_path p
                      where p.cache_id = publish_upload.cache and p.file_name = publish_upload.file_name
                        and p.blob_id = b.id))
    for key share;
    if not found then
        outcome := 'unclaimed';
        return;
    end if;

    select array_agg(w.hash) into missing
    from unnest(publish_upload.wanted) as w(hash)
    where not exists (select from uploaded_path p where p.cache_id = publish_upload.cache and p.hash = w.hash);
    if missing is not null then
        outcome := 'missing';
        return;
    end if;

    -- not caught as a violation: that would cost a subtransaction
    insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, deriver,
                               content_address, foreign_sigs, published_by)
    values (publish_upload.cache, publish_upload.hash, publish_upload.name, publish_upload.blob,
            publish_upload.file_name, publish_upload.nar_hash, publish_upload.nar_size, publish_upload.refs,
            publish_upload.deriver, publish_upload.content_address, publish_upload.foreign_sigs,
            publish_upload.published_by)
    on conflict on constraint uploaded_path_hash_unique do nothing
    returning id into added;
    if added is null then
        outcome := 'present';
        return;
    end if;
    insert into upload_signature (key_id, path_id, signature, claim)
    select o.key_id, added, o.signature, 'received'
    from unnest(publish_upload.key_ids, publish_upload.signatures) as o(key_id, signature);

    -- the lock before the look, each with a snapshot of its own: no change commits under a node's row that is gone
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
    'Publishes a path with our signatures, tells the nodes and records the event; or says why not: unclaimed (the file is'
    ' not there for this cache), missing (references, by their hashes), present (a path of that hash is)';

revoke all on function record_event from public;
revoke all on function publish_upload from public;
grant execute on function record_event to ${app};
grant execute on function publish_upload to ${app};
