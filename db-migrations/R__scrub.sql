-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What becomes of stored files that were found wrong or gone.

create or replace function note_finding(blob bigint, kind text, actual bytea, node text) returns bigint
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    noted bigint;
begin
    insert into scrub_finding as f (blob_id, kind, file_hash, file_size, actual_hash, node)
    select b.id, note_finding.kind, b.file_hash, b.file_size, note_finding.actual, note_finding.node
    from blob b where b.id = note_finding.blob
    on conflict (blob_id, kind) where healed_at is null
        do update set seen_at = clock_timestamp(), times = f.times + 1
    returning f.id into noted;
    insert into scrub_finding_path (finding_id, tenant_id, cache_id, path)
    select noted, c.tenant_id, c.id, store_path_base_name(p.hash, p.name)
    from uploaded_path p join cache c on c.id = p.cache_id
    where noted is not null
      and (p.blob_id = note_finding.blob
           or p.id in (select x.path_id from further_file x where x.blob_id = note_finding.blob))
    on conflict do nothing;
    return noted;
end
$$;
comment on function note_finding is
    'Writes down what was found of a file, with the paths that it is of; what is known already is counted. Null: the file is gone';

create or replace function quarantine_file(blob bigint, kind text, actual bytea, node text)
    returns table (tenant_id integer, cache_id integer, hash bytea, name text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    update blob b set quarantined_at = now() where b.id = quarantine_file.blob and b.quarantined_at is null;
    if not found then
        return;
    end if;
    perform note_finding(quarantine_file.blob, quarantine_file.kind, quarantine_file.actual, quarantine_file.node);
    return query
        select c.tenant_id, c.id, p.hash, p.name
        from uploaded_path p join cache c on c.id = p.cache_id
        where p.blob_id = quarantine_file.blob
        order by p.id;
end
$$;
comment on function quarantine_file is
    'Hides all paths of a file, in every cache, and returns them; none where it is hidden already or gone';

-- Whatever brings a good file of the same NAR is looked at here, since each writes this row. An equal file takes the place of the bad
-- one wherever that is; another file of the same NAR only in its own cache, since what it is compressed by is its tenant's.
create or replace function heal_by_staged() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
declare
    good blob%rowtype;
    bad  record;
begin
    select * into good from blob b where b.id = new.blob_id;
    if good.quarantined_at is not null then
        return null;
    end if;
    for bad in
        select b.id, b.file_hash = good.file_hash and b.compression = good.compression as equal
        from blob b
        where b.nar_hash = good.nar_hash and b.quarantined_at is not null
        order by b.id
    loop
        insert into change (kind, subject, hash)
        select 'path', p.cache_id, p.hash from uploaded_path p
        where p.blob_id = bad.id and (bad.equal or p.cache_id = new.cache_id);
        perform record_event(c.tenant_id, c.id, 'path-released', 'ok', null, 1, null, null, 'server', null, null,
                             store_path_base_name(p.hash, p.name), null, '{"by": "push"}')
        from uploaded_path p join cache c on c.id = p.cache_id
        where p.blob_id = bad.id and (bad.equal or p.cache_id = new.cache_id);
        update uploaded_path p
        set blob_id = good.id, file_name = case when bad.equal then p.file_name else new.file_name end
        where p.blob_id = bad.id and (bad.equal or p.cache_id = new.cache_id);
        if bad.equal then
            update further_file f set blob_id = good.id where f.blob_id = bad.id;
            update staged_nar s set blob_id = good.id where s.blob_id = bad.id;
        end if;
    end loop;
    perform note_healed();
    return null;
end
$$;
comment on function heal_by_staged is 'Puts a file that was received in the place of a bad one of the same NAR';

create or replace function note_healed() returns void
    language sql
    set search_path = public, pg_temp
as
$$
    update scrub_finding f set healed_at = clock_timestamp()
    where f.healed_at is null and f.kind <> 'unreadable'
      and not exists (select from uploaded_path p where p.blob_id = f.blob_id)
      and not exists (select from further_file x where x.blob_id = f.blob_id)
$$;
comment on function note_healed is 'Notes of which findings the file is not needed any more';

create or replace trigger staged_nar_heals after insert or update of blob_id on staged_nar
    for each row execute function heal_by_staged();

-- Kept for whoever asks what was wrong; and longer, as long as a hold of one of its caches forbids that bytes go.
create or replace function quarantine_is_over(blob bigint, since timestamptz) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select quarantine_is_over.since is null
        or quarantine_is_over.since < now() - interval '30 days'
           and not exists (select from scrub_finding f join scrub_finding_path p on p.finding_id = f.id
                           where f.blob_id = quarantine_is_over.blob and holds_in_cache(p.cache_id) > 0)
$$;
comment on function quarantine_is_over is 'Whether a file that nothing refers to may go although it was found wrong';

revoke all on function note_finding, quarantine_file, heal_by_staged, note_healed, quarantine_is_over from public;
grant execute on function note_finding, quarantine_file, note_healed, quarantine_is_over to ${app};
