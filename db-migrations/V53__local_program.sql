-- Finds paths of a machine's Nix store by the programs and libraries that are in them.

create table local_program_queue (
    id       bigint generated always as identity,
    store_id integer not null,
    first_id bigint  not null,
    last_id  bigint  not null,
    constraint local_program_queue_pk primary key (id),
    constraint local_program_queue_ordered check (first_id <= last_id)
);
comment on table local_program_queue is
    'Paths of Nix stores whose files local_program does not show yet: those of a store with numbers from one to another';

create table local_program (
    path_id  bigint  not null,
    store_id integer not null,
    names    text    not null,
    constraint local_program_pk primary key (path_id),
    constraint local_program_path_fk foreign key (path_id) references local_path (id) on delete cascade,
    constraint local_program_names_length check (length(names) between 3 and 4096)
);
comment on table local_program is
    'What stands in bin and sbin of each path of a Nix store, and its libraries: paths that have none of these have no row';
comment on column local_program.names is 'As in path_program';

-- as those of path_program
create index local_program_by_part on local_program using gin (store_id, names gin_trgm_ops) with (fastupdate = off);
create index local_program_by_age on local_program (store_id, path_id);

insert into local_program_queue (store_id, first_id, last_id)
select store_id, min(id), max(id) from local_path group by store_id;
