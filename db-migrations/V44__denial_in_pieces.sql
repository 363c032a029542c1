-- What a rule makes dark may be hundreds of thousands of paths. It is worked out in pieces, and servers read only what is new of it.

alter table denial add column rewritten xid8 not null default pg_current_xact_id();
comment on column denial.rewritten is
    'The transaction that last took paths out of denied_path for this rule: what servers know of them they read anew';

alter table denied_path add column spread boolean not null default true;
alter table denied_path add column outdated boolean not null default false;
alter table denied_path add column added xid8 not null default pg_current_xact_id();
-- no row of store_path is ever removed, and to prove each by a trigger took longer than to write it
alter table denied_path drop constraint denied_path_path_fk;
create index denied_path_unfinished on denied_path (denial_id, spread) where not spread or outdated;
create index denied_path_by_adding on denied_path (added);
comment on column denied_path.path_id is 'The path, in store_path';
comment on column denied_path.spread is 'Whether what needs the path was denied with it; always, where the rule denies no dependents';
comment on column denied_path.outdated is
    'Whether only an earlier form of the rule denies it: it goes when all that the present one denies is known';
comment on column denied_path.added is 'The transaction that added it';
