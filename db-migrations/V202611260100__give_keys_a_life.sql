-- What the life cycle of a signing key needs: what comes next and when, who takes whose place, why one was revoked; and
-- how often each cache changes its key.

alter table signing_key
    add column imported          boolean not null default false,
    add column due_at            timestamptz,
    add column overlap_seconds   bigint,
    add column replaced_by       bigint,
    add column revocation_reason text,
    add constraint signing_key_replaced_by_fk foreign key (replaced_by) references signing_key (id),
    add constraint signing_key_not_replaced_by_itself check (replaced_by <> id),
    add constraint signing_key_due_while_it_waits check ((due_at is not null) = (state in ('PENDING', 'RETIRING'))),
    add constraint signing_key_overlap_not_negative check (overlap_seconds >= 0),
    add constraint signing_key_secret_destroyed check (sealed_secret is null or state not in ('RETIRED', 'REVOKED')),
    add constraint signing_key_dates check (
        (state in ('PENDING', 'REVOKED') or active_at is not null)
        and (state not in ('RETIRING', 'RETIRED') or retiring_at is not null)
        and (state <> 'RETIRED' or retired_at is not null)
        and ((state = 'REVOKED') = (revoked_at is not null))
        and (revoked_at is not null) = (revocation_reason is not null));
create unique index signing_key_one_pending on signing_key (cache_id) where state = 'PENDING';
create index signing_key_due on signing_key (due_at) where due_at is not null;
comment on column signing_key.state is
    'PENDING: shown, signs nothing; ACTIVE: signs; RETIRING: still signs; RETIRED: its secret is destroyed; REVOKED:'
    ' likewise, and not to be trusted';
comment on column signing_key.active_at is 'When it began to sign; null: it never has';
comment on column signing_key.retiring_at is 'When another key took its place';
comment on column signing_key.retired_at is 'When it signed no more and its secret was destroyed';
comment on column signing_key.revoked_at is 'When it was declared not to be trusted, and its secret destroyed';
comment on column signing_key.revocation_reason is 'In the words of who revoked it';
comment on column signing_key.imported is 'Brought from elsewhere; such a key is never replaced by the timer';
comment on column signing_key.due_at is 'When a PENDING key becomes ACTIVE, or a RETIRING one RETIRED';
comment on column signing_key.overlap_seconds is 'How long the keys whose place it takes sign beside it';
comment on column signing_key.replaced_by is 'The key that takes, or took, its place';

create table key_policy (
    cache_id           integer     not null,
    rotate_every_days  integer,
    publish_ahead_days integer     not null,
    overlap_days       integer     not null,
    version            bigint      not null default 0,
    changed_at         timestamptz not null default now(),
    constraint key_policy_pk primary key (cache_id),
    constraint key_policy_cache_fk foreign key (cache_id) references cache (id),
    constraint key_policy_rotation_range check (rotate_every_days between 1 and 36500),
    constraint key_policy_ahead_range check (publish_ahead_days between 0 and 3650),
    constraint key_policy_ahead_before_rotation check (publish_ahead_days < rotate_every_days),
    constraint key_policy_overlap_range check (overlap_days between 30 and 3650)
);
comment on table key_policy is
    'How often a cache changes its key; a cache without a row: every 365 days, shown 7 days ahead, 40 days of overlap';
comment on column key_policy.rotate_every_days is 'Null: never by itself';
comment on column key_policy.publish_ahead_days is 'How long a new key is shown before it signs';
comment on column key_policy.overlap_days is
    'How long the old key signs beside the new one; clients remember narinfos for 30 days';
comment on column key_policy.version is 'Counts the changes; what If-Match compares';

-- Dropping a partition takes locks that wait for every reader; who waits holds up all who come later, so it gives up soon
-- and is tried again. False: it is still there.
create function drop_signature_partitions(key_id bigint) returns boolean
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set lock_timeout = '500ms'
as
$$
declare
    parent text;
begin
    if not exists (select from signing_key k where k.id = drop_signature_partitions.key_id
                                               and k.state in ('RETIRED', 'REVOKED')) then
        raise exception 'signing key % is not dead', key_id;
    end if;
    foreach parent in array array['path_signature', 'upload_signature', 'realisation_signature'] loop
        execute format('drop table if exists %I', parent || '_' || key_id);
    end loop;
    return true;
exception
    when lock_not_available or deadlock_detected then
        return false;
end
$$;
comment on function drop_signature_partitions(bigint) is 'Drops the signatures of a dead key';
revoke all on function drop_signature_partitions(bigint) from public;

-- Keys that are dead and whose signatures are still there.
create function dead_signature_partitions() returns setof bigint
    language sql
    stable
    security definer
    set search_path = public, pg_temp
as
$$
    select k.id from signing_key k
    where k.state in ('RETIRED', 'REVOKED')
      and exists (select from unnest(array['path_signature', 'upload_signature', 'realisation_signature']) as parent
                  where to_regclass(format('%I', parent || '_' || k.id)) is not null)
$$;
comment on function dead_signature_partitions() is 'Dead keys whose signatures are still to be dropped';
revoke all on function dead_signature_partitions() from public;

grant execute on function drop_signature_partitions(bigint), dead_signature_partitions() to ${app};
grant select, insert, update on key_policy to ${app};
