-- The keys that sign for each cache, how often they change, and how fast they sign what was stored before them.

create table signing_key (
    id                bigint generated always as identity,
    name              text        not null,
    public_key        bytea       not null,
    sealed_secret     bytea,
    state             text        not null,
    created_at        timestamptz not null default now(),
    active_at         timestamptz,
    retiring_at       timestamptz,
    retired_at        timestamptz,
    revoked_at        timestamptz,
    cache_id          integer     not null,
    imported          boolean     not null default false,
    due_at            timestamptz,
    overlap_seconds   bigint,
    replaced_by       bigint,
    revocation_reason text,
    exported_at       timestamptz,
    constraint signing_key_pk primary key (id),
    constraint signing_key_cache_fk foreign key (cache_id) references cache (id),
    constraint signing_key_replaced_by_fk foreign key (replaced_by) references signing_key (id),
    constraint signing_key_name_in_cache_unique unique (cache_id, name),
    constraint signing_key_public_in_cache_unique unique (cache_id, public_key),
    constraint signing_key_name_form check (name <> '' and name !~ '[:[:space:]]'),
    constraint signing_key_public_length check (octet_length(public_key) = 32),
    constraint signing_key_state_known check (state in ('PENDING', 'ACTIVE', 'RETIRING', 'RETIRED', 'REVOKED')),
    constraint signing_key_secret_kept check (sealed_secret is not null or state in ('RETIRED', 'REVOKED')),
    constraint signing_key_secret_destroyed check (sealed_secret is null or state not in ('RETIRED', 'REVOKED')),
    constraint signing_key_not_replaced_by_itself check (replaced_by <> id),
    constraint signing_key_due_while_it_waits check ((due_at is not null) = (state in ('PENDING', 'RETIRING'))),
    constraint signing_key_overlap_not_negative check (overlap_seconds >= 0),
    constraint signing_key_dates check (
        (state in ('PENDING', 'REVOKED') or active_at is not null)
        and (state not in ('RETIRING', 'RETIRED') or retiring_at is not null)
        and (state <> 'RETIRED' or retired_at is not null)
        and ((state = 'REVOKED') = (revoked_at is not null))
        and (revoked_at is not null) = (revocation_reason is not null))
);
create index signing_key_by_cache on signing_key (cache_id, id);
create index signing_key_by_name on signing_key (name text_pattern_ops);
create index signing_key_by_public_key on signing_key (public_key);
create index signing_key_due on signing_key (due_at) where due_at is not null;
create unique index signing_key_one_pending on signing_key (cache_id) where state = 'PENDING';
-- in the whole server: the name of a key that was made here is never used again
create unique index signing_key_made_here_unique on signing_key (name) where not imported;
comment on table signing_key is 'Ed25519 keys that sign narinfos. A key that several caches share has a row for each';
comment on column signing_key.name is
    'Name by which Nix clients look the key up. The name of a key that was made here is never used again in the whole server';
comment on column signing_key.public_key is '32 bytes. Rows of several caches that share a key have the same';
comment on column signing_key.sealed_secret is
    'The secret key, encrypted with AES-256-GCM under the master key, which is not in this database; null once it is'
    ' destroyed';
comment on column signing_key.state is
    'PENDING: it is published and signs nothing yet; ACTIVE: it signs; RETIRING: it still signs; RETIRED: its secret is'
    ' destroyed; REVOKED: its secret is destroyed, and it is not to be trusted';
comment on column signing_key.active_at is 'When it began to sign; null: it has never signed';
comment on column signing_key.retiring_at is 'When another key took its place';
comment on column signing_key.retired_at is 'When it stopped signing and its secret was destroyed';
comment on column signing_key.revoked_at is
    'When an administrator declared that it is not to be trusted, and its secret was destroyed';
comment on column signing_key.revocation_reason is 'Why it was revoked, in the words of whoever revoked it';
comment on column signing_key.imported is
    'Whether it was made elsewhere and imported. The server never replaces such a key by itself';
comment on column signing_key.due_at is 'When a PENDING key becomes ACTIVE, or a RETIRING key becomes RETIRED';
comment on column signing_key.overlap_seconds is 'How long the keys that it replaces sign beside it';
comment on column signing_key.replaced_by is 'The key that replaces it, or has replaced it';
comment on column signing_key.cache_id is 'The cache for which it signs';
comment on column signing_key.exported_at is 'When its secret was last given to an administrator; null: never';
alter table signing_key enable row level security;

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
    'How often a cache changes its key. A cache without a row changes it every 365 days, publishes the new one 7 days ahead,'
    ' and lets the old one sign for 40 more days';
comment on column key_policy.rotate_every_days is 'After how many days the key is replaced; null: never by itself';
comment on column key_policy.publish_ahead_days is 'How many days a new key is published before it signs';
comment on column key_policy.overlap_days is
    'How many days the old key signs beside the new one; clients remember narinfos for 30 days';
comment on column key_policy.version is 'Counts the changes of the row; If-Match is compared with it';

create table key_signing (
    key_id     bigint           not null,
    per_second double precision not null,
    at         timestamptz      not null default clock_timestamp(),
    constraint key_signing_pk primary key (key_id),
    constraint key_signing_key_fk foreign key (key_id) references signing_key (id),
    constraint key_signing_rate_not_negative check (per_second >= 0)
);
comment on table key_signing is 'How fast the jobs sign stored paths, one row for each key';
comment on column key_signing.per_second is 'Signatures in a second, in the last page that had paths to sign';
comment on column key_signing.at is 'When that page was done';
