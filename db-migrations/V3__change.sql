-- What changed, for the memory of every node, and which nodes there are.

create table change (
    id      bigint generated always as identity,
    tx      xid8        not null default pg_current_xact_id(),
    kind    text        not null,
    subject bigint      not null,
    hash    bytea,
    at      timestamptz not null default now(),
    constraint change_pk primary key (id),
    constraint change_kind_known check (kind in ('token', 'tenant', 'cache', 'key', 'path')),
    constraint change_hash_of_path check ((hash is not null) = (kind = 'path')),
    constraint change_hash_length check (octet_length(hash) = 20)
);
create index change_by_tx on change (tx, id);
comment on table change is
    'What changed: written in the transaction that changes it, read by every node, removed after an hour';
comment on column change.id is 'Counts up in the order of writing, which is not that of commits';
comment on column change.tx is 'Number of the transaction: a node reads what became visible since the snapshot it read before';
comment on column change.kind is 'Of what: token, tenant, cache, key or path';
comment on column change.subject is 'The id of the token, tenant, cache or key; of a path, the id of its cache';
comment on column change.hash is '20 bytes, of a path only: the hash part of the path';
comment on column change.at is 'When its transaction began';

create table node (
    id      uuid        not null,
    name    text        not null,
    seen_at timestamptz not null default clock_timestamp(),
    constraint node_pk primary key (id),
    constraint node_name_given check (name <> '')
);
comment on table node is
    'The servers on this database. Who has no row here may not write changes; a row is removed only under the advisory'
    ' lock that its writers share, so that a node that sees no other row is alone';
comment on column node.id is 'Random, of one membership: a server whose row was removed joins again under another';
comment on column node.name is 'The server''s NARTHEX_NAME, for people';
comment on column node.seen_at is 'By the clock of the database, renewed every second; after 10 seconds another node removes the row';
