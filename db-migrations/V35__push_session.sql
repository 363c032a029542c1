-- Nix asks for the narinfos of all that it wants to push, and relies on the answers, and on what it has pushed, until its push ends.

alter table uploaded_path add column told_at timestamptz;
comment on column uploaded_path.told_at is
    'When its narinfo was last sent to somebody who may push into its cache; noted as last_token_use is. Null: never';

create table push_session (
    cache_id integer     not null,
    token_id bigint      not null,
    began_at timestamptz not null default now(),
    seen_at  timestamptz not null default now(),
    constraint push_session_pk primary key (cache_id, token_id)
);
create index push_session_by_age on push_session (seen_at);
comment on table push_session is 'Who pushes, or asks before pushing, into a cache that may give up what it holds';
comment on column push_session.token_id is 'The token that pushes; 0: the administrator''s token file';
comment on column push_session.began_at is 'Since when it has never paused for as long as the cache keeps what was used';
comment on column push_session.seen_at is 'When it last asked or pushed, to a minute';
