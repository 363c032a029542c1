-- Finds paths by the programs and libraries that are in them.

create table program_queue (
    path_id bigint not null,
    constraint program_queue_pk primary key (path_id)
);
comment on table program_queue is 'Paths whose files path_program does not show yet';

create table path_program (
    path_id  bigint  not null,
    cache_id integer not null,
    names    text    not null,
    constraint path_program_pk primary key (path_id),
    constraint path_program_path_fk foreign key (path_id) references uploaded_path (id) on delete cascade,
    constraint path_program_names_length check (length(names) between 3 and 4096)
);
comment on table path_program is
    'What stands in bin and sbin of each pushed path, and its libraries: paths that have none of these have no row';
comment on column path_program.names is 'The files'' names, each once and with a slash before and behind it; of very many the first';

-- The cache comes first, so that what others hold costs nobody time. Its pages are written at once: a job waits for that, and a search
-- would read through all that is not.
create index path_program_by_part on path_program using gin (cache_id, names gin_trgm_ops) with (fastupdate = off);

-- of very many, the newest
create index path_program_by_age on path_program (cache_id, path_id);

insert into program_queue (path_id) select id from uploaded_path;
